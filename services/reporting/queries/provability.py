"""Whether a figure can be proven: every source that could change it numbers its records, and was
found complete when its log was last compared with the journal.

What no comparison has looked at is not proven; so a zero is not provable by absence.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.reporting.figures import TYPES_OF_FIGURE
from services.reporting.projections.as_of import LIVE
from services.reporting.queries.figures import Value
from services.reporting.reconciliation.progress import JOURNAL
from shared.contract.catalogue import CATALOGUE, source_of
from shared.contract.contexts import FACT_CONTEXTS

CHECKED_SECONDS = 120
"""After which a comparison says nothing of now: the worker compares every few seconds."""

OWN, HARMLESS = source_of("reporting"), frozenset({"behind", "in-quarantine", "lost-by-owner"})
"""What somebody publishes as reporting can change any figure: EventDisowned takes an event out. So
its log must have been compared; what it has said and the journal lacks changes none yet."""

UNION = "union"
CHECKS = f"""
SELECT source, complete, reasons, types, checked_at < now() - make_interval(secs => $2) AS stale
FROM source_checks WHERE orgs IS NULL OR $1 = ANY(orgs)
UNION ALL
SELECT '{UNION}', false, ARRAY['union-unknown'], NULL, false
WHERE NOT EXISTS (SELECT FROM {LIVE}.unions WHERE org_id = $1)
    AND NOT EXISTS (SELECT FROM {LIVE}.figure_lines WHERE org_id = $1)
"""
"""A union of which the journal has nothing is one that nobody has, or that is misspelt."""

WORDS = {
    "unreachable": "来源没有回答", "behind": "尚有记录未到", "differs": "与来源的日志不符",
    "not-compared": "尚未与来源的日志核对", "lost-by-owner": "来源有未发布的记录",
    "ahead": "日志计入了来源没有的记录",
    "in-quarantine": "有记录在隔离区待处理", "numbers-nothing": "来源不为其记录编号",
    "ahead-of-owner": "日志含来源已失去的记录", "journal-gaps": "日志缺行",
    "sums-differ": "分段合计与清单不符", "projections-stale": "投影正在重建",
    "rows-wrong": "日志有行与其内容或哈希不符", "seals-wrong": "日志的知悉时间有误",
    "not-checked": "日志本次未能核查", "stale": "近期未与来源的日志核对",
    "union-unknown": "日志中没有这个工会",
}  # fmt: skip
"""What each reason is called where a person reads it."""


async def source_checks(connection: Any, org_id: str) -> list[Any]:
    """What the last comparison said of the sources that may speak of a union."""
    return list(await connection.fetch(CHECKS, org_id, CHECKED_SECONDS))


def with_proof(
    values: Mapping[str, Value],
    rows: Sequence[Any],
    types: Mapping[str, frozenset[str]] = TYPES_OF_FIGURE,
) -> dict[str, Value]:
    """The same figures, each with what keeps it from being proven, by the checks of its union;
    `types` are those of the events that could change each."""
    checks = {row["source"]: row for row in rows}
    outside = [row for row in rows if row["types"] is not None]
    return {
        name: value._replace(unproven=_unproven(types[name], checks, outside))
        for name, value in values.items()
    }


def unfinished(rows: Sequence[Any]) -> list[str]:
    """Why it cannot be shown that no record of our own contexts is missing, by the checks of a
    union. What keeps outside sources from being proven is told at each figure they can change."""
    checks = {row["source"]: row for row in rows}
    sources = [source_of(name) for name in FACT_CONTEXTS]
    said = [each for source in (JOURNAL, *sources) for each in _said(source, checks.get(source))]
    own = checks.get(OWN)
    return said if _is_harmless(own) else said + _said(OWN, own)


def _unproven(
    types: frozenset[str], checks: Mapping[str, Any], outside: list[Any]
) -> tuple[str, ...]:
    sources = sorted({source_of(CATALOGUE[name].CONTEXT) for name in types})
    said = [said for source in (JOURNAL, *sources) for said in _said(source, checks.get(source))]
    own = checks.get(OWN)
    if OWN not in sources and not _is_harmless(own):
        said += _said(OWN, own)
    if UNION in checks:
        said.insert(0, WORDS["union-unknown"])
    for row in outside:
        if types.intersection(row["types"]):
            said += _said(row["source"], row)
    return tuple(said)


def _is_harmless(own: Any) -> bool:
    if own is None or own["stale"] or not (own["complete"] or own["reasons"]):
        return False
    return HARMLESS.issuperset(own["reasons"])


def _said(source: str, check: Any) -> list[str]:
    if check is None:
        return [f"{source} {WORDS['not-compared']}"]
    if check["stale"]:
        return [f"{source} {WORDS['stale']}"]
    reasons = check["reasons"] or ([] if check["complete"] else ["not-compared"])
    return [f"{source} {WORDS.get(reason, reason)}" for reason in reasons]
