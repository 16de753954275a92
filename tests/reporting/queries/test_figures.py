"""A figure's value is what its lines say as known then, and says what a reader must be told.

That sums and lists give the same values for arbitrary histories is in test_any_history.py.
"""

from datetime import date

import asyncpg
import pytest

from services.reporting.figures import BY_NAME
from services.reporting.ingest.apply import Ingest
from services.reporting.queries.figures import (
    AMOUNT_ASSUMED,
    NOT_PROVABLE,
    Value,
    figure_named,
    values_at,
    values_listed,
    values_now,
)
from services.reporting.queries.knowledge import Period
from shared.errors import Unknown
from tests.reporting.history import History
from tests.reporting.queries.test_knowledge import YEAR, value
from tests.reporting.records import ORG
from tests.reporting.year import claim_paid, claim_reversed, gift, returned

PORTIONS, AMOUNT = BY_NAME["gift_marriage"], BY_NAME["claim_hospital_paid_amount"]


async def test_what_is_reversed_or_returned_is_not_counted_from_then_on(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        claim_paid("c1", "hospital", 1, "2022-03-01"),
        claim_paid("c2", "hospital", 2, "2022-04-01"),
        gift("m", "marriage", 1, "2022-05-01"),
        claim_reversed("c1", "hospital", 1, "2023-01-05"),
        returned("m", 1, "2023-01-06"),
    )
    await history.told(simulated)
    assert await value(pool, "claim_hospital_paid", "3") == 2
    assert await value(pool, "claim_hospital_paid_amount", "3") == 200000
    assert await value(pool, "claim_hospital_paid") == 1
    assert await value(pool, "claim_hospital_paid_amount") == 100000
    assert (await value(pool, "gift_marriage", "3"), await value(pool, "gift_marriage")) == (1, 0)


async def test_a_gift_returned_and_issued_again_counts_once_on_its_new_day(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        gift("m", "marriage", 1, "2022-05-01"),
        returned("m", 1, "2022-05-02"),
        gift("m", "marriage", 1, "2023-05-03"),
    )
    await history.told(simulated)
    assert await value(pool, "gift_marriage") == 0
    at, values = await values_now(pool, ORG, Period(date(2023, 1, 1), date(2023, 12, 31)))
    assert (at, values["gift_marriage"].value) == (3, 1)


async def test_a_source_that_numbers_nothing_is_not_provable_and_says_so(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(gift("m", "marriage", 1, "2022-05-01"))
    await history.from_outside(gift("m", "birth", 2, "2022-05-01")).told(simulated)
    for values in (await values_at(pool, ORG, YEAR, 2), (await values_now(pool, ORG, YEAR))[1]):
        assert values["gift_marriage"].provable
        assert not values["gift_birth"].provable
        assert values["gift_birth"].notes == ["完整性不可证明"]


def test_an_unknown_figure_names_the_near_ones() -> None:
    with pytest.raises(Unknown) as refused:
        figure_named("gift_births")
    assert "gift_birth" in refused.value.facts["near"]


@pytest.mark.parametrize("name", ["", "无", "x" * 10_000, "GIFT_BIRTH", "gift_birth "])
def test_a_name_is_a_figure_s_own_or_none(name: str) -> None:
    with pytest.raises(Unknown, match="unknown-figure"):
        figure_named(name)
    assert figure_named("gift_birth") is BY_NAME["gift_birth"]


async def test_a_union_of_which_nothing_is_known_has_nought_of_everything(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(gift("m", "marriage", 1, "2022-05-01")).told(simulated)
    for values in (
        await values_at(pool, "nowhere", YEAR, 1),
        await values_listed(pool, ORG, YEAR, 0),
        (await values_now(pool, ORG, Period(date(2023, 1, 1), date(2023, 12, 31))))[1],
    ):
        assert set(values) == set(BY_NAME)
        assert {(v.value, v.lines, v.provable) for v in values.values()} == {(0, 0, True)}


async def test_only_the_figures_asked_for_are_answered(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(gift("m", "marriage", 1, "2022-05-01")).told(simulated)
    found = await values_at(pool, ORG, YEAR, 1, [PORTIONS, AMOUNT])
    assert {name: v.value for name, v in found.items()} == {PORTIONS.name: 1, AMOUNT.name: 0}
    assert await values_at(pool, ORG, YEAR, 1, []) == {}


@pytest.mark.parametrize(
    ("value", "notes"),
    [
        (Value(AMOUNT, 5, 3, 0, 0, 0), []),
        (Value(AMOUNT, 5, 3, 0, 0, 1), [NOT_PROVABLE]),
        (Value(AMOUNT, 5, 3, 0, 1, 0), [AMOUNT_ASSUMED]),
        (Value(AMOUNT, 5, 3, 2, 0, 0), ["2项未载明金额"]),
        (Value(AMOUNT, 5, 3, 2, 1, 1), [NOT_PROVABLE, AMOUNT_ASSUMED, "2项未载明金额"]),
        (Value(PORTIONS, 5, 3, 2, 1, 0), []),
        (Value(PORTIONS, 5, 3, 2, 1, 1), [NOT_PROVABLE]),
    ],
)
def test_what_a_reader_must_be_told_stands_beside_the_number(
    value: Value, notes: list[str]
) -> None:
    assert value.notes == notes
    assert value.provable == (NOT_PROVABLE not in notes)
