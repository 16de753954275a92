"""A disowned or withdrawn event counts for nothing from then on: every row is what the others make
of it, live and rebuilt, and what was known before stays as it was."""

import random
from collections.abc import Sequence

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.record import Entry
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.definition import Key, Projection, Row
from services.reporting.projections.figure_sums import differences
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.reconciliation.fold_check import fold_again
from tests.examples.benefits import gift_receipt_signed
from tests.reporting.disowning import disowning, disowning_history
from tests.reporting.history import History, current_rows, folded
from tests.reporting.records import gift


async def rows(pool: asyncpg.Pool, projection: Projection, at: int) -> dict[Key, Row]:
    """The rows of a projection as known at a log_index."""
    columns = ", ".join(projection.columns)
    found = await pool.fetch(
        f"SELECT {columns} FROM {LIVE}.{projection.name} WHERE valid_from <= $1 AND valid_to > $1",
        at,
    )
    values = (tuple(tuple(v) if isinstance(v, list) else v for v in row) for row in found)
    return {projection.key_of(row): row for row in map(projection.row._make, values)}


async def assert_rows(pool: asyncpg.Pool, entries: Sequence[Entry], at: int) -> None:
    """Every projection is, as known at a log_index, what these entries make of it."""
    for projection in PROJECTIONS:
        expected = current_rows(folded(projection, entries))
        assert await rows(pool, projection, at) == expected, projection.name


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_disowned_or_withdrawn_whenever_nothing_of_it_counts(
    pool: asyncpg.Pool, database: str, simulated: Ingest, seed: int
) -> None:
    chance = random.Random(seed)
    history, disowned_at, withdrawn_at = disowning_history(chance)
    await history.told(simulated, [chance.randint(1, 40) for _ in range(100)])
    entries = history.entries()
    for at in (len(entries), *chance.sample(range(len(entries)), 6)):
        # What takes an entry back counts for nothing itself once it is disowned.
        gone = {index for index, since in disowned_at.items() if since <= at}
        gone |= {i for i, since in withdrawn_at.items() if since <= at and since not in gone}
        known = [entry for entry in entries[:at] if entry.log_index not in gone]
        await assert_rows(pool, known, at)
    async with pool.acquire() as connection:
        assert await differences(connection, LIVE) == []
    rebuilt = await rebuild(database)
    assert rebuilt.equal, [table for table in rebuilt.tables if table.only_live]
    async with pool.acquire() as connection:
        assert await differences(connection, LIVE) == []


async def test_what_the_owner_wrote_in_its_place_opens_the_stream_that_the_forgery_had_opened(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    forged, real = History()(gift(1, quantity=99)), History()(gift(1, quantity=1))
    await forged.told(simulated)
    forged(disowning(forged.envelopes[0]))
    await forged.told(simulated)
    (envelope,) = real.envelopes
    raw = forged._raw(envelope)
    async with pool.acquire() as connection, connection.transaction():
        admission = await simulated.retry([raw], connection)
    assert len(admission.accepted) == 1
    signed = gift_receipt_signed(programme_id=gift(1).programme_id, person_id=gift(1).person_id)
    forged(signed)
    await forged.told(simulated)
    deliveries = await pool.fetch(f"SELECT * FROM {LIVE}.deliveries ORDER BY valid_from")
    assert [(row["quantity"], row["valid_from"]) for row in deliveries] == [(99, 1), (1, 3), (1, 4)]


@pytest.mark.parametrize("change", [{"leaf_sha256": "0" * 64}, {"disowned_source": "/ext/other"}])
async def test_an_event_that_is_not_the_one_named_stays(
    pool: asyncpg.Pool, simulated: Ingest, change: dict[str, str]
) -> None:
    history = History()(gift(1))
    (envelope,) = history.envelopes
    history(disowning(envelope).model_copy(update=change))
    await history.told(simulated)
    await assert_rows(pool, history.entries()[:1], 2)
    assert await pool.fetchval("SELECT count(*) FROM disowned") == 0


async def test_what_was_disowned_twice_is_disowned_since_the_first_time(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(gift(1))
    (envelope,) = history.envelopes
    history(disowning(envelope), disowning(envelope))
    await history.told(simulated, [1, 1, 1])
    assert tuple(await pool.fetchrow("SELECT * FROM disowned")) == (1, 2)
    await assert_rows(pool, [], 3)


TOLD: dict[str, tuple[tuple[int, ...], dict[int, bool]]] = {
    "a forged disowning is disowned": ((1, 2), {1: True, 2: False, 3: True}),
    "and that is disowned in turn": ((1, 2, 3), {2: False, 3: True, 4: False}),
    "and so on": ((1, 2, 3, 4), {3: True, 4: False, 5: True}),
    "another disowned it as well": ((1, 1, 2), {2: False, 3: False, 4: False}),
    "and is disowned too": ((1, 1, 2, 3), {3: False, 4: False, 5: True}),
}
"""Which event each EventDisowned names, the gift being the first; and whether the gift counts, as
known at a log_index."""


@pytest.mark.parametrize("case", TOLD)
async def test_what_was_disowned_counts_again_where_the_disowning_is_disowned(
    pool: asyncpg.Pool, database: str, simulated: Ingest, case: str
) -> None:
    names, counts = TOLD[case]
    history = History()(gift(1))
    for named in names:
        history(disowning(history.envelopes[named - 1]))
    await history.told(simulated, [1] * len(history.envelopes))
    entries = history.entries()
    for at, counted in counts.items():
        await assert_rows(pool, entries[:1] if counted else [], at)
    disowned = await pool.fetchval("SELECT EXISTS (SELECT FROM disowned WHERE log_index = 1)")
    assert disowned is not counts[len(entries)]
    rebuilt = await rebuild(database)
    assert rebuilt.equal, [table for table in rebuilt.tables if table.only_live]
    async with pool.acquire() as connection:
        assert await differences(connection, LIVE) == []
        assert not (await fold_again(connection, entries, 1, len(entries) + 1)).differ


async def test_a_forged_disowning_in_another_union_s_name_is_undone_like_any(
    pool: asyncpg.Pool, database: str, simulated: Ingest
) -> None:
    history = History()(gift(1))
    (envelope,) = history.envelopes
    history(disowning(envelope).model_copy(update={"org_id": "another-union"}))
    history(disowning(history.envelopes[-1]))
    await history.told(simulated)
    await assert_rows(pool, [], 2)
    await assert_rows(pool, history.entries()[:1], 3)
    assert (await rebuild(database)).equal
