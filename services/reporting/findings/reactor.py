"""The reactor: verdicts become findings, at watermarks that every source has passed.

It runs outside rebuild and reads facts only as known at the watermark, so the same watermark gives
the same findings however often and wherever it is judged. A finding is raised when a verdict first
fails or stays open, and again when it fails for another reason or after it was resolved; it is
resolved when no such verdict stands. What nobody changed is not said again.

It holds while a projection is stale. Once that was folded anew, the last watermark is judged again:
whatever differs then was said from a wrong state, and is put right by events that say so.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

import asyncpg
import structlog

from services.reporting.findings.stored import StoredFinding, stored_findings
from services.reporting.projections.as_of import FOREVER, LIVE, known_at
from services.reporting.projections.checkpoints import Folded, Held, folded
from services.reporting.queries.facts import known_on
from services.reporting.queries.findings import EVIDENCE_LISTED
from services.reporting.queries.referents import own_first
from services.reporting.queries.verdicts import verdicts
from services.reporting.rules import BY_ID, RULES_VERSION
from services.reporting.rules.definition import Verdict
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor, DomainEvent
from shared.contract.reporting import (
    Corrects,
    FindingRaised,
    FindingResolved,
    ReportIssued,
    ReportSuperseded,
)
from shared.contract.values import SHANGHAI
from shared.errors import StaleVersion
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore, Write
from shared.metrics import FINDINGS_OPEN

log = structlog.get_logger("reactor")

ATTEMPTS = 3
SEVERITIES = ("block", "high", "medium", "low", "info")
ACTOR = Actor("reporting", "operator", frozenset({"operator"}), frozenset({"*"}))

TOUCHED = """
SELECT DISTINCT org_id FROM journal WHERE log_index > $1 AND log_index <= $2
    AND (source <> $3 OR type = ANY($4)) ORDER BY org_id
"""
JUDGED = [ReportIssued.type_name(), ReportSuperseded.type_name()]
"""What reporting itself says and is judged for: which numbers stand."""
SIMULATED = f"""
SELECT simulated FROM {LIVE}.unions u WHERE org_id = $1 AND {known_at("$2")}
ORDER BY {own_first("u")} LIMIT 1
"""
PUT_RIGHT = "UPDATE judged SET refolded = false"
MARK = """
INSERT INTO judged (cut, known_on, rules) VALUES ($1, $2, $3) ON CONFLICT (singleton) DO UPDATE
SET cut = EXCLUDED.cut, known_on = EXCLUDED.known_on, rules = EXCLUDED.rules
"""
OPEN = f"""
SELECT severity, count(*) AS n FROM {LIVE}.findings
WHERE valid_to = {FOREVER} AND state = 'open' GROUP BY severity
"""


class Reacted(NamedTuple):
    """What one watermark led to: unions judged, findings raised and resolved."""

    unions: int
    raised: int
    resolved: int


async def react(pool: asyncpg.Pool, store: EventStore, watermark: int) -> Reacted:
    """Judge every union that moved since the last watermark, and record what changed.

    `watermark` is a log_index proven complete. Raises ExceptionGroup of what kept unions from being
    judged (StaleVersion where others keep writing a finding's stream); the others are judged, the
    watermark is not marked, and the next one judges them all again. Judges nothing while a
    projection is stale.
    """
    began = await folded(pool)
    if began.stale:
        return Reacted(0, 0, 0)
    again = await _put_right(pool, store, began)
    async with pool.acquire() as connection:
        today = await known_on(connection, watermark)
        orgs = await _moved(connection, watermark, today)
    reacted = await _judge(pool, store, orgs, watermark, began=began)
    await pool.execute(MARK, watermark, today, RULES_VERSION)
    await _observe(pool)
    if reacted.raised or reacted.resolved:
        log.info("findings", watermark=watermark, **reacted._asdict())
    return Reacted(reacted.unions, again.raised + reacted.raised, again.resolved + reacted.resolved)


async def _put_right(pool: asyncpg.Pool, store: EventStore, began: Folded) -> Reacted:
    """Judge the last watermark again where projections were folded anew since."""
    last = await pool.fetchrow("SELECT cut FROM judged WHERE refolded")
    if last is None:
        return Reacted(0, 0, 0)
    watermark = last["cut"]
    orgs = [row["org_id"] for row in await pool.fetch(TOUCHED, 0, *_upto(watermark))]
    again = await _judge(pool, store, orgs, watermark, began=began, corrects="stale_projection")
    if (await folded(pool)).token == began.token:
        await pool.execute(PUT_RIGHT)
    log.warning("findings put right", watermark=watermark, **again._asdict())
    return again


async def _judge(
    pool: asyncpg.Pool,
    store: EventStore,
    orgs: Collection[str],
    watermark: int,
    *,
    began: Folded,
    corrects: Corrects | None = None,
) -> Reacted:
    """Judge unions from the projections that stand as they `began`."""
    events: list[DomainEvent] = []
    failures: list[Exception] = []
    for org_id in orgs:
        try:
            events += await _react_for(
                pool, store, org_id, watermark, began=began, corrects=corrects
            )
        except Exception as why:  # one union's facts must not keep all others from being judged
            failures.append(why)
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(orgs)} unions not judged", failures)
    raised = sum(isinstance(event, FindingRaised) for event in events)
    return Reacted(len(orgs), raised, len(events) - raised)


def _upto(watermark: int) -> tuple[int, str, list[str]]:
    return watermark, source_of("reporting"), JUDGED


async def _moved(connection: asyncpg.Connection, watermark: int, today: date) -> list[str]:
    """Unions with facts since the last watermark judged; all of them on a new day or under new
    rules, because a deadline may have passed or a value changed without any fact."""
    last = await connection.fetchrow("SELECT cut, known_on, rules FROM judged")
    as_before = last and last["known_on"] == today and last["rules"] == RULES_VERSION
    after = last["cut"] if as_before and last["cut"] <= watermark else 0
    rows = await connection.fetch(TOUCHED, after, *_upto(watermark))
    return [row["org_id"] for row in rows]


async def _react_for(
    pool: asyncpg.Pool,
    store: EventStore,
    org_id: str,
    watermark: int,
    *,
    began: Folded,
    corrects: Corrects | None,
) -> list[DomainEvent]:
    async with pool.acquire() as connection:
        found = await verdicts(connection, org_id, date.min, date.max, watermark)
        simulated = bool(await connection.fetchval(SIMULATED, org_id, watermark))
        now = await folded(connection)
    if now.stale or now.token != began.token:
        raise Held("projections changed while they were judged from")
    on = store.clock().astimezone(SHANGHAI).date()
    request = Request(
        ACTOR,
        org_id,
        key=None,
        body_hash=b"",
        correlation_id=f"watermark-{watermark}",
        simulated=simulated,
    )
    for attempt in range(1, ATTEMPTS + 1):
        stored = await stored_findings(pool, org_id)
        writes = decide(org_id, found, stored, on, watermark, corrects=corrects)
        if not writes:
            return []
        try:
            await store.append(request, writes, Reply(201, {}))
        except StaleVersion:
            # Another reactor, or a person who explained it, was there first: look again.
            if attempt == ATTEMPTS:
                raise
        else:
            return [event for write in writes for event in write.events]
    raise AssertionError("unreachable")


def decide(
    org_id: str,
    found: Iterable[Verdict],
    stored: Mapping[str, StoredFinding],
    on: date,
    watermark: int,
    *,
    corrects: Corrects | None = None,
) -> list[Write]:
    """What to record, given the verdicts on one union and its findings so far. `corrects`: why what
    differs from what was said is a correction.

    Findings of rules that are no longer there are left as they stand: nobody judges them.
    """
    open_verdicts = {v.finding_id: v for v in found if v.outcome in {"fail", "indeterminate"}}
    writes = []
    for finding_id, verdict in sorted(open_verdicts.items()):
        before = stored.get(finding_id)
        said = before and (before.outcome, before.reason, before.resolved)
        if said != (verdict.outcome, verdict.reason, False):
            version = before.version if before else 0
            raised = _raised(verdict, on, watermark, corrects)
            writes.append(Write(f"{org_id}/finding-{finding_id}", version, [raised]))
    for finding_id, before in sorted(stored.items()):
        if not before.resolved and finding_id not in open_verdicts and before.rule in BY_ID:
            resolved = FindingResolved(
                org_id=org_id,
                occurred_on=on,
                finding_id=finding_id,
                rule=before.rule,
                known_at=watermark,
                corrects=corrects,
            )
            writes.append(Write(f"{org_id}/finding-{finding_id}", before.version, [resolved]))
    return writes


def _raised(verdict: Verdict, on: date, watermark: int, corrects: Corrects | None) -> FindingRaised:
    assert verdict.outcome in {"fail", "indeterminate"}
    assert verdict.severity is not None, f"{verdict.rule}: {verdict.reason} has no severity"
    return FindingRaised(
        org_id=verdict.org_id,
        occurred_on=on,
        finding_id=verdict.finding_id,
        rule=verdict.rule,
        rule_version=verdict.rule_version,
        subject=verdict.subject,
        period_from=verdict.period_from,
        period_to=verdict.period_to,
        outcome="fail" if verdict.outcome == "fail" else "indeterminate",
        severity=verdict.severity,
        reason=verdict.reason,
        clause=verdict.clause,
        known_at=watermark,
        evidence=tuple(str(event) for event in verdict.evidence[:EVIDENCE_LISTED]),
        evidence_count=len(verdict.evidence),
        corrects=corrects,
        stated=_number(verdict, "stated"),
        found=_number(verdict, "found"),
    )


def _number(verdict: Verdict, name: str) -> int | None:
    """A number that a verdict compares, where it compares two."""
    value = verdict.facts.get(name)
    return value if isinstance(value, int) else None


async def _observe(pool: asyncpg.Pool) -> None:
    open_now = {row["severity"]: row["n"] for row in await pool.fetch(OPEN)}
    for severity in SEVERITIES:
        FINDINGS_OPEN.labels(severity).set(open_now.get(severity, 0))
