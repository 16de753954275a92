"""Of a bulk command's rows, every refusal a row may have is in the order that its decision says."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from services.members.commands.membership import AdmissionRow, RecordMemberLeft
from services.members.domain import membership, person, staff
from shared.errors import Refusal
from shared.testing.decider import given
from tests.members.facts import ORG, TODAY, TOMORROW, WANG


@pytest.mark.parametrize(
    ("decide", "precedence"),
    [
        (staff.register_staff, staff.REGISTRATION_REFUSALS),
        (staff.record_staff_left, staff.LEAVING_REFUSALS),
        (staff.change_department, staff.DEPARTMENT_REFUSALS),
        (membership.admit_member, membership.ADMISSION_REFUSALS),
    ],
)
def test_the_order_is_that_of_the_decision(
    decide: Callable[..., Any], precedence: Mapping[str, type[Refusal]]
) -> None:
    raised = " ".join(str(decide.__doc__).partition("Raises")[2].split())
    assert list(precedence) == re.findall(r"`([a-z-]+)`", raised)
    kinds = dict.fromkeys(re.findall(r"\b(Invalid|Conflict) `", raised))
    assert list(kinds) == list(dict.fromkeys(kind.__name__ for kind in precedence.values()))


def test_a_paper_source_is_not_dated_after_today() -> None:
    left = RecordMemberLeft(
        person_id=WANG, left_on=TODAY, reason="other", source_recorded_on=TOMORROW
    )
    start = given(person, None)
    start.when(membership.record_member_left, left, ORG, TODAY).then_refused("date-in-future")
    row = AdmissionRow(person_id=WANG, joined_on=date(2022, 1, 1), kind="new")
    start.when(membership.admit_member, row, ORG, TODAY, source_recorded_on=TOMORROW).then_refused(
        "date-in-future"
    )
