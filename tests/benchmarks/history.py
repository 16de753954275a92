"""A long history in reporting, of rows as ingest writes them.

The first million events, at most, really go through ingest, record by record as a worker hands them
over: gifts of ten years on three occasions and, for every fourth, a receipt, so that a quarter of
the deliveries have two versions; one large union has seven events of ten, three others one each.

Beyond that the history is cloned in SQL, union by union: every row of the journal and of every
projection again, with the unions' names changed wherever they stand (columns, stream names, the
bytes of key, headers and value), another event id, and every log_index moved on. What is not true
of a clone: its shard numbers are those of the original's streams, and its leaf hash is the
original's. A rebuild reads the clones' bytes like any others and compares row by row.
"""

import time
from datetime import date, timedelta
from typing import NamedTuple

import asyncpg

from services.reporting.fold import FOREVER
from services.reporting.ingest import LIVE, Ingest
from services.reporting.projections import create_tables
from services.reporting.queries.knowledge import Period
from services.reporting.sources import publishers
from shared.clock import system_clock
from shared.contract.benefits import GiftReceiptSigned
from shared.contract.envelope import DomainEvent
from shared.database import apply_schema
from shared.testing.author import Author
from tests.reporting.records import Partition, gift

INGESTED_MAX = 1_000_000
BATCH = 5000
RECEIPT_AFTER = 20_001
UNION = "zz0-{n}"
FIRST_YEAR, YEARS = 2014, 10
OCCASIONS = ("spring_festival", "mid_autumn", "birthday")
CLONES = "12345689abcdef"  # not 7: an id of the original would come again

Said = tuple[str, DomainEvent]


def union_of(n: int) -> str:
    """The union of gift `n`: seven of ten are the first one's."""
    return UNION.format(n=max(0, n % 10 - 6))


def said(n: int) -> Said:
    """Event `n` (from 0): its stream, and what it says."""
    if n % 4 == 3 and n >= RECEIPT_AFTER:
        stream, issued = said(n - RECEIPT_AFTER)
        return stream, GiftReceiptSigned(
            org_id=issued.org_id, occurred_on=issued.occurred_on + timedelta(days=2),
            programme_id=issued.programme_id, person_id=issued.person_id,  # type: ignore[attr-defined]
            signed_by=issued.person_id,  # type: ignore[attr-defined]
        )  # fmt: skip
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
        await apply_schema(pool, "shared", "services.reporting")
        async with pool.acquire() as connection:
            await create_tables(connection, LIVE)
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
        """Clone what was ingested until the history has at least so many events."""
        base = self.events
        tables = await _tables(self.pool)
        for clone in CLONES:
            if self.events >= events:
                return
            async with self.pool.acquire() as connection, connection.transaction():
                for table in tables:
                    await connection.execute(table.clone(clone, self.events, base), timeout=3600)
                await connection.execute(
                    "UPDATE journal_head SET next_index = next_index + $1", base
                )
                await connection.execute(
                    "INSERT INTO seals (last_index, sealed_at) SELECT last_index + $1,"
                    " sealed_at + make_interval(secs => $1 / 1000) FROM seals"
                    " WHERE last_index <= $2",
                    self.events, base,
                )  # fmt: skip
            self.events += base

    async def settle(self) -> None:
        """Statistics and visibility as autovacuum would leave them."""
        await self.pool.execute("VACUUM (ANALYZE)", timeout=3600)


class Table(NamedTuple):
    """A table to clone, and the SQL type of each of its columns."""

    name: str
    columns: dict[str, str]

    def clone(self, clone: str, moved: int, base: int) -> str:
        """The statement that clones its rows of the first `base` events."""
        log_index = next((c for c in ("valid_from", "log_index") if c in self.columns), None)
        org = "org_id LIKE 'zz0-%'"
        where = f"{org} AND {log_index} <= {base}" if log_index else org
        values = ", ".join(
            _cloned(name, sql_type, clone, moved) for name, sql_type in self.columns.items()
        )
        columns = ", ".join(self.columns)
        return f"INSERT INTO {self.name} ({columns}) SELECT {values} FROM {self.name} WHERE {where}"


INDEXES = ("log_index", "valid_from", "valid_to")


def _cloned(name: str, sql_type: str, clone: str, moved: int) -> str:
    before, after = "zz0-", f"zz{clone}-"
    if name in INDEXES:
        return f"CASE WHEN {name} = {FOREVER} THEN {name} ELSE {name} + {moved} END"
    if name == "headers":
        id_hex = "encode(convert_to({}::text, 'UTF8'), 'hex')"
        named = (
            f"replace(encode(headers, 'hex'), '{before.encode().hex()}', '{after.encode().hex()}')"
        )
        old, new = id_hex.format("event_id"), id_hex.format(_other_id("event_id", clone))
        return f"decode(replace({named}, {old}, {new}), 'hex')"
    if name in ("key", "value"):
        return f"convert_to(replace(convert_from({name}, 'UTF8'), '{before}', '{after}'), 'UTF8')"
    if sql_type == "text":
        return f"replace({name}, '{before}', '{after}')"
    return _other_id(name, clone) if sql_type == "uuid" and name != "topic_id" else name


def _other_id(name: str, clone: str) -> str:
    # The digit of the version: no two ids become one.
    return f"overlay({name}::text placing '{clone}' from 15 for 1)::uuid"


async def _tables(pool: asyncpg.Pool) -> list[Table]:
    rows = await pool.fetch(
        "SELECT table_schema || '.' || table_name AS name,"
        " array_agg(column_name::text ORDER BY ordinal_position) AS columns,"
        " array_agg(data_type::text ORDER BY ordinal_position) AS types"
        " FROM information_schema.columns"
        " WHERE table_schema = $1 OR table_schema = 'public' AND table_name = 'journal'"
        " GROUP BY 1 ORDER BY 1",
        LIVE,
    )
    return [Table(r["name"], dict(zip(r["columns"], r["types"], strict=True))) for r in rows]


def year(number: int) -> Period:
    """One of the history's years, as a period."""
    return Period(date(FIRST_YEAR + number, 1, 1), date(FIRST_YEAR + number, 12, 31))
