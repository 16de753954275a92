"""ADR 0003: one stream per delivery against one stream per programme, with so many deliveries.

    python -m tests.benchmarks.stream_granularity --deliveries 1000000

Both layouts hold the same GiftIssued events, 100,000 to a programme, in a database each of one
embedded PostgreSQL (or of the server GUILDHALL_DATABASE_URL names). Receipts are then signed
through the real store by concurrent writers, a programme is checked for completeness, one delivery
is read for a decision, a roster is issued to, and everything is read as a rebuild reads it.

A programme's stream is given every advantage: its writers read its last version and nothing else,
as if somebody else knew who has what. `queued` lets them stand in one line inside the process, so
that none loses a race.
"""

import argparse
import asyncio
import contextlib
import itertools
import random
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from deploy.embedded import Embedded
from shared.clock import system_clock
from shared.contract.benefits import GiftIssued, GiftReceiptSigned
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor, shard_of
from shared.errors import StaleVersion
from shared.eventstore.database import open_pool
from shared.eventstore.migrations import migrate
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EncodedWrite, EventStore, Write, encode
from tests.benchmarks.rig import Rig
from tests.examples.benefits import gift_issued, gift_receipt_signed

ORG = "bench"
TO_A_PROGRAMME = 100_000
WRITERS = 10
ACTOR = Actor("clerk-1", "clerk", frozenset({"clerk"}), frozenset({ORG}))

# $1 programme, $2 people, $3 the bytes of `issued` with PERSON for the id, $4 type, $5 union.
LOAD = """
INSERT INTO events (stream, version, event_id, type, org_id, shard, recorded_at, actor, document)
SELECT stream, {version}, gen_random_uuid(), $4, $5, get_byte(sha256(stream::bytea), 0) % 32, now(),
       'clerk-1', convert_to('{{"data":' || replace($3, 'PERSON', person) || '}}', 'UTF8')
FROM (SELECT n, 'p-' || lpad(n::text, 8, '0') AS person FROM generate_series(1, $2::int) AS n) AS p,
     LATERAL (SELECT {stream} AS stream) AS s
ORDER BY n
"""


class Layout(NamedTuple):
    """How deliveries are laid out in streams. `stream_sql`, `version_sql`: of LOAD's person `n`."""

    name: str
    stream_sql: str
    version_sql: str

    def stream(self, programme: str, person: str) -> str:
        """The stream that holds a person's delivery."""
        if self is DELIVERY:
            return f"{ORG}/gift-{programme}.{person}"
        return f"{ORG}/programme-{programme}"


DELIVERY = Layout("one stream per delivery", "'bench/gift-' || $1 || '.' || person", "1")
PROGRAMME = Layout("one stream per programme", "'bench/programme-' || $1", "n")

LAST_SAID = {
    DELIVERY: """SELECT DISTINCT ON (stream) type FROM events
        WHERE stream >= $1 AND stream < $2 ORDER BY stream, version DESC""",
    PROGRAMME: """SELECT DISTINCT ON (person) type FROM
        (SELECT convert_from(data, 'UTF8')::json->>'person_id' AS person, type, version
         FROM events WHERE stream >= $1 AND stream < $2) AS said
        ORDER BY person, version DESC""",
}
"""The type of the last event of each delivery of a programme."""


def issued(programme: str, person: str) -> GiftIssued:
    """A delivery as the benefits service writes it."""
    return gift_issued(org_id=ORG, programme_id=programme, person_id=person)


def signed(programme: str, person: str) -> GiftReceiptSigned:
    """Its receipt."""
    return gift_receipt_signed(
        org_id=ORG, programme_id=programme, person_id=person, signed_by=person
    )


def person(number: int) -> str:
    """The id of person `number` of a programme."""
    return f"p-{number:08d}"


def request() -> Request:
    """A command under a key of its own."""
    return Request(ACTOR, ORG, f"{random.getrandbits(64):x}", b"", "bench")


class Bench:
    """One layout in a database of its own."""

    def __init__(self, layout: Layout, store: EventStore, programmes: int) -> None:
        self.layout, self.store, self.pool = layout, store, store.pool
        self.programmes = [f"prog-{number:04d}" for number in range(programmes)]
        self.lost = 0
        self._line = asyncio.Lock()

    async def load(self) -> None:
        """Write the deliveries, programme by programme, as the years would."""
        sql = LOAD.format(stream=self.layout.stream_sql, version=self.layout.version_sql)
        for programme in self.programmes:
            data = encode(issued(programme, person(0))).data.decode().replace(person(0), "PERSON")
            given = (programme, TO_A_PROGRAMME, data, GiftIssued.type_name(), ORG)
            await self.pool.execute(sql, *given, timeout=600)
        await self.pool.execute("VACUUM (ANALYZE) events", timeout=3600)
        await self.pool.execute("CHECKPOINT", timeout=3600)

    async def sign(self, programme: str, people: Sequence[str], queued: bool) -> None:
        """Sign for some deliveries in one transaction, again after every lost race."""
        events = [signed(programme, one) for one in people]
        async with self._line if queued else contextlib.nullcontext():
            while True:
                try:
                    writes = await self._writes(programme, people, events)
                    await self.store.append(request(), writes, Reply(201, {}))
                    return
                except StaleVersion:
                    self.lost += 1

    async def _writes(
        self, programme: str, people: Sequence[str], events: Sequence[GiftReceiptSigned]
    ) -> list[Write]:
        if self.layout is DELIVERY:
            streams = [self.layout.stream(programme, one) for one in people]
            found = await self.store.load_many(streams)
            return [
                Write(stream, found[stream].version, [event])
                for stream, event in zip(streams, events, strict=True)
            ]
        stream = self.layout.stream(programme, "")
        last = "SELECT max(version) FROM events WHERE stream = $1"
        return [Write(stream, await self.pool.fetchval(last, stream), events)]

    async def contention(
        self, programme: str, people: list[str], sheet: int, queued: bool = False
    ) -> str:
        """WRITERS sign for everybody in `people`, `sheet` at a time, as fast as they can."""
        self.lost, waits = 0, []
        sheets = [people[at : at + sheet] for at in range(0, len(people), sheet)]

        async def writer() -> None:
            while sheets:
                mine, began = sheets.pop(), time.perf_counter()
                await self.sign(programme, mine, queued)
                waits.append((time.perf_counter() - began) * 1000)

        seconds = await timed(lambda: asyncio.gather(*(writer() for _ in range(WRITERS))))
        p99 = statistics.quantiles(waits, n=100)[-1]
        return (
            f"{len(people) / seconds:8,.0f} receipts/s  median {statistics.median(waits):7.1f} ms"
            f"  p99 {p99:8.1f} ms  races lost {self.lost:6,d} for {len(waits):,d} commands"
        )

    async def complete(self, programme: str) -> tuple[float, int]:
        """Seconds to say who of a programme has not signed, and how many they are."""
        low = self.layout.stream(programme, "")
        high = low[:-1] + "/" if self.layout is DELIVERY else low + "."
        sql = f"SELECT count(*) FROM ({LAST_SAID[self.layout]}) AS last WHERE type = $3"
        began = time.perf_counter()
        unsigned = await self.pool.fetchval(sql, low, high, GiftIssued.type_name(), timeout=600)
        return time.perf_counter() - began, unsigned

    async def issue(self, programme: str) -> float:
        """Seconds to issue to a roster of 100,000 in one transaction."""
        people = [person(number) for number in range(1, TO_A_PROGRAMME + 1)]
        began = time.perf_counter()
        half = encode(issued(programme, person(0)))
        before, after = half.data.split(person(0).encode())
        events = [half._replace(data=before + one.encode() + after) for one in people]
        streams = [self.layout.stream(programme, one) for one in people]
        writes = [EncodedWrite(streams[0], 0, events)]
        if self.layout is DELIVERY:
            pairs = zip(streams, events, strict=True)
            writes = [EncodedWrite(stream, 0, [event]) for stream, event in pairs]
        await self.store.append(request(), writes, Reply(201, {}))
        return time.perf_counter() - began

    async def read_all(self) -> tuple[float, int]:
        """Seconds to read every event in the order of streams and versions, and how many."""
        count, began = 0, time.perf_counter()
        async with self.pool.acquire() as connection, connection.transaction():
            cursor = await connection.cursor(
                "SELECT stream, version, type, document FROM events ORDER BY stream, version"
            )
            while rows := await cursor.fetch(20_000, timeout=600):
                count += len(rows)
        return time.perf_counter() - began, count

    async def mebibytes(self) -> tuple[float, float]:
        """The size of the table and of its primary key."""
        sizes = "SELECT pg_table_size('events') / 2.0^20, pg_indexes_size('events') / 2.0^20"
        return tuple(await self.pool.fetchrow(sizes))

    def busiest_shard(self) -> float:
        """The share of a programme's deliveries in its busiest shard of 32 (so of partitions)."""
        shards = Counter(
            shard_of(self.layout.stream(self.programmes[0], person(number)))
            for number in range(1, TO_A_PROGRAMME + 1)
        )
        return max(shards.values()) / TO_A_PROGRAMME


async def timed(work: Callable[[], Awaitable[Any]]) -> float:
    """The seconds it takes."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def say(what: str, bench: Bench, how: str, said: str) -> None:
    """One line of the table."""
    print(f"{what:<24} {bench.layout.name:<26} {how:<8} {said}", flush=True)


async def measure(benches: Sequence[Bench], commands: int) -> None:
    """Print what the layouts do, in turns: whatever else the machine does, it does to both."""
    for bench in benches:
        seconds, (table, key) = await timed(bench.load), await bench.mebibytes()
        say("load", bench, "", f"{seconds:8.1f} s: table {table:,.0f} MiB, key {key:,.0f} MiB")
        say("busiest shard", bench, "", f"{bench.busiest_shard():8.1%} of a programme's deliveries")
    programme = benches[0].programmes[len(benches[0].programmes) // 2]
    for how, bench in itertools.product(("cold", "warm"), benches):
        decided_on = bench.layout.stream(programme, person(77))
        seconds = await timed(lambda b=bench, s=decided_on: b.store.load(s))  # type: ignore[misc]
        say("load for a decision", bench, how, f"{seconds * 1000:8.1f} ms")
    people = [person(number) for number in range(1, TO_A_PROGRAMME + 1)]
    random.Random(3).shuffle(people)
    for turn, (sheet, queued) in itertools.product((1, 2), ((1, 0), (1, 1), (50, 0), (50, 1))):
        mine, people = people[: sheet * commands], people[sheet * commands :]
        for bench in benches:
            if bench.layout is PROGRAMME or not queued:
                said = await bench.contention(programme, mine, sheet, bool(queued))
                say(f"sign, {sheet} at a time ({turn})", bench, "queued" if queued else "", said)
    for how, bench in itertools.product(("first", "again"), benches):
        seconds, unsigned = await bench.complete(programme)
        say("who has not signed", bench, how, f"{seconds * 1000:8.0f} ms: {unsigned:,d}")
    for number, bench in itertools.product((1, 2, 3), benches):
        seconds = await bench.issue(f"new-{number}")
        rate = f"{TO_A_PROGRAMME / seconds:,.0f} events/s"
        say("issue 100,000", bench, f"({number})", f"{seconds:8.2f} s: {rate}")
    for bench in benches:
        seconds, count = await bench.read_all()
        say("read in stream order", bench, "", f"{seconds:8.1f} s: {count / seconds:,.0f} events/s")


async def on_database(rig: Rig, layout: Layout, deliveries: int) -> Bench:
    """A layout on a new database, empty."""
    pool = await open_pool(await rig.database(), size=WRITERS + 2)
    await migrate(pool, "shared.eventstore")
    return Bench(
        layout,
        EventStore(pool, system_clock, source_of("benefits")),
        max(1, deliveries // TO_A_PROGRAMME),
    )


async def main() -> None:
    """Measure both layouts side by side."""
    parser = argparse.ArgumentParser(description="ADR 0003: one stream per delivery or programme")
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    parser.add_argument("--commands", type=int, default=300, help="to sign with, in each turn")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="guildhall-bench-") as directory:
        Path(directory).chmod(0o755)  # PostgreSQL runs as another user when we are root.
        servers = Embedded.from_environment(Path(directory) / "servers")
        try:
            rig = Rig(await servers.start_postgres(), "", {})
            benches = [
                await on_database(rig, layout, given.deliveries) for layout in (DELIVERY, PROGRAMME)
            ]
            await measure(benches, given.commands)
            for bench in benches:
                bench.pool.terminate()
        finally:
            await servers.stop()


if __name__ == "__main__":
    asyncio.run(main())
