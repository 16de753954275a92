"""A finding that people explain, or bear for a time: one proposes it, another approves it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import assert_never

from services.reporting.findings.commands import (
    ApproveWaiver,
    ExplainFinding,
    ProposeWaiver,
    RevokeWaiver,
)
from shared.contract.reporting import (
    FindingExplained,
    FindingRaised,
    FindingResolved,
    FindingWaived,
    FindingWaiverProposed,
    FindingWaiverRevoked,
    WaiverReason,
)
from shared.errors import Conflict, Invalid, NotPermitted, Unknown

DAYS_MAX = 366

FindingEvent = (
    FindingRaised
    | FindingExplained
    | FindingResolved
    | FindingWaiverProposed
    | FindingWaived
    | FindingWaiverRevoked
)


@dataclass(frozen=True, slots=True)
class Waiver:
    """What was proposed, by whom; `waived`: another person approved it."""

    reason: WaiverReason
    ends_on: date
    waived: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding that was raised. What is raised again, is borne no more."""

    resolved: bool = False
    waiver: Waiver | None = None


def evolve(finding: Finding | None, event: FindingEvent) -> Finding:
    """The finding after one more event."""
    found = finding or Finding()
    match event:
        case FindingRaised():
            return Finding()
        case FindingResolved():
            return replace(found, resolved=True)
        case FindingExplained():
            return found
        case FindingWaiverProposed():
            return replace(found, waiver=Waiver(event.reason, event.ends_on))
        case FindingWaived():
            return replace(found, waiver=Waiver(event.reason, event.ends_on, waived=True))
        case FindingWaiverRevoked():
            return replace(found, waiver=None)
        case _:
            assert_never(event)


def explain(
    finding: Finding | None, command: ExplainFinding, org_id: str, today: date, note_sha256: str
) -> list[FindingExplained]:
    """Explain it. Refuses unknown-finding, finding-resolved."""
    _open(finding, command.finding_id)
    return [
        FindingExplained(
            org_id=org_id,
            occurred_on=today,
            finding_id=command.finding_id,
            note_sha256=note_sha256,
        )
    ]


def propose(
    finding: Finding | None, command: ProposeWaiver, org_id: str, today: date, note_sha256: str
) -> list[FindingWaiverProposed]:
    """Propose to bear it. What was proposed and not approved before is replaced.

    Refuses unknown-finding, finding-resolved, finding-waived, waiver-ended, waiver-too-long.
    """
    found = _open(finding, command.finding_id)
    _not_waived(found, command.finding_id, today)
    if command.ends_on < today:
        raise Invalid("waiver-ended", f"the waiver would have ended on {command.ends_on}")
    if command.ends_on > today + timedelta(days=DAYS_MAX):
        raise Invalid("waiver-too-long", f"a waiver lasts {DAYS_MAX} days at most, then again")
    return [
        FindingWaiverProposed(
            org_id=org_id,
            occurred_on=today,
            finding_id=command.finding_id,
            reason=command.reason,
            ends_on=command.ends_on,
            note_sha256=note_sha256,
        )
    ]


def approve(
    finding: Finding | None,
    command: ApproveWaiver,
    org_id: str,
    today: date,
    *,
    proposer: str | None,
    approver: str,
) -> list[FindingWaived]:
    """Waive it, as it was proposed.

    Refuses unknown-finding, finding-resolved, finding-waived, waiver-not-proposed,
    waiver-proposed-otherwise, waiver-ended, maker-is-approver.
    """
    found = _open(finding, command.finding_id)
    _not_waived(found, command.finding_id, today)
    proposed = found.waiver
    if proposed is None or proposed.waived or proposer is None:
        raise Conflict("waiver-not-proposed", f"nobody proposed to bear {command.finding_id}")
    if (proposed.reason, proposed.ends_on) != (command.reason, command.ends_on):
        raise Conflict(
            "waiver-proposed-otherwise",
            f"proposed was {proposed.reason} until {proposed.ends_on}",
        )
    if command.ends_on < today:
        raise Invalid("waiver-ended", f"the waiver would have ended on {command.ends_on}")
    if proposer == approver:
        raise NotPermitted("maker-is-approver", f"{approver} proposed it")
    return [
        FindingWaived(
            org_id=org_id,
            occurred_on=today,
            finding_id=command.finding_id,
            reason=command.reason,
            ends_on=command.ends_on,
            proposed_by=proposer,
        )
    ]


def revoke(
    finding: Finding | None, command: RevokeWaiver, org_id: str, today: date
) -> list[FindingWaiverRevoked]:
    """End the waiver, or its proposal. Refuses unknown-finding, waiver-not-proposed."""
    if finding is None:
        raise Unknown("unknown-finding", f"no finding {command.finding_id} was raised")
    if finding.waiver is None:
        raise Conflict("waiver-not-proposed", f"nobody proposed to bear {command.finding_id}")
    return [
        FindingWaiverRevoked(
            org_id=org_id, occurred_on=today, finding_id=command.finding_id, reason=command.reason
        )
    ]


def _open(finding: Finding | None, named: str) -> Finding:
    if finding is None:
        raise Unknown("unknown-finding", f"no finding {named} was raised")
    if finding.resolved:
        raise Conflict("finding-resolved", f"{named} is resolved: the facts make it pass")
    return finding


def _not_waived(finding: Finding, named: str, today: date) -> None:
    waiver = finding.waiver
    if waiver is not None and waiver.waived and waiver.ends_on >= today:
        raise Conflict("finding-waived", f"{named} is waived until {waiver.ends_on}")
