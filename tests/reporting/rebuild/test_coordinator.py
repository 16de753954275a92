"""Rebuilt from the journal, every projection is what it was, version by version."""

import asyncio
import shutil
import sys

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.as_of import LIVE
from services.reporting.rebuild import coordinator as rebuild_module
from services.reporting.rebuild import shares
from services.reporting.rebuild import worker as refold
from services.reporting.rebuild.coordinator import rebuild
from shared.contract.catalogue import topic_of
from shared.testing.author import Author
from tests.examples.benefits import gift_receipt_signed, gift_returned
from tests.examples.events import issue_raised
from tests.reporting.by_hand import by_hand
from tests.reporting.history import arbitrary_history
from tests.reporting.records import ORG, Partition, gift, gift_stream


async def a_year_of_gifts(ingest: Ingest, people: int = 40) -> None:
    author, partition = Author(), Partition()
    envelopes = []
    for n in range(people):
        about = {
            "org_id": ORG,
            "programme_id": "mid-autumn-2022",
            "person_id": f"p-{n:08d}",
        }
        signed = gift_receipt_signed(
            **about, signed_by=about["person_id"], occurred_on="2022-09-08"
        )
        returned = gift_returned(**about, occurred_on="2022-09-09")
        envelopes.append(author.write(gift_stream(n), gift(n)))
        if n % 2:
            envelopes.append(author.write(gift_stream(n), signed))
        if n % 5 == 0:
            envelopes.append(author.write(gift_stream(n), returned))
    for at in range(0, len(envelopes), 7):
        raws = [partition.raw(envelope) for envelope in envelopes[at : at + 7]]
        await ingest.apply(raws, partition.move(raws))


async def versions(pool: asyncpg.Pool) -> dict[str, list[tuple[object, ...]]]:
    tables = {}
    for projection in PROJECTIONS:
        rows = await pool.fetch(f"SELECT * FROM {LIVE}.{projection.name}")
        tables[projection.name] = sorted(map(tuple, map(str, rows)))
    return tables


async def day_sums(pool: asyncpg.Pool) -> set[tuple[object, ...]]:
    rows = await pool.fetch(f"SELECT * FROM {LIVE}.figure_sums")
    return {tuple(row.values()) for row in rows}


async def test_rebuilt_equals_live_row_by_row(
    pool: asyncpg.Pool, database: str, ingest: Ingest
) -> None:
    await a_year_of_gifts(ingest)
    before = await versions(pool)
    outcome = await rebuild(database)
    assert outcome.equal
    assert sum(table.rows for table in outcome.tables) == sum(map(len, before.values())) > 40
    assert await versions(pool) == before


@pytest.mark.parametrize("processes", [1, 2])
async def test_whatever_happened_is_rebuilt_in_bounded_memory_by_any_number_of_processes(
    pool: asyncpg.Pool,
    database: str,
    simulated: Ingest,
    monkeypatch: pytest.MonkeyPatch,
    processes: int,
) -> None:
    # Here, where a test can set them; a process of its own keeps the sizes it has.
    monkeypatch.setattr(refold, "ROWS_KEPT", 4)
    monkeypatch.setattr(refold, "KEYS_MARKED", 64)
    monkeypatch.setattr(shares, "ENTRIES_READ", 10)
    monkeypatch.setattr(rebuild_module, "WORTH_A_PROCESS", 1)
    await arbitrary_history(simulated)
    before, before_sums = await versions(pool), await day_sums(pool)
    outcome = await rebuild(database, processes)
    assert outcome.equal, outcome.tables
    assert await versions(pool) == before
    assert await day_sums(pool) == before_sums
    assert await pool.fetchval("SELECT to_regclass('projections.late')") is None


async def test_a_process_that_fails_ends_the_rebuild_and_leaves_what_was_live(
    pool: asyncpg.Pool, database: str, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_year_of_gifts(ingest)
    before = await versions(pool)
    monkeypatch.setattr(rebuild_module, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(RuntimeError, match=r"share \d of the rebuild ended with status 1"):
        await rebuild(database, 2)
    assert await versions(pool) == before
    monkeypatch.undo()
    assert (await rebuild(database)).equal


async def test_a_difference_is_named_and_both_are_kept_until_it_is_accepted(
    pool: asyncpg.Pool, database: str, ingest: Ingest
) -> None:
    await a_year_of_gifts(ingest)
    changed = f"UPDATE {LIVE}.deliveries SET quantity = 99 WHERE person_id = 'p-00000003'"
    await by_hand(pool, f"{LIVE}.deliveries", changed)
    outcome = await rebuild(database)
    assert not outcome.equal
    wrong = {t.projection: (t.only_live, t.only_rebuilt) for t in outcome.tables if t.only_live}
    assert wrong == {"deliveries": (2, 2)}
    (named,) = [table.named for table in outcome.tables if table.named]
    assert {(row["side"], row["org_id"]) for row in named} == {("live", ORG), ("rebuilt", ORG)}
    assert not outcome.swapped
    assert await pool.fetchval(f"SELECT max(quantity) FROM {LIVE}.deliveries") == 99
    assert await pool.fetchval("SELECT max(quantity) FROM projections_next.deliveries") == 1
    assert (await rebuild(database, accept="any")).swapped
    assert await pool.fetchval(f"SELECT max(quantity) FROM {LIVE}.deliveries") == 1


async def test_ingest_goes_on_during_a_rebuild(
    pool: asyncpg.Pool, database: str, ingest: Ingest
) -> None:
    await a_year_of_gifts(ingest)
    others, partition = Author("events"), Partition(topic_of("events"), 1)
    issues = [
        issue_raised(occurred_on="2022-12-01", issue_id=f"i{n}", title="转隶") for n in range(30)
    ]

    async def keep_ingesting() -> None:
        for issue in issues:
            raws = [partition.raw(others.write(f"{ORG}/issue-{issue.issue_id}", issue))]
            await ingest.apply(raws, partition.move(raws))

    outcome, _ = await asyncio.gather(rebuild(database), keep_ingesting())
    assert outcome.equal
    again = await rebuild(database)
    assert again.equal
    assert again.log_index == await pool.fetchval("SELECT count(*) FROM journal")
