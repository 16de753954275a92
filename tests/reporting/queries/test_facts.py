"""All facts that bear on a period, and no others: of the union, as known, subjects whole."""

from datetime import UTC, date, datetime, time, timedelta

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.queries.facts import known_on, read_facts
from services.reporting.rules.facts import Facts
from shared.contract.values import SHANGHAI
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import claim_paid, gift, joined, programme, returned

YEAR = (date(2022, 1, 1), date(2022, 12, 31))


async def test_a_window_is_a_year_wider_on_both_sides(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    days = ["2020-12-31", "2021-01-01", "2022-05-01", "2023-12-31", "2024-01-01"]
    recorded = History(datetime(2024, 1, 2, tzinfo=UTC))
    await recorded(*(gift(f"g{n}", "birthday", n, day) for n, day in enumerate(days))).told(
        simulated
    )
    facts = await read_facts(pool, ORG, *YEAR, 5)
    assert sorted(row.issued_on.isoformat() for row in facts.deliveries) == days[1:4]


async def test_a_programme_is_read_whole_and_so_is_a_case_claimed_years_apart(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        gift("long", "birthday", 1, "2018-05-01"),
        gift("long", "birthday", 2, "2022-05-01"),
        gift("short", "birthday", 1, "2018-05-01"),
        claim_paid("c1", "hospital", 1, "2018-03-01", case_id="same"),
        claim_paid("c2", "hospital", 1, "2022-03-01", case_id="same"),
        claim_paid("c3", "hospital", 2, "2018-03-01", case_id="same"),
    ).told(simulated)
    facts = await read_facts(pool, ORG, *YEAR, 6)
    assert [row.programme_id for row in facts.deliveries] == ["long", "long"]
    assert sorted(row.claim_id for row in facts.claims) == ["c1", "c2"]


async def test_no_statement_reads_a_table_for_every_row_of_another(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    """A subquery within an OR is hashed while it fits work_mem, and quadratic from then on."""
    await History()(gift("a", "birthday", 1, "2022-05-01")).told(simulated)
    plans: list[str] = []

    class Explained:
        async def fetch(self, sql: str, *given: object) -> list[asyncpg.Record]:
            plan = await pool.fetch(f"EXPLAIN {sql}", *given)
            plans.append("\n".join(line for (line,) in plan))
            return list(await pool.fetch(sql, *given))

        async def fetchval(self, sql: str, *given: object) -> object:
            return await pool.fetchval(sql, *given)

    facts = await read_facts(Explained(), ORG, *YEAR, 1)
    assert len(facts.deliveries) == 1 and len(plans) > 10
    assert [plan for plan in plans if "SubPlan" in plan] == []


async def test_what_another_union_says_is_no_fact_here(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(joined(1, "2022-01-01"), gift("a", "birthday", 1, "2022-05-01")).told(simulated)
    facts = await read_facts(pool, "jt-group", *YEAR, 2)
    assert facts == Facts("jt-group", facts.known_on)


async def test_what_was_not_known_then_is_no_fact_then(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        programme("m", "marriage", "2022-01-01"),
        gift("m", "marriage", 1, "2022-05-01"),
        returned("m", 1, "2022-05-02"),
    ).told(simulated)

    async def at(index: int) -> Facts:
        return await read_facts(pool, ORG, *YEAR, index)

    nothing = await at(0)
    assert nothing == Facts(ORG, nothing.known_on)
    assert set((await at(1)).programmes) == {"m"} and (await at(1)).deliveries == ()
    assert [row.returned is None for row in (await at(2)).deliveries] == [True]
    assert [row.returned is None for row in (await at(3)).deliveries] == [False]


async def test_records_begin_with_the_first_business_day_of_any_kind(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        joined(1, "1999-01-01"), gift("a", "birthday", 1, "2022-05-01"),
        gift("b", "birthday", 1, "2019-05-01"),
    ).told(simulated)  # fmt: skip
    begun = [(await read_facts(pool, ORG, *YEAR, at)).records_since for at in (1, 2, 3)]
    assert begun == [None, date(2022, 5, 1), date(2019, 5, 1)]


@pytest.mark.parametrize(
    "period", [(date.min, date.min), (date.max, date.max), (date.min, date.max)]
)
async def test_the_first_and_the_last_of_all_days_can_be_asked_for(
    pool: asyncpg.Pool, simulated: Ingest, period: tuple[date, date]
) -> None:
    await History()(gift("a", "birthday", 1, "2022-05-01")).told(simulated)
    facts = await read_facts(pool, ORG, *period, 1)
    assert bool(facts.deliveries) == (period == (date.min, date.max))


async def seal(pool: asyncpg.Pool, index: int, at: datetime) -> None:
    await pool.execute("INSERT INTO seals (last_index, sealed_at) VALUES ($1, $2)", index, at)


async def test_what_is_known_was_known_by_the_civil_day_in_china(pool: asyncpg.Pool) -> None:
    assert await known_on(pool, 0) == date.min
    midnight = datetime.combine(date(2023, 1, 1), time(), SHANGHAI).astimezone(UTC)
    await seal(pool, 5, midnight - timedelta(seconds=1))
    await seal(pool, 9, midnight)
    days = [await known_on(pool, at) for at in (0, 5, 6, 9, 10)]
    last, first = date(2022, 12, 31), date(2023, 1, 1)
    assert days == [last, last, first, first, first]
