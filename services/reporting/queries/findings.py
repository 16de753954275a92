"""Findings as recorded, with the words a person reads; and how far findings have been judged."""

from datetime import date
from typing import Any, Literal, NamedTuple

from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.findings import FINDINGS, Finding
from services.reporting.queries.facts import known_on
from services.reporting.queries.verdicts import verdicts
from services.reporting.rules import BY_ID
from services.reporting.rules.definition import SHARED_REASONS, Verdict

EVIDENCE_LISTED = 1000
State = Literal["open", "explained", "waived", "resolved"]

WAIVED = "state <> 'resolved' AND waived IS NOT NULL AND waiver_ends_on >= $6"
COLUMNS = ", ".join(
    f"CASE WHEN {WAIVED} THEN 'waived' ELSE state END AS state" if name == "state" else name
    for name in FINDINGS.columns
)
SELECT = f"""
SELECT * FROM (
    SELECT {COLUMNS} FROM {LIVE}.findings
    WHERE org_id = $1 AND period_from <= $3 AND period_to >= $2 AND {known_at("$4")}) found
WHERE $5::text IS NULL OR state = $5
ORDER BY array_position(ARRAY['block', 'high', 'medium', 'low', 'info'], severity), rule, subject
"""


class FindingShown(NamedTuple):
    """A finding, its rule's Chinese title, and its reason as a Chinese sentence."""

    finding: Finding
    title: str
    sentence: str


async def findings(
    connection: Any,
    org_id: str,
    period_from: date,
    period_to: date,
    at: int,
    *,
    state: State | None = None,
    on: date | None = None,
    evidence: bool = True,
) -> list[FindingShown]:
    """Findings whose period meets FROM..TO, as known at `at`, gravest first; `state` narrows, and
    without `evidence` none is looked for, which is most of the work. One is *waived* to the end of
    its waiver's last day, seen from `on` (by default the day of `at`).

    The evidence is what the verdict stands on as known at `at`: facts that came after a finding was
    raised, and changed neither outcome nor reason, raise it no second time.
    """
    day = on or await known_on(connection, at)
    records = await connection.fetch(SELECT, org_id, period_from, period_to, at, state, day)
    found = [FINDINGS.row._make(_tuples(record)) for record in records]
    if not evidence:
        found = [finding._replace(evidence=()) for finding in found]
    elif any(finding.state != "resolved" for finding in found):
        judged = await verdicts(connection, org_id, period_from, period_to, at)
        current = {verdict.finding_id: verdict for verdict in judged}
        found = [_with_evidence(each, current.get(each.finding_id), at) for each in found]
    return [_shown(finding) for finding in found]


async def judged_watermark(connection: Any) -> int:
    """The last watermark whose verdicts became findings (0: none yet).

    Verdicts as of a later log_index are *pending*: a source may not have passed it.
    """
    return int(await connection.fetchval("SELECT cut FROM judged") or 0)


def _with_evidence(finding: Finding, verdict: Verdict | None, at: int) -> Finding:
    said = (finding.outcome, finding.reason)
    if verdict is None or finding.state == "resolved" or (verdict.outcome, verdict.reason) != said:
        return finding  # as it was raised: the reactor has yet to say what became of it
    return finding._replace(
        evidence=tuple(str(event) for event in verdict.evidence[:EVIDENCE_LISTED]),
        evidence_count=len(verdict.evidence),
        known_at=at,
        stated=_number(verdict, "stated"),
        found=_number(verdict, "found"),
    )


def _number(verdict: Verdict, name: str) -> int | None:
    value = verdict.facts.get(name)
    return value if isinstance(value, int) else None


def _tuples(record: Any) -> list[Any]:
    return [tuple(value) if isinstance(value, list) else value for value in record]


def rule_title(rule_id: str) -> str:
    """A rule's Chinese title; its id, where the rule has since been taken out."""
    rule = BY_ID.get(rule_id)
    return rule.values.zh if rule else rule_id


def _shown(finding: Finding) -> FindingShown:
    rule = BY_ID.get(finding.rule)
    known = (*rule.reasons, *SHARED_REASONS) if rule else ()
    reason = next((each for each in known if each.code == finding.reason), None)
    sentence = reason.zh if reason else finding.reason  # a code still says something
    return FindingShown(finding, rule_title(finding.rule), sentence)
