"""What rests on what: an entry goes together with what rests on it, or after it."""

import pytest

from services.events.domain.withdrawals import rests_on
from shared.contract.envelope import DomainEvent
from tests.examples.events import (
    activity_held,
    activity_planned,
    attendance_recorded,
    award_granted,
    congress_held,
    contest_entered,
    contest_judged,
    health_check_arranged,
    health_check_reported,
    issue_raised,
    issue_resolved,
    meeting_convened,
    participant_registered,
    plan_item_done,
    plan_item_set,
    regulation_adopted,
    resolution_passed,
)

VERDICTS = [{"entry_id": "team-1", "place": 1}]


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        (participant_registered(), activity_planned()),
        (attendance_recorded(session=2), activity_held(session=2)),
        (contest_judged(verdicts=VERDICTS), contest_entered(entry_id="team-1")),
        (award_granted(entry_id="team-1"), contest_entered(entry_id="team-1")),
        (award_granted(), contest_judged()),
        (congress_held(), meeting_convened()),
        (resolution_passed(), congress_held()),
        (regulation_adopted(action="revised"), regulation_adopted(action="adopted")),
        (health_check_reported(), health_check_arranged()),
        (plan_item_done(), plan_item_set()),
        (issue_resolved(), issue_raised()),
    ],
)
def test_what_needs_another_rests_on_it(later: DomainEvent, earlier: DomainEvent) -> None:
    assert rests_on(later, earlier)
    assert not rests_on(earlier, later)


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        (attendance_recorded(session=1), activity_held(session=2)),
        (contest_judged(verdicts=VERDICTS), contest_entered(entry_id="team-2")),
        (regulation_adopted(action="revised"), regulation_adopted(action="revised")),
        (attendance_recorded(), participant_registered()),
    ],
)
def test_what_does_not_need_another_stands_without_it(
    later: DomainEvent, earlier: DomainEvent
) -> None:
    assert not rests_on(later, earlier)
