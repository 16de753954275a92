"""A period is its first and its last day, or a calendar year, and nothing is guessed."""

from datetime import date

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from guildhall.cli.period import Period, period_of
from tests.guildhall.cli.fake_services import FakeServices


def test_a_period_and_a_knowledge_time_are_passed_on(services: FakeServices) -> None:
    services.answers["GET reporting/v1/tjtc/figures"] = {"figures": []}
    period = ("--from", "2022-09-01", "--to", "2023-08-31", "--as-of", "120")
    assert services.run("figures", "--org", "tjtc", *period).exit_code == 0
    asked = dict(services.asked[0].url.params)
    assert asked == {"from": "2022-09-01", "to": "2023-08-31", "as_of": "120"}


@pytest.mark.parametrize(
    "period",
    [
        (),
        ("--year", "2022", "--from", "2022-01-01"),
        ("--from", "2022-01-01"),
        ("--from", "2022-12-31", "--to", "2022-01-01"),
        ("--from", "2022-02-30", "--to", "2022-12-31"),
    ],
)
def test_a_period_that_is_none_is_wrong_usage(
    services: FakeServices, period: tuple[str, ...]
) -> None:
    assert services.run("figures", "--org", "tjtc", *period).exit_code == 2
    assert not services.asked


def test_a_year_is_all_of_its_days() -> None:
    assert period_of(2022, None, None) == Period("2022-01-01", "2022-12-31")


@given(st.dates(), st.dates())
def test_days_are_a_period_where_the_first_is_not_after_the_last(one: date, other: date) -> None:
    first, last = sorted((one, other))
    days = Period(first.isoformat(), last.isoformat())
    assert period_of(None, *days) == days
    if first != last:
        with pytest.raises(typer.BadParameter, match="is after"):
            period_of(None, days.last, days.first)


def test_a_day_in_another_iso_form_is_asked_for_in_the_plain_one() -> None:
    assert period_of(None, "20220901", "2022-W35-5") == Period("2022-09-01", "2022-09-02")


@pytest.mark.parametrize("day", ["", "2022-13-01", "2022年9月1日", "2022-09-01T00:00", "1-1-1"])
def test_a_day_that_is_none_is_named_with_its_option(day: str) -> None:
    with pytest.raises(typer.BadParameter, match="--to"):
        period_of(None, "2022-01-01", day)


@pytest.mark.parametrize("as_of", [None, "120", "2023-01-15"])
def test_a_question_carries_the_period_and_what_was_known(as_of: str | None) -> None:
    asked = Period("2022-01-01", "2022-12-31").asked(as_of)
    assert asked == {"from": "2022-01-01", "to": "2022-12-31", "as_of": as_of}
