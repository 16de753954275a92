"""Issuing to a whole roster: who receives, in which capacity, and what is refused first."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.benefits.domain.bulk_event import Recipient
from services.benefits.domain.gifts import (
    issue_gifts_to_roster,
)
from services.benefits.domain.people import PersonStatus
from shared.errors import Refusal
from tests.benefits.domain.test_gifts import ISSUE_ALL, MEMBER, RETAINED, SPRING, issued
from tests.benefits.domain.test_programmes import TOMORROW, closed, opened, programme
from tests.benefits.requests import ANN, BO, CAI, DAI, ORG, TODAY

STATUSES = {ANN: MEMBER, BO: RETAINED, CAI: PersonStatus(is_staff=True)}


def to_roster(
    statuses: Mapping[str, PersonStatus] = STATUSES, *received: str, **changes: Any
) -> Any:
    command = ISSUE_ALL.model_copy(update=changes)
    return issue_gifts_to_roster(SPRING, command, ORG, TODAY, statuses=statuses, received=received)


def test_the_whole_roster_is_one_event_for_many_people_each_in_their_capacity() -> None:
    issue = to_roster()
    assert issue.people == [
        Recipient(ANN, "member"),
        Recipient(BO, "member"),
        Recipient(CAI, "staff"),
    ]
    assert list(issue.events()) == [
        issued(ANN),
        issued(BO),
        issued(CAI, capacity="staff"),
    ]


def test_exceptions_receive_nothing() -> None:
    assert [one.person_id for one in to_roster(except_person_ids=(BO,)).people] == [ANN, CAI]


def test_only_the_missing_receive_when_that_is_asked() -> None:
    issue = to_roster(STATUSES, ANN, only_missing=True)
    assert [one.person_id for one in issue.people] == [BO, CAI]


@pytest.mark.parametrize(
    ("of", "changes", "looked_up", "code", "rows"),
    [
        (None, {"issued_on": TOMORROW}, {}, "date-in-future", []),
        (None, {}, {}, "unknown-programme", []),
        (programme(opened(), closed()).state, {}, {}, "programme-closed", []),
        (programme(opened()).state, {}, {}, "roster-not-frozen", []),
        (SPRING, {"except_person_ids": (DAI,)}, {"received": (ANN,)}, "not-on-roster", [(1, DAI)]),
        (SPRING, {}, {"received": (CAI, ANN)}, "already-issued", [(1, ANN), (3, CAI)]),
        (SPRING, {"only_missing": True}, {"received": (ANN, BO, CAI)}, "nobody-missing", []),
        (SPRING, {}, {"statuses": {ANN: MEMBER}}, "capacity-unknown", [(2, BO), (3, CAI)]),
    ],
)
def test_a_roster_is_refused_for_the_first_of_these_with_its_rows(
    of: Any, changes: Any, looked_up: Any, code: str, rows: list[Any]
) -> None:
    command = ISSUE_ALL.model_copy(update=changes)
    facts = {"statuses": {}, "received": (), **looked_up}
    with pytest.raises(Refusal) as refused:
        issue_gifts_to_roster(of, command, ORG, TODAY, **facts)
    assert refused.value.code == code
    assert refused.value.errors == [
        {"row": number, "code": code, "person_id": person} for number, person in rows
    ]
