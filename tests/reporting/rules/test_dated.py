"""A value holds on its days only, and is firm only where it was read and binds here."""

from datetime import date, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.rules.dated import (
    CONFIRMED,
    EVERYWHERE,
    HOME,
    JURISDICTIONS,
    PLACES,
    STATUSES,
    InForce,
    Parameter,
    Place,
    RuleValues,
    Status,
)


def entry(since: date | None, value: int | None) -> InForce:
    status: Status = "UNKNOWN" if value is None else "CONF-P"
    return InForce("cap_fen", value, status, since, None, "national", "NAT-2017", "条", "S")


def test_a_value_holds_from_its_day_and_the_last_known_one_is_only_named() -> None:
    first, second = date(2015, 2, 9), date(2020, 9, 23)
    cap = Parameter("cap_fen", "限额", "fen", (entry(first, 100000), entry(second, None)))
    assert cap.on(date(2015, 2, 8)) is None
    assert [value and value.value for value in map(cap.on, (first, second))] == [100000, None]
    for day in (first, date(2022, 1, 1)):
        known = cap.last_known(day)
        assert known is not None and known.value == 100000
    assert cap.last_known(date(2015, 2, 8)) is None


def test_known_and_unknown_values_and_those_of_other_provinces_are_not_firm() -> None:
    confirmed = entry(None, 5)
    assert confirmed.firm_in(HOME)
    assert not confirmed._replace(status="KNOW").firm_in(HOME)
    assert not confirmed._replace(status="UNKNOWN", value=None).firm_in(HOME)
    anhui = confirmed._replace(jurisdiction="anhui")
    assert (anhui.firm_in(HOME), anhui.firm_in("anhui")) == (False, True)
    assert (anhui.known_in(HOME), anhui.known_in("anhui")) == (False, True)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("status", sorted(STATUSES))
@pytest.mark.parametrize("jurisdiction", sorted(JURISDICTIONS))
def test_a_value_is_firm_where_it_is_confirmed_and_binding(
    status: Status, jurisdiction: str, place: str
) -> None:
    value = entry(None, 5)._replace(status=status, jurisdiction=jurisdiction)
    binds = jurisdiction in EVERYWHERE | {place}
    assert value.firm_in(place) == (status in CONFIRMED and binds)
    assert value.known_in(place) == binds


def test_every_place_has_its_chinese_name() -> None:
    assert set(get_args(Place)) == PLACES.keys()
    assert HOME in PLACES


def test_in_a_place_its_own_values_hold_and_another_place_s_are_not_known() -> None:
    day = date(2018, 1, 1)
    here = entry(day, 5)._replace(jurisdiction=HOME)
    everywhere = entry(date(2020, 1, 1), 6)
    there = entry(day, 7)._replace(jurisdiction="anhui")
    cap = Parameter("cap_fen", "限额", "fen", (here, everywhere))
    assert cap.under(HOME) == cap
    unknown, kept = cap.under("anhui").entries
    assert (unknown.value, unknown.status, unknown.jurisdiction) == (None, "UNKNOWN", "anhui")
    assert (unknown.effective_from, unknown.clause) == (day, "安徽的有关规定未查到")
    assert kept == everywhere
    assert cap._replace(elsewhere={"anhui": (there,)}).under("anhui").entries == (there,)
    values = RuleValues("wel-04", "限额", "Cap", {"cap_fen": cap}).under("anhui")
    assert values.on("cap_fen", day) == unknown


def test_a_value_meets_a_period_on_any_day_of_both() -> None:
    value = entry(date(2018, 1, 1), 5)._replace(effective_to=date(2018, 12, 31))
    for first, last, meets in (
        (date(2017, 1, 1), date(2017, 12, 31), False),
        (date(2017, 1, 1), date(2018, 1, 1), True),
        (date(2018, 12, 31), date(2019, 6, 1), True),
        (date(2019, 1, 1), date(2019, 6, 1), False),
    ):
        assert value.meets(first, last) == meets
    assert entry(None, 5).meets(date.min, date.min)
    assert entry(None, 5).meets(date.max, date.max)


BEGINNINGS = st.lists(st.dates(), min_size=1, max_size=6, unique=True).map(sorted)


@given(BEGINNINGS, st.dates(), st.data())
def test_on_any_day_the_entry_begun_last_is_in_force(
    begun: list[date], day: date, data: st.DataObject
) -> None:
    values = [data.draw(st.none() | st.integers(0, 9)) for _ in begun]
    cap = Parameter("cap_fen", "限额", "fen", tuple(map(entry, begun, values)))
    found = cap.on(day)
    assert (found is None) == (day < begun[0])
    for (since, value), (until, _) in pairwise([*zip(begun, values, strict=True), (None, None)]):
        if since <= day and (until is None or day < until):
            assert found == entry(since, value)
    known = cap.last_known(day)
    told = [v for since, v in zip(begun, values, strict=True) if since <= day and v is not None]
    assert (known and known.value) == (told[-1] if told else None)


def test_an_entry_without_a_beginning_holds_since_ever() -> None:
    cap = Parameter("cap_fen", "限额", "fen", (entry(None, None), entry(date(2018, 1, 1), 5)))
    found = cap.on(date.min)
    assert found is not None and found.status == "UNKNOWN"
    assert cap.last_known(date(2017, 12, 31)) is None
    assert cap.on(date.max) == cap.last_known(date.max) == entry(date(2018, 1, 1), 5)


def test_a_rule_s_values_are_asked_by_name() -> None:
    since = date(2018, 1, 1)
    parameters = {
        name: Parameter(name, "限额", "fen", (entry(since, value), entry(date(2020, 1, 1), None)))
        for name, value in (("a_fen", 1), ("b_fen", 2))
    }
    values = RuleValues("wel-04", "限额", "Cap", parameters)
    assert values.on("b_fen", since) == entry(since, 2)
    assert values.on("a_fen", since - timedelta(days=1)) is None
    assert values.last_known("a_fen", date(2022, 1, 1)) == entry(since, 1)
    with pytest.raises(KeyError):
        values.on("c_fen", since)
