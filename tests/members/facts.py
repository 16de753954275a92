"""What happened to one person: the events the members tests begin from."""

from datetime import date

from services.members.domain import person
from shared.contract.envelope import DomainEvent
from shared.testing.decider import Given
from shared.testing.decider import given as given_in
from tests.examples.members import (
    member_died,
    member_joined,
    member_left,
    member_retired,
    member_transferred_out,
    staff_left,
    staff_registered,
)

ORG, WANG, CHILD = "tjtc", "p-wangli0001", "p-child00001"
TODAY = date(2022, 12, 15)
TOMORROW = date(2022, 12, 16)


def given(*events: DomainEvent) -> Given:
    return given_in(person, None, *events)


IN_POST = staff_registered(occurred_on=date(2015, 9, 1), person_id=WANG)
LEFT_POST = staff_left(occurred_on=date(2020, 6, 30), person_id=WANG, reason="resigned")
JOINED = member_joined(occurred_on=date(2015, 9, 10), person_id=WANG, kind="new", from_org=None)
LEFT = member_left(occurred_on=date(2019, 5, 1), person_id=WANG, reason="resigned")
MOVED_OUT = member_transferred_out(occurred_on=date(2019, 5, 1), person_id=WANG, to_org="jt-group")
RETIRED = member_retired(occurred_on=date(2019, 5, 1), person_id=WANG, membership_retained=False)
RETAINED = member_retired(occurred_on=date(2019, 5, 1), person_id=WANG)
DIED = member_died(occurred_on=date(2019, 5, 1), person_id=WANG)
DIED_IN_POST = staff_left(occurred_on=date(2020, 6, 30), person_id=WANG, reason="died")
