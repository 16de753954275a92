"""What an address says, and that what it does not say is refused."""

from datetime import date

import pytest

from services.console.scope import Scope, index_of, of_year, period_of, union_of
from shared.errors import Invalid, Unknown
from tests.console.answers import KNOWN


def test_a_period_is_a_year_or_two_days() -> None:
    assert period_of("2022").first == date(2022, 1, 1)
    assert period_of("2022").year == 2022
    half = period_of("2022-01-01..2022-06-30")
    assert (half.said, half.year, half.before) == ("2022-01-01..2022-06-30", None, None)
    assert period_of("2022-01-01..2022-12-31").year == 2022


@pytest.mark.parametrize(
    "said", ["", "22", "2022-01-01", "2022-06-30..2022-01-01", "2099", "..", "ops", "２０２２"]
)
def test_what_is_no_period_is_no_page(said: str) -> None:
    with pytest.raises(Unknown):
        period_of(said)


@pytest.mark.parametrize("said", ["", "a", "TJTC", "../x", "tjtc/x", "-x"])
def test_what_names_no_union_is_no_page(said: str) -> None:
    with pytest.raises(Unknown):
        union_of(said)


def test_a_knowledge_time_is_an_index_or_a_day() -> None:
    assert (index_of("12538"), index_of("2022-12-15"), index_of("")) == (12538, "2022-12-15", None)
    with pytest.raises(Invalid):
        index_of("yesterday")


def test_links_carry_the_time_and_the_comparison_on() -> None:
    scope = Scope("tjtc", of_year(2022), 12538, None, {**KNOWN, "log_index": 12538})
    assert scope.past
    assert scope.to("figures/x", sort="-day") == "/tjtc/2022/figures/x?as_of=12538&sort=-day"
    assert scope.event("e") == "/tjtc/events/e?as_of=12538&period=2022"
    now = Scope("tjtc", of_year(2022), None, None, KNOWN)
    assert (now.past, now.to()) == (False, "/tjtc/2022")
    assert now.question["as_of"] == 12685, "all of a page at one knowledge time"
