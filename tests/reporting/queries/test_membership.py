"""The membership account: every day closes, also for who leaves and comes back."""

import random
from datetime import date, timedelta

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.figures import values_at
from services.reporting.queries.knowledge import Period
from services.reporting.queries.membership import Account, account
from tests.examples.members import member_died
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import joined, left, person, retired, transferred_out

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))


async def account_of(pool: asyncpg.Pool, period: Period = YEAR) -> Account:
    return await account(pool, ORG, period, await last_index(pool))


async def test_opening_plus_what_came_less_what_went_is_closing(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        *(joined(n, "2021-05-01") for n in range(1, 9)),
        joined(9, "2022-02-01"),
        joined(10, "2022-02-01", "transferred_in"),
        left(1, "2022-03-01"),
        transferred_out(2, "2022-03-01"),
        member_died(occurred_on="2022-04-01", person_id=person(3)),
        retired(4, "2022-06-30", retained=False),
        retired(5, "2022-06-30", retained=True),
        joined(1, "2022-10-01", "rejoined", spell=2),
        joined(11, "2023-01-01"),
    ).told(simulated)
    found = await account_of(pool)
    assert (found.opening, found.closing, found.first_open_day) == (8, 7, None)
    assert found.totals == {
        "joined": 1,
        "transferred_in": 1,
        "rejoined": 1,
        "left": 1,
        "transferred_out": 1,
        "died": 1,
        "retired": 1,
    }
    assert [(day.day.isoformat(), day.opening, day.closing) for day in found.days] == [
        ("2022-02-01", 8, 10),
        ("2022-03-01", 10, 8),
        ("2022-04-01", 8, 7),
        ("2022-06-30", 7, 6),
        ("2022-10-01", 6, 7),
    ]


async def test_who_comes_back_keeps_the_former_membership_on_every_past_day(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        joined(1, "2021-05-01"),
        left(1, "2022-03-01"),
        joined(1, "2022-10-01", "rejoined", spell=2),
        left(1, "2022-12-01", spell=2),
    ).told(simulated)
    at = await last_index(pool)
    rolls = {}
    for day in ("2022-02-28", "2022-03-01", "2022-09-30", "2022-10-01", "2022-12-01"):
        period = Period(date(2022, 1, 1), date.fromisoformat(day))
        rolls[day] = (await values_at(pool, ORG, period, at))["members_on_roll"].value
    assert rolls == {
        "2022-02-28": 1,
        "2022-03-01": 0,
        "2022-09-30": 0,
        "2022-10-01": 1,
        "2022-12-01": 0,
    }
    assert (await account_of(pool)).first_open_day is None


async def test_a_source_that_does_not_number_memberships_is_found_out(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        joined(1, "2022-02-01"), left(1, "2022-03-01"), joined(1, "2022-10-01", "rejoined")
    ).told(simulated)
    found = await account_of(pool)
    assert found.first_open_day == date(2022, 3, 1)


async def test_leaving_without_having_joined_does_not_close(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(left(1, "2022-03-01")).told(simulated)
    found = await account_of(pool)
    assert [(day.day, day.difference) for day in found.days] == [(date(2022, 3, 1), 1)]


async def test_any_comings_and_goings_close_on_every_day_of_any_period(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    chance, history = random.Random(7), History()
    for number in range(1, 40):
        day, spell = date(2021, 1, 1) + timedelta(days=chance.randrange(400)), 1
        while day < date(2023, 1, 1):
            history(joined(number, day.isoformat(), "rejoined" if spell > 1 else "new", spell))
            day += timedelta(days=chance.randrange(200))
            history(left(number, day.isoformat(), spell))
            day, spell = day + timedelta(days=chance.randrange(200)), spell + 1
    await history.told(simulated, [50] * 20)
    at = await last_index(pool)
    for _ in range(8):
        first = date(2021, 1, 1) + timedelta(days=chance.randrange(500))
        period = Period(first, first + timedelta(days=chance.randrange(300)))
        found = await account_of(pool, period)
        assert found.first_open_day is None
        came_less_went = sum(
            number if column in ("joined", "transferred_in", "rejoined") else -number
            for column, number in found.totals.items()
        )
        assert found.opening + came_less_went == found.closing
        roll = (await values_at(pool, ORG, period, at))["members_on_roll"].value
        assert found.closing == roll
