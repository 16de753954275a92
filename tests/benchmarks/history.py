"""A long history in reporting, of rows as ingest writes them.

The first million events, at most, really go through ingest, record by record as a worker hands them
over: gifts of ten years on three occasions and, for every fourth, a receipt, so that a quarter of
the deliveries have two versions; one large union has seven events of ten, three others one each.

Beyond that the journal is cloned in SQL, union by union: every row again, with the unions' names
changed wherever they stand (columns, stream names, the document and its leaf), another
event id, and every log_index moved on. What is not true of a clone: its shard numbers are those of
the original's streams. The projections are then what a rebuild makes of that journal: it reads the
clones' bytes as any others.
"""

import time
from datetime import date, timedelta
from typing import Any

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import publishers
from services.reporting.journal import log as journal
from services.reporting.projections.checkpoints import prepare
from services.reporting.queries.knowledge import Period
from shared.clock import system_clock
from shared.contract.benefits import GiftReceiptSigned
from shared.eventstore.migrations import migrate
from shared.testing.author import Author
from tests.reporting.records import Partition, gift

INGESTED_MAX = 1_000_000
BATCH = 5000
RECEIPT_AFTER = 20_001
UNIONS = "zz0-"
"""What the names of the ingested unions begin with."""

FIRST_YEAR, YEARS = 2014, 10
OCCASIONS = ("spring_festival", "mid_autumn", "birthday")
CLONES = "12345689abcdef"  # not 7: an id of the original would come again

Said = tuple[str, Any]


def union_of(n: int) -> str:
    """The union of gift `n`: seven of ten are the first one's."""
    return f"{UNIONS}{max(0, n % 10 - 6)}"


def said(n: int) -> Said:
    """Event `n` (from 0): its stream, and what it says."""
    if n % 4 == 3 and n >= RECEIPT_AFTER:
        stream, issued = said(n - RECEIPT_AFTER)
        return stream, GiftReceiptSigned(
            org_id=issued.org_id,
            occurred_on=issued.occurred_on + timedelta(days=2),
            programme_id=issued.programme_id,
            person_id=issued.person_id,
            signed_by=issued.person_id,
        )
    year, occasion = FIRST_YEAR + n // 40 % YEARS, OCCASIONS[n // 400 % len(OCCASIONS)]
    day = date(year, 1, 1) + timedelta(days=n // 10 % 360)
    programme, org_id = f"{occasion.replace('_', '-')}-{year}", union_of(n)
    changes = {"org_id": org_id, "occurred_on": day, "occasion": occasion}
    issued = gift(n, programme, **changes, capacity="member" if n % 5 else "retiree")
    return f"{org_id}/gift-{programme}.{issued.person_id}", issued


class History:
    """A database of reporting that grows; `timings` are (events before, seconds) of each batch."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.events = 0
        self.timings: list[tuple[int, float]] = []
        self.ingest = Ingest(
            pool, publishers(None), system_clock, allow_simulated=False, quarantine_limit=0
        )
        self._author, self._partition, self._said = Author(), Partition(), 0

    @classmethod
    async def empty(cls, pool: asyncpg.Pool) -> "History":
        """A history of nothing, its tables made."""
        await migrate(pool, "shared.eventstore", "services.reporting")
        async with pool.acquire() as connection:
            await prepare(connection)
        return cls(pool)

    async def ingest_to(self, events: int) -> None:
        """Ingest on until the history has so many events."""
        while self.events < events:
            await self.ingest_batch(min(BATCH, events - self.events))

    async def ingest_batch(self, count: int) -> None:
        """Ingest one batch; the clock runs while it is applied, not while it is made up."""
        raws = [
            self._partition.raw(self._author.write(*said(n)))
            for n in range(self._said, self._said + count)
        ]
        moves = self._partition.move(raws)
        started = time.perf_counter()
        await self.ingest.apply(raws, moves)
        self.timings.append((self.events, time.perf_counter() - started))
        self.events, self._said = self.events + count, self._said + count

    async def clone_to(self, events: int) -> None:
        """Clone the journal until it has at least so many events; the projections lack them then,
        until they are rebuilt."""
        base = self.events
        for clone in CLONES:
            if self.events >= events:
                return
            async with self.pool.acquire() as connection, connection.transaction():
                await connection.execute(_clone_sql(clone, self.events, base), timeout=3600)
                await connection.execute(
                    "UPDATE journal_head SET next_index = next_index + $1", base
                )
                await connection.execute(
                    "INSERT INTO seals (last_index, sealed_at) SELECT last_index + $1,"
                    " sealed_at + make_interval(secs => $1 / 1000) FROM seals"
                    " WHERE last_index <= $2",
                    self.events,
                    base,
                )
            self.events += base

    async def settle(self) -> None:
        """Statistics and visibility as autovacuum would leave them, and nothing left to be written:
        a union's history was not made in the minutes before it is asked."""
        await self.pool.execute("VACUUM (ANALYZE)", timeout=3600)
        await self.pool.execute("CHECKPOINT", timeout=3600)


def _clone_sql(clone: str, moved: int, base: int) -> str:
    """The statement that adds the first `base` entries again, for other unions."""
    before, after = UNIONS, f"zz{clone}-"
    # The digit of the id's version: no two ids become one.
    other_id = f"overlay(event_id::text placing '{clone}' from 15 for 1)"
    named = f"'{before}', '{after}'"
    text = f"replace(convert_from(document, 'UTF8'), {named})"
    document = f"convert_to(replace({text}, event_id::text, {other_id}), 'UTF8')"
    changed = {
        "log_index": f"log_index + {moved}",
        "event_id": f"{other_id}::uuid",
        "document": document,
        "leaf": f"sha256('\\x00'::bytea || {document})",
        **{name: f"replace({name}, {named})" for name in ("stream", "org_id")},
    }
    values = ", ".join(changed.get(name, name) for name in journal.COLUMNS)
    return (
        f"INSERT INTO journal ({', '.join(journal.COLUMNS)})"
        f" SELECT {values} FROM journal WHERE log_index <= {base}"
    )


def year(number: int) -> Period:
    """One of the history's years, as a period."""
    return Period(date(FIRST_YEAR + number, 1, 1), date(FIRST_YEAR + number, 12, 31))
