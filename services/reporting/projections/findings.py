"""Audit findings (审计疑点): raised by the reactor, explained by people, resolved by facts."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Index, Key, Projection, changing
from shared.contract.reporting import (
    FindingExplained,
    FindingRaised,
    FindingResolved,
    FindingWaived,
    FindingWaiverProposed,
    FindingWaiverRevoked,
)

FindingEvent = (
    FindingRaised
    | FindingExplained
    | FindingResolved
    | FindingWaiverProposed
    | FindingWaived
    | FindingWaiverRevoked
)


class Finding(NamedTuple):
    """A finding as last raised, and its state: open, explained or resolved.

    `raised_times` counts how often it was raised. `known_at` is the log_index the verdict was
    derived at; `evidence` are event ids, at most 1,000 of `evidence_count`. `corrects`: why what
    was last said of it puts right what was said before. Who proposed to bear it, and who waived it,
    are accounts; `waiver_ends_on` is the last day of that. What is raised again is borne no more.
    """

    org_id: str
    finding_id: str
    rule: str
    rule_version: str
    subject: str
    period_from: date
    period_to: date
    outcome: str
    severity: str
    reason: str
    clause: str
    known_at: int
    evidence: tuple[str, ...]
    evidence_count: int
    state: str
    raised_times: int
    raised_on: date
    raised: UUID
    explained_on: date | None = None
    note_sha256: str | None = None
    explained: UUID | None = None
    resolved_on: date | None = None
    resolved_at: int | None = None
    resolved: UUID | None = None
    corrects: str | None = None
    stated: int | None = None
    found: int | None = None
    waiver_reason: str | None = None
    waiver_ends_on: date | None = None
    waiver_proposed_by: str | None = None
    waived_by: str | None = None
    waived_on: date | None = None
    waived: UUID | None = None


def _keys(event: FindingEvent, _: Entry) -> Sequence[Key]:
    return [(event.org_id, event.finding_id)]


def _raised(row: Finding | None, event: FindingRaised, entry: Entry, key: Key) -> Finding:
    return Finding(
        org_id=key[0],
        finding_id=key[1],
        rule=event.rule,
        rule_version=event.rule_version,
        subject=event.subject,
        period_from=event.period_from,
        period_to=event.period_to,
        outcome=event.outcome,
        severity=event.severity,
        reason=event.reason,
        clause=event.clause,
        known_at=event.known_at,
        evidence=event.evidence,
        evidence_count=event.evidence_count,
        state="open",
        raised_times=row.raised_times + 1 if row else 1,
        raised_on=event.occurred_on,
        raised=entry.envelope.event_id,
        corrects=event.corrects,
        stated=event.stated,
        found=event.found,
    )


def _explained(
    row: Finding | None, event: FindingExplained, entry: Entry, _: Key
) -> Finding | None:
    if row is None:
        return None
    return row._replace(
        # What the facts resolved needs no explanation any more; the words are kept beside it.
        state="explained" if row.state == "open" else row.state,
        explained_on=event.occurred_on,
        note_sha256=event.note_sha256,
        explained=entry.envelope.event_id,
    )


def _resolved(row: Finding | None, event: FindingResolved, entry: Entry, _: Key) -> Finding | None:
    if row is None:
        return None
    return row._replace(
        state="resolved",
        resolved_on=event.occurred_on,
        resolved_at=event.known_at,
        resolved=entry.envelope.event_id,
        corrects=event.corrects,
    )


def _proposed(
    row: Finding | None, event: FindingWaiverProposed, entry: Entry, _: Key
) -> Finding | None:
    if row is None:
        return None
    return _not_waived(row)._replace(
        waiver_reason=event.reason,
        waiver_ends_on=event.ends_on,
        waiver_proposed_by=entry.envelope.actor,
    )


def _waived(row: Finding | None, event: FindingWaived, entry: Entry, _: Key) -> Finding | None:
    if row is None:
        return None
    return row._replace(
        waiver_reason=event.reason,
        waiver_ends_on=event.ends_on,
        waiver_proposed_by=event.proposed_by,
        waived_by=entry.envelope.actor,
        waived_on=event.occurred_on,
        waived=entry.envelope.event_id,
    )


def _revoked(
    row: Finding | None, event: FindingWaiverRevoked, entry: Entry, _: Key
) -> Finding | None:
    return row and _not_waived(row)


def _not_waived(row: Finding) -> Finding:
    return row._replace(
        waiver_reason=None,
        waiver_ends_on=None,
        waiver_proposed_by=None,
        waived_by=None,
        waived_on=None,
        waived=None,
    )


FINDINGS = Projection(
    name="findings",
    row=Finding,
    key=("org_id", "finding_id"),
    on={
        FindingRaised: changing(_keys, _raised),
        FindingExplained: changing(_keys, _explained),
        FindingResolved: changing(_keys, _resolved),
        FindingWaiverProposed: changing(_keys, _proposed),
        FindingWaived: changing(_keys, _waived),
        FindingWaiverRevoked: changing(_keys, _revoked),
    },
    indexes=(Index(("org_id", "state")),),
)
