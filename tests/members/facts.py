"""What happened to one person: the events the members tests begin from."""

from datetime import date
from typing import Any

from services.members.domain import person
from shared.contract.envelope import DomainEvent
from shared.contract.members import (
    MemberDied,
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MemberTransferredOut,
    StaffLeft,
    StaffRegistered,
)
from shared.testing.decider import Given
from shared.testing.decider import given as given_in

ORG, WANG, CHILD = "tjtc", "p-wangli0001", "p-child00001"
TODAY = date(2022, 12, 15)
TOMORROW = date(2022, 12, 16)


def given(*events: DomainEvent) -> Given:
    return given_in(person, person.INITIAL, *events)


def of_wang(cls: Any, on: date, **fields: Any) -> Any:
    return cls(org_id=ORG, occurred_on=on, person_id=WANG, **fields)


IN_POST = of_wang(StaffRegistered, date(2015, 9, 1), gender="female", birth_month=3)
LEFT_POST = of_wang(StaffLeft, date(2020, 6, 30), reason="resigned")
JOINED = of_wang(MemberJoined, date(2015, 9, 10), kind="new")
LEFT = of_wang(MemberLeft, date(2019, 5, 1), reason="resigned")
MOVED_OUT = of_wang(MemberTransferredOut, date(2019, 5, 1), to_org="jt-group")
RETIRED = of_wang(MemberRetired, date(2019, 5, 1), membership_retained=False)
RETAINED = of_wang(MemberRetired, date(2019, 5, 1), membership_retained=True)
DIED = of_wang(MemberDied, date(2019, 5, 1))
DIED_IN_POST = of_wang(StaffLeft, date(2020, 6, 30), reason="died")
