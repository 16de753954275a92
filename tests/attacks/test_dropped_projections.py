"""A projection that was dropped, emptied or redefined is answered from by nobody until it is whole.

Shown on 2026-11-29: a dropped schema, a dropped table, or an upgrade that adds a projection gave
figures of 0, "provable", a report that says 日志中没有记录, `status` 0, `reconcile` "complete", and
eleven false FindingResolved (one dropped table: a false *fail*), written into the log for ever.

Here under load: events come, figures are asked and findings judged all the time, while it happens.
Every number is held against the journal at the log_index it was answered at.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import asyncpg
import pytest

from services.reporting import projections
from services.reporting.journal import log as journal
from services.reporting.projections import checkpoints
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.checkpoints import Stale, folded
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.rebuild.keeper import Keeper
from shared.contract.reporting import FindingRaised, FindingResolved
from shared.eventstore.database import open_pool
from shared.http.problems import TITLES
from tests.attacks.watched import FIGURE, Watched
from tests.databases import NewDatabase
from tests.reporting.by_hand import by_hand
from tests.reporting.conftest import live_projections
from tests.reporting.office import Office, cash, returned
from tests.reporting.records import ORG, gift

ROUTES = [
    "figures", f"figures/{FIGURE}", "rosters", "conflicts", "membership-account", "findings",
    "verdicts", "report",
]  # fmt: skip


@pytest.fixture
async def database(new_database: NewDatabase) -> str:
    """The DSN of a fresh reporting database, with its projections."""
    return await new_database("shared.eventstore", "services.reporting", prepare=live_projections)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a fresh reporting database."""
    pool = await open_pool(database, size=12)
    yield pool
    await pool.close()


@pytest.fixture
async def watched(pool: asyncpg.Pool, database: str) -> AsyncIterator[Watched]:
    """Under load, with one member who was given cash: a finding that stands throughout."""
    office = await Office.opened(pool)
    await office.happened(cash(2), *(gift(n) for n in range(3, 60)))
    await office.react()
    watched = Watched(office, database)
    work = (watched.ingesting, watched.asking, watched.judging, watched.keeper.run)
    tasks = [asyncio.create_task(each()) for each in work]
    await asyncio.sleep(0.5)
    yield watched
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    await watched.client.aclose()
    assert [why for why in ended if not isinstance(why, asyncio.CancelledError)] == []


async def done(pool: asyncpg.Pool, *deeds: str | Callable[[Any], Awaitable[object]]) -> None:
    """Statements and deeds in one transaction; again where those who read beside it deadlock with
    it and it is the one that PostgreSQL ends, as whoever means it would."""
    while True:
        with suppress(asyncpg.DeadlockDetectedError):
            async with pool.acquire() as connection, connection.transaction():
                for deed in deeds:
                    await (connection.execute(deed) if isinstance(deed, str) else deed(connection))
            return


async def dropped_schema(pool: asyncpg.Pool) -> None:
    await done(pool, f"DROP SCHEMA {LIVE} CASCADE")


async def dropped_lines(pool: asyncpg.Pool) -> None:
    await done(pool, f"DROP TABLE {LIVE}.figure_lines")


async def dropped_deliveries(pool: asyncpg.Pool) -> None:
    await done(pool, f"DROP TABLE {LIVE}.deliveries")


async def made_again_empty(pool: asyncpg.Pool) -> None:
    """As the start of a worker did on 2026-11-29."""
    made = partial(projections.create_tables, schema=LIVE)
    await done(pool, f"DROP SCHEMA {LIVE} CASCADE", made)


async def truncated(pool: asyncpg.Pool) -> None:
    table, triggers = f"{LIVE}.figure_sums", f"ALTER TABLE {LIVE}.figure_sums {{}} TRIGGER USER"
    await done(pool, triggers.format("DISABLE"), f"TRUNCATE {table}", triggers.format("ENABLE"))


async def column_made_again(pool: asyncpg.Pool) -> None:
    column = f"ALTER TABLE {LIVE}.figure_lines"
    added = f"{column} ADD COLUMN quantity bigint NOT NULL DEFAULT 0"
    await done(pool, f"{column} DROP COLUMN quantity CASCADE", added)


async def dropped_column(pool: asyncpg.Pool) -> None:
    await done(pool, f"ALTER TABLE {LIVE}.figure_lines DROP COLUMN quantity CASCADE")


async def other_code(pool: asyncpg.Pool) -> None:
    """A projection was folded by other code, and a worker of this code starts."""
    await pool.execute("UPDATE checkpoints SET definition = 'x' WHERE projection = 'deliveries'")
    async with pool.acquire() as connection:
        await checkpoints.prepare(connection)


async def added_projection(pool: asyncpg.Pool) -> None:
    """The code before this one had no such projection."""
    forgotten = "DELETE FROM checkpoints WHERE projection = 'deliveries'"
    await done(pool, f"DROP TABLE {LIVE}.deliveries", forgotten)
    async with pool.acquire() as connection:
        await checkpoints.prepare(connection)


ATTACKS = [
    dropped_schema, dropped_lines, dropped_deliveries, made_again_empty, truncated,
    column_made_again, dropped_column, other_code, added_projection,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_wrong_zero_no_false_finding_and_whole_again_by_itself(
    watched: Watched, attack: Callable[[asyncpg.Pool], Awaitable[None]]
) -> None:
    await attack(watched.pool)
    seconds = await watched.whole()
    print(f"{attack.__name__}: whole again in {seconds:.1f} s")
    await asyncio.sleep(0.5)
    await watched.check()
    assert watched.refused, "it was never asked while it was stale"
    for problem in watched.refused:
        assert problem["code"] == "being-rebuilt"
        assert 0 <= problem["progress"] <= 1 and problem["projections"]
    said = await watched.office.findings("wel-03")
    assert [type(event) for event in said] == [FindingRaised]
    rebuilt = await rebuild(watched.keeper.database_url)
    assert rebuilt.equal and not rebuilt.lost


async def test_every_route_that_reads_projections_refuses_and_what_stands_is_said(
    pool: asyncpg.Pool, database: str
) -> None:
    office = await Office.opened(pool)
    await office.happened(gift(1))
    watched = Watched(office, database)
    event = await pool.fetchval("SELECT event_id FROM journal LIMIT 1")
    routes = [f"{ORG}/{route}" for route in ROUTES]
    routes += [f"{ORG}/events/{event}", f"{ORG}/reconciliation/mid-autumn-2022"]
    assert {
        route: (await watched.get(route)).status_code for route in routes[:-1]
    } == dict.fromkeys(routes[:-1], 200)
    await pool.execute(f"DROP TABLE {LIVE}.unions")
    for route in routes:
        problem = (await watched.get(route)).json()
        assert (problem["status"], problem["code"]) == (503, "being-rebuilt"), route
        assert problem["title"] not in TITLES
    body = {"values": "x"}
    tried = await watched.client.post(
        f"/v1/{ORG}/rules/wel-04/what-if", json=body, params={"year": 2022}
    )
    assert tried.json()["code"] == "being-rebuilt"
    lost = {"projection": "unions", "reason": "table-changed"}
    status = (await watched.client.get("/v1/status")).json()
    ready = (await watched.client.get("/readyz")).json()
    reconciled = (await watched.client.post("/v1/reconcile")).json()
    for stale in (status["stale"], ready["checks"]["stale"], reconciled["stale"]):
        assert [each | lost for each in stale] == stale and len(stale) == 1
    assert not reconciled["complete"]
    assert (await office.react()).unions == 0, "the reactor holds"
    assert await watched.keeper.once() is not None
    assert {(await watched.get(route)).status_code for route in routes[:-1]} == {200}
    await watched.client.aclose()


@pytest.mark.parametrize(
    "statement", ["DELETE FROM {t}", "TRUNCATE {t}", "UPDATE {t} SET quantity = 0"]
)
@pytest.mark.parametrize("table", ["figure_lines", "deliveries"])
async def test_a_hand_cannot_take_rows_or_a_columns_worth_of_them(
    pool: asyncpg.Pool, statement: str, table: str
) -> None:
    office = await Office.opened(pool)
    await office.happened(gift(1))
    with pytest.raises(asyncpg.RaiseError, match="folded from the journal"):
        await pool.execute(statement.format(t=f"{LIVE}.{table}"))
    await office.happened(returned(1))  # what ends a version is written as before


async def test_what_was_said_from_a_wrong_state_is_put_right_by_events_that_say_so(
    pool: asyncpg.Pool, database: str
) -> None:
    office = await Office.opened(pool)
    await office.happened(gift(1), cash(2))
    await office.react()
    await by_hand(pool, f"{LIVE}.deliveries", f"DELETE FROM {LIVE}.deliveries")
    await office.happened(gift(3))
    await office.react()
    raised, false = await office.findings("wel-03")
    assert isinstance(false, FindingResolved) and false.corrects is None

    # A comparison notices; then all goes its way.
    async with pool.acquire() as connection:
        at = await journal.last_index(connection)
        await checkpoints.mark(connection, Stale("deliveries", "rows-changed", at))
    assert (await office.react()).unions == 0
    rebuilt = await Keeper(pool, database, 1).once()
    assert rebuilt is not None and rebuilt.swapped
    await office.react()
    *_, right = await office.findings("wel-03")
    assert isinstance(right, FindingRaised)
    assert isinstance(raised, FindingRaised)
    assert (right.corrects, right.reason) == ("stale_projection", raised.reason)
    assert (await office.react()).raised == 0, "said once"


async def test_a_journal_that_lost_its_end_is_not_written_over(pool: asyncpg.Pool) -> None:
    office = await Office.opened(pool)
    await office.happened(gift(1), gift(2))
    last = await journal.last_index(pool)
    await by_hand(pool, "journal", f"DELETE FROM journal WHERE log_index = {last}")
    await pool.execute("UPDATE journal_head SET next_index = next_index - 1")
    with pytest.raises(checkpoints.JournalTruncated):
        await office.happened(gift(3))
    stale = (await folded(pool)).stale
    assert {each.reason for each in stale} == {"ahead-of-journal"}


async def test_code_of_another_definition_folds_no_more_once_it_was_replaced(
    pool: asyncpg.Pool,
) -> None:
    office = await Office.opened(pool)
    await pool.execute("UPDATE checkpoints SET definition = 'newer' WHERE projection = 'claims'")
    with pytest.raises(checkpoints.OtherDefinition):
        await office.happened(gift(1))
