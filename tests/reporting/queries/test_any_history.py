"""On a real PostgreSQL, for an arbitrary history: live tables, figures and lists agree at every
knowledge time with a fold in memory."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from services.reporting.figures import FIGURES
from services.reporting.ingest.apply import Ingest
from services.reporting.projections import FIGURE_LINES, PROJECTIONS
from services.reporting.projections import figure_sums as sums
from services.reporting.projections.as_of import FOREVER, LIVE
from services.reporting.projections.figure_sums import differences
from services.reporting.queries.figure_events import Cursor, decode_cursor, events_of
from services.reporting.queries.figures import values_at, values_listed, values_now
from services.reporting.queries.knowledge import Period
from services.reporting.queries.merged import merged
from services.reporting.reconciliation import rolling_check
from tests.reporting.counting import Beyond, beyond, figure_of
from tests.reporting.history import Versions, arbitrary_history, current_rows, folded
from tests.reporting.records import ORG

PERIOD = Period(date(2022, 1, 20), date(2022, 3, 31))


def by_definition(versions: Versions, facts: Beyond, at: int) -> dict[str, int]:
    lines = current_rows(versions, at).values()
    return {figure.name: figure_of(lines, figure, PERIOD, facts, at) for figure in FIGURES}


async def test_live_tables_are_the_fold_of_the_journal_version_by_version(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = await arbitrary_history(simulated)
    entries = history.entries()
    for projection in PROJECTIONS:
        rows = await pool.fetch(f"SELECT * FROM {LIVE}.{projection.name}")
        live = {
            tuple(tuple(v) if isinstance(v, list) else v for v in record.values())
            for record in rows
        }
        wanted = {
            (*row, since, until)
            for versions in folded(projection, entries).values()
            for row, since, until in versions
        }
        assert live == wanted, projection.name


async def test_figures_at_every_knowledge_time_are_their_definition(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = await arbitrary_history(simulated)
    entries = history.entries()
    versions, facts = folded(FIGURE_LINES, entries), beyond(entries)
    for at in range(0, len(entries) + 1, 16):
        values = await values_at(pool, ORG, PERIOD, at)
        assert {name: v.value for name, v in values.items()} == by_definition(versions, facts, at)


async def test_what_is_known_now_is_the_same_from_sums_and_from_lists(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = await arbitrary_history(simulated)
    at, now = await values_now(pool, ORG, PERIOD)
    assert at == len(history.envelopes)
    assert now == await values_listed(pool, ORG, PERIOD, at)
    assert list(now) == [figure.name for figure in FIGURES]
    assert any(value.unprovable for value in now.values())


async def test_sums_and_lists_agree_at_every_knowledge_time(
    pool: asyncpg.Pool, simulated: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "BLOCK", 16)
    history = await arbitrary_history(simulated)
    for at in range(0, len(history.envelopes) + 1, 3):
        by_list = await values_listed(pool, ORG, PERIOD, at)
        assert await values_at(pool, ORG, PERIOD, at) == by_list, at


async def test_sums_differ_from_no_list_in_any_stretch_of_the_log(
    pool: asyncpg.Pool, simulated: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "BLOCK", 16)
    await arbitrary_history(simulated)
    async with pool.acquire() as connection:
        for since, before in ((0, FOREVER), (0, 160), (100, 250), (160, FOREVER)):
            assert await differences(connection, LIVE, since, before) == []
        assert await connection.fetchval(
            f"UPDATE {LIVE}.figure_sums SET quantity = quantity + 2 WHERE (list, day, block) ="
            f" (SELECT list, day, block FROM {LIVE}.figure_sums WHERE block = 9 LIMIT 1)"
            " RETURNING 1"
        )
        (wrong,) = await differences(connection, LIVE, 144, 160)
        assert (wrong["block"], wrong["quantity"], wrong["lines"]) == (9, 2, 0)
        assert await differences(connection, LIVE, 160) == []
        assert await differences(connection, LIVE, 0, 144) == []


async def test_the_rolling_check_comes_to_every_stretch_in_turn(
    pool: asyncpg.Pool, simulated: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "BLOCK", 8)
    monkeypatch.setattr(rolling_check, "STRETCH", 64)
    last = len((await arbitrary_history(simulated)).envelopes)

    async def compare(connection: asyncpg.Connection, since: int, before: int) -> list[Any]:
        return await differences(connection, LIVE, since, before)

    comparison = rolling_check.RollingCheck(compare)
    async with pool.acquire() as connection:

        async def rounds() -> list[int]:
            return [len(await comparison.round(connection, last)) for _ in range(5)]

        assert await rounds() == [0] * 5
        spoil = (
            f"UPDATE {LIVE}.figure_sums SET lines = lines + $1 WHERE (list, day, block) IN"
            f" (SELECT DISTINCT ON (block) list, day, block FROM {LIVE}.figure_sums"
            f"   WHERE block IN (SELECT min(block) FROM {LIVE}.figure_sums"
            f"     UNION SELECT max(block) FROM {LIVE}.figure_sums) ORDER BY block, list, day)"
        )
        await connection.execute(spoil, 1)
        # The newest at once, the oldest when it is its turn, and from then on.
        found = await rounds()
        assert found[0] == 1 and found == sorted(found) and found[-1] == 2
        await connection.execute(spoil, -1)
        assert (await rounds())[-1] == 0


async def test_the_events_listed_for_any_figure_add_up_to_it(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = await arbitrary_history(simulated, 600)
    ids = {str(envelope.event_id) for envelope in history.envelopes}
    values = await values_at(pool, ORG, PERIOD, len(ids))
    counted, merges = 0, await merged(pool, ORG, len(ids))

    def person(event: dict[str, Any]) -> str:
        return merges.kept(event["source"], event["subject"])

    for figure in FIGURES:
        events, repeats = [], []
        after = Cursor(len(ids), 0, "")
        while True:
            page = await events_of(pool, ORG, figure, PERIOD, after=after, limit=3)
            assert len(page.events) <= 3
            events += page.events
            repeats += page.repeats
            if page.next is None:
                break
            after = decode_cursor(page.next)
        assert {event["event_id"] for event in events} <= ids
        places = [(event["occurred_on"], event["log_index"], event["item"]) for event in events]
        assert places == sorted(set(places))
        firsts = {person(event): event["occurred_on"] for event in events}
        assert figure.measure != "persons" or len(firsts) == len(events)
        assert all(firsts[person(again)] <= again["occurred_on"] for again in repeats)
        assert len(events) + len(repeats) == values[figure.name].lines
        total = {
            "persons": len(set(map(person, events))),
            "count": len(events),
            "quantity": sum(event["quantity"] for event in events),
            "amount_fen": sum(event["amount_fen"] or 0 for event in events),
        }[figure.measure]
        assert total == values[figure.name].value, figure.name
        if figure.measure == "persons":
            assert len(events) == total
        counted += len(events)
    assert counted > 100
