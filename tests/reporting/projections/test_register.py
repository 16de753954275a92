"""Who was in post and who was a member, on any day."""

from services.reporting.projections.register import REGISTER
from tests.examples.members import (
    staff_left,
)
from tests.reporting.projections.rows import day, only
from tests.reporting.year import (
    joined,
    left,
    person,
    retired,
    staffed,
)


def test_a_member_is_one_from_joining_until_the_day_before_leaving() -> None:
    row = only(REGISTER, staffed(1), joined(1, "2021-05-01"), left(1, "2022-03-01"))
    days = ("2021-04-30", "2021-05-01", "2022-02-28", "2022-03-01")
    assert [row.member_on(day(each)) for each in days] == [False, True, True, False]


def test_who_came_back_was_a_member_then_and_is_now() -> None:
    row = only(
        REGISTER,
        joined(1, "2021-05-01"),
        left(1, "2022-03-01"),
        joined(1, "2022-10-01", "rejoined", 2),
    )
    days = ("2022-02-28", "2022-03-01", "2022-09-30", "2022-10-01")
    assert [row.member_on(day(each)) for each in days] == [True, False, False, True]


def test_the_last_day_in_post_is_in_post_in_every_spell() -> None:
    gone = staff_left(occurred_on="2020-06-30", person_id=person(1), reason="resigned")
    row = only(REGISTER, staffed(1), gone, staffed(1, "2021-01-01"))
    days = ("2015-08-31", "2020-06-30", "2020-07-01", "2020-12-31", "2021-01-01")
    assert [row.staff_on(day(each)) for each in days] == [False, True, False, False, True]


def test_a_membership_retained_goes_on_and_another_ends() -> None:
    for retained in (True, False):
        row = only(REGISTER, joined(1, "2021-05-01"), retired(1, "2022-06-30", retained=retained))
        assert row.retired_on == day("2022-06-30")
        assert row.member_on(day("2022-07-01")) is retained
