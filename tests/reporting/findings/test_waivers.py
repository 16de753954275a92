"""Who may bear a finding, for how long, and what ends it: the decisions alone."""

from datetime import date, timedelta

import pytest

from services.reporting.findings.commands import ApproveWaiver, ProposeWaiver, RevokeWaiver
from services.reporting.findings.waivers import (
    DAYS_MAX,
    Finding,
    FindingEvent,
    approve,
    evolve,
    propose,
    revoke,
)
from shared.contract.reporting import FindingWaived
from shared.errors import Refusal
from tests.examples.reporting import finding_raised, finding_resolved

TODAY = date(2023, 1, 9)
TOLD = {"finding_id": "wel-03.1", "reason": "being_remedied"}
RAISED = finding_raised(finding_id="wel-03.1")


def after(*events: FindingEvent) -> Finding | None:
    """The finding after these events."""
    found: Finding | None = None
    for event in events:
        found = evolve(found, event)
    return found


def proposed(days: int = 30, finding: Finding | None = None) -> list[FindingEvent]:
    command = ProposeWaiver.model_validate(
        {**TOLD, "ends_on": TODAY + timedelta(days=days), "words": "…"}
    )
    return list(propose(finding or after(RAISED), command, "tjtc", TODAY, "0" * 64))


def approved(finding: Finding | None, days: int = 30, by: str = "chair-1") -> list[FindingEvent]:
    command = ApproveWaiver.model_validate({**TOLD, "ends_on": TODAY + timedelta(days=days)})
    return list(approve(finding, command, "tjtc", TODAY, proposer="clerk-1", approver=by))


def revoked(finding: Finding | None) -> list[FindingEvent]:
    command = RevokeWaiver.model_validate({"finding_id": "wel-03.1", "reason": "declined"})
    return list(revoke(finding, command, "tjtc", TODAY))


def refusal(act: object) -> str:
    """The code with which something is refused."""
    assert callable(act)
    with pytest.raises(Refusal) as why:
        act()
    return why.value.code


def test_proposed_by_one_and_approved_by_another_it_is_borne_until_its_day() -> None:
    events = proposed()
    (waived,) = approved(after(RAISED, *events))
    assert isinstance(waived, FindingWaived)
    assert (waived.proposed_by, waived.ends_on) == ("clerk-1", date(2023, 2, 8))
    borne = after(RAISED, *events, waived)
    assert refusal(lambda: proposed(finding=borne)) == "finding-waived"
    assert refusal(lambda: approved(borne)) == "finding-waived"


@pytest.mark.parametrize("days", [-1, DAYS_MAX + 1, 10**5])
def test_it_ends_in_a_year_at_most_and_not_before_it_began(days: int) -> None:
    assert refusal(lambda: proposed(days)) in ("waiver-ended", "waiver-too-long")


def test_the_same_account_does_not_approve_what_it_proposed() -> None:
    finding = after(RAISED, *proposed())
    assert refusal(lambda: approved(finding, by="clerk-1")) == "maker-is-approver"


def test_what_nobody_proposed_or_proposed_otherwise_is_not_approved() -> None:
    assert refusal(lambda: approved(None)) == "unknown-finding"
    assert refusal(lambda: approved(after(RAISED))) == "waiver-not-proposed"
    otherwise = after(RAISED, *proposed(days=31))
    assert refusal(lambda: approved(otherwise)) == "waiver-proposed-otherwise"


def test_what_is_raised_again_or_revoked_is_borne_no_more() -> None:
    borne = [RAISED, *proposed()]
    borne += approved(after(*borne))
    assert refusal(lambda: revoked(after(*borne, RAISED))) == "waiver-not-proposed"
    ended = after(*borne, *revoked(after(*borne)))
    assert ended == Finding()
    resolved = finding_resolved(finding_id="wel-03.1")
    assert refusal(lambda: approved(after(*borne, resolved))) == "finding-resolved"
