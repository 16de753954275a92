"""A projection with a bug: its event waits with its stream, and every other event counts."""

import re
from collections.abc import Collection, Coroutine, Sequence
from typing import Any

import asyncpg
import pytest

from services.reporting.ingest import apply as ingest_module
from services.reporting.ingest import quarantine, settle
from services.reporting.ingest.apply import Ingest
from services.reporting.journal.record import Entry
from services.reporting.projections import fold_entries
from services.reporting.projections.as_of import LIVE
from services.reporting.rebuild.coordinator import rebuild
from shared.metrics import FOLD_FAILURES
from shared.testing.author import Author
from tests.reporting.records import Partition, counted, gift, gift_stream

GIFT_ISSUED = gift(1).type_name()


def journal_twice() -> Exception:
    """What PostgreSQL says where the head lags behind the journal."""
    why = asyncpg.UniqueViolationError("journal_pkey")
    why.table_name = "journal"
    return why


class Bug:
    """A fold that fails on gifts to these people, after all of its batch was written."""

    def __init__(self, *people: int, why: Exception | None = None) -> None:
        self.people = {f"p-{person:08d}" for person in people}
        self.why = why or KeyError("p-secret")

    async def __call__(
        self,
        connection: asyncpg.Connection,
        schema: str,
        entries: Sequence[Entry],
        appending: Coroutine[Any, Any, None],
        names: Collection[str],
    ) -> None:
        await fold_entries(connection, schema, entries, appending, names)
        if any(getattr(entry.event, "person_id", "") in self.people for entry in entries):
            raise self.why


async def deliveries(pool: asyncpg.Pool) -> list[tuple[str, int]]:
    rows = await pool.fetch(
        f"SELECT person_id, quantity FROM {LIVE}.deliveries ORDER BY person_id, valid_from"
    )
    return [tuple(row) for row in rows]


def fails(monkeypatch: pytest.MonkeyPatch, bug: Any) -> None:
    monkeypatch.setattr(ingest_module, "fold_entries", bug)


async def test_only_the_stream_whose_fold_raises_waits_and_a_retry_applies_it_in_order(
    pool: asyncpg.Pool, ingest: Ingest, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in range(40)]
    raws += [partition.raw(author.write(gift_stream(n), gift(n, quantity=2))) for n in (7, 8, 21)]
    before = FOLD_FAILURES.labels(GIFT_ISSUED, "KeyError")._value.get()
    with monkeypatch.context() as patched:
        fails(patched, Bug(7, 21))
        await ingest.apply(raws, partition.move(raws))

    waiting = await quarantine.listed(pool)
    assert [(row["reason"], row["stream"]) for row in waiting] == [
        ("fold-failed", gift_stream(7)),
        ("fold-failed", gift_stream(21)),
        ("stream-blocked", gift_stream(7)),
        ("stream-blocked", gift_stream(21)),
    ]
    assert re.fullmatch(
        rf"KeyError at {re.escape(__name__)}:\d+, folding {GIFT_ISSUED}",
        waiting[0]["detail"],
    )
    assert FOLD_FAILURES.labels(GIFT_ISSUED, "KeyError")._value.get() == before + 2
    assert len(await deliveries(pool)) == 39
    rows = await pool.fetch("SELECT log_index, document FROM journal ORDER BY log_index")
    assert [row["log_index"] for row in rows] == list(range(1, 40))
    kept = [r.value for n, r in enumerate(raws) if n not in (7, 21, 40, 42)]
    assert [row["document"] for row in rows] == kept
    assert await counted(pool) == (39, 0, 0, 4)

    # The projection is mended.
    retried = await settle.retry(ingest, waiting[0]["id"], "operator-1")
    assert (retried.tried, retried.applied) == (2, 2)
    found = await deliveries(pool)
    assert [quantity for person, quantity in found if person == "p-00000007"] == [1, 2]
    assert await counted(pool) == (41, 0, 0, 2)
    assert (await rebuild(database)).equal


async def test_a_retry_before_the_fold_is_mended_leaves_it_waiting(
    pool: asyncpg.Pool, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, partition = Author(), Partition()
    fails(monkeypatch, Bug(1))
    raws = [partition.raw(author.write(gift_stream(1), gift(1)))]
    await ingest.apply(raws, partition.move(raws))
    # Of a later batch: blocked by what the quarantine says, and not tried.
    more = [partition.raw(author.write(gift_stream(n), gift(n))) for n in (1, 2)]
    await ingest.apply(more, partition.move(more))
    (first, second) = await quarantine.listed(pool)
    assert (first["reason"], second["reason"]) == ("fold-failed", "stream-blocked")
    retried = await settle.retry(ingest, first["id"], "operator-1")
    assert (retried.tried, retried.applied, retried.still_quarantined) == (2, 0, 2)
    assert [row["state"] for row in await quarantine.listed(pool)] == ["open", "open"]
    assert await counted(pool) == (1, 0, 0, 2)


@pytest.mark.parametrize(
    "why",
    [
        asyncpg.DiskFullError("no space left"),
        asyncpg.InterfaceError("closed"),
        MemoryError(),
        asyncpg.ProgramLimitExceededError("no more transaction ids"),
        journal_twice(),
    ],
    ids=["disk", "connection", "memory", "transaction ids", "log_index"],
)
async def test_no_event_is_blamed_for_what_the_database_or_the_machine_lacks(
    pool: asyncpg.Pool, ingest: Ingest, monkeypatch: pytest.MonkeyPatch, why: Exception
) -> None:
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in range(3)]
    fails(monkeypatch, Bug(1, why=why))
    with pytest.raises(type(why)):
        await ingest.apply(raws, partition.move(raws))
    assert await quarantine.listed(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM journal") == 0


async def test_a_row_that_postgresql_cannot_hold_is_its_events_own_fault(
    pool: asyncpg.Pool, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, partition = Author(), Partition()
    raws = [partition.raw(author.write(gift_stream(n), gift(n))) for n in range(5)]
    await pool.execute(
        f"ALTER TABLE {LIVE}.deliveries ADD CHECK (person_id <> 'p-00000003') NOT VALID"
    )
    await ingest.apply(raws, partition.move(raws))
    (row,) = await quarantine.listed(pool)
    assert (row["reason"], row["stream"]) == ("fold-failed", gift_stream(3))
    assert row["detail"].startswith("CheckViolationError at ")
    assert len(await deliveries(pool)) == 4
