"""A gift to a roster of 100,000 in one command, beside the `eventsourcing` library.

Ours is the real command of benefits: a programme opened and its roster frozen from our own copy of
the members, then one command that decides, encodes and appends every delivery, its outbox row and
the reply in one transaction. Beside it what the store does when it is handed the events; and the
bounds of both: COPY of the rows that the store wrote, made before, and of their bytes.
"""

import random
from io import BytesIO

import asyncpg

from services.benefits.commands.gifts import IssueGiftsToRoster
from services.benefits.commands.programmes import FreezeRoster, OpenProgramme
from services.benefits.handlers.gifts import issue_gifts_to_roster
from services.benefits.handlers.programmes import freeze_roster, open_programme
from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor
from shared.eventstore.migrations import migrate
from shared.eventstore.store import EVENT_COLUMNS, EncodedWrite, EventStore, Reply, Request, encode
from shared.eventstore.write import today_of
from tests.benchmarks.peers import event_sourcing
from tests.benchmarks.rig import Rig, Sizes
from tests.benchmarks.table import Row, compared
from tests.benchmarks.timing import Rate, over_turns, timed
from tests.reporting.records import ORG, gift, gift_stream

AT_ONCE = 500
TURNS = 3
LIBRARY_SHARE = 5
"""The library takes its turn with a fifth of the people: it is a tenth as fast."""
OF_LIBRARY, OF_COPY = 9.0, 0.6
CLERK = Actor("clerk-1", "clerk", frozenset({"clerk"}), frozenset({ORG}))
TABLES = {"events": EVENT_COLUMNS, "outbox": ("shard", "stream", "version")}

# As benefits' reactions keep what members says: the union, a stream and a joining a person.
MEMBERS = """
WITH people AS (
    SELECT 'p-' || lpad(n::text, 8, '0') AS person_id FROM generate_series(1, $2::int) AS n
), heard AS (
    INSERT INTO members_streams (stream, version)
    SELECT $1 || '/person-' || person_id, 1 FROM people
)
INSERT INTO known_changes (version, org_id, person_id, effective_on, is_member, is_retired)
SELECT 1, $1, person_id, '2020-01-01', true, false FROM people
"""


async def benchmark(rig: Rig, sizes: Sizes) -> list[Row]:
    """The command's rate, the store's and the library's, by turns, and the bounds of the store."""
    turns = [await _turn(rig, sizes.people) for _ in range(TURNS)]
    command, library, store, *bounds = map(over_turns, zip(*turns, strict=True))
    what = f"gift to a roster of {sizes.people:,}: {{}}".format
    handler, append = what("handler, one command"), what("store.append alone")
    return [
        compared(handler, command, library, "events/s", OF_LIBRARY),
        compared(append, store, bounds[0], "events/s", OF_COPY),
        *(compared(append, store, peer, "events/s") for peer in (*bounds[1:], library)),
    ]


async def _turn(rig: Rig, people: int) -> list[Rate]:
    """Each once, on a database of its own."""
    command = await _command(rig, people)
    library = await event_sourcing.gifts(await rig.database(), people // LIBRARY_SHARE, AT_ONCE)
    return [command, library, *await _store(rig, people)]


async def _command(rig: Rig, people: int) -> Rate:
    pool = await rig.pool(await rig.database())
    await migrate(pool, "shared.eventstore", "services.benefits")
    await pool.execute("INSERT INTO known_unions (org_id, simulated) VALUES ($1, false)", ORG)
    await pool.execute(MEMBERS, ORG, people, timeout=120)
    await pool.execute("ANALYZE")
    store = EventStore(pool, system_clock, source_of("benefits"))
    today, programme = today_of(store), "mid-autumn-2022"
    await open_programme(
        store,
        request(),
        OpenProgramme(
            programme_id=programme,
            title="中秋慰问",
            occasion="mid_autumn",
            population="members",
            payment_form="goods",
            unit_value_fen=30000,
            fund="union_funds",
            payer="own",
            opened_on=today,
        ),
    )
    await freeze_roster(
        store, request(), FreezeRoster(programme_id=programme, as_of=today, expected_count=people)
    )
    issue = IssueGiftsToRoster(programme_id=programme, issued_on=today)
    rate = await timed("handler", people, lambda: issue_gifts_to_roster(store, request(), issue))
    written = await pool.fetchval("SELECT count(*) FROM outbox")
    if written < people:
        raise AssertionError(f"{written} events for {people} people")
    return rate


async def _store(rig: Rig, people: int) -> list[Rate]:
    """The store, handed the events encoded; COPY of the rows it wrote, and of their bytes."""
    pool = await rig.pool(await rig.database())
    await migrate(pool, "shared.eventstore")
    store = EventStore(pool, system_clock, source_of("benefits"))
    writes = [EncodedWrite(gift_stream(n), 0, [encode(gift(n))]) for n in range(people)]
    rate = await timed("store", people, lambda: store.append(request(), writes, Reply(201, {})))
    return [rate, await _copied(rig, pool, people), await _sent(rig, pool, people)]


async def _copied(rig: Rig, source: asyncpg.Pool, people: int) -> Rate:
    """COPY of the same rows into the same tables, in one transaction: append if making them were
    free."""
    pool = await rig.pool(await rig.database())
    await migrate(pool, "shared.eventstore")
    rows = {
        table: [tuple(row) for row in await source.fetch(f"SELECT {', '.join(of)} FROM {table}")]
        for table, of in TABLES.items()
    }

    async def copy() -> None:
        async with pool.acquire() as connection, connection.transaction():
            for table, of in TABLES.items():
                await connection.copy_records_to_table(table, records=rows[table], columns=of)

    return await timed("COPY of the same rows, made before", people, copy)


async def _sent(rig: Rig, source: asyncpg.Pool, people: int) -> Rate:
    """The bytes of that COPY, sent as they are: PostgreSQL alone."""
    pool = await rig.pool(await rig.database())
    await migrate(pool, "shared.eventstore")
    files = {table: BytesIO() for table in TABLES}
    for table, of in TABLES.items():
        query = f"SELECT {', '.join(of)} FROM {table}"
        await source.copy_from_query(query, output=files[table], format="binary")
        files[table].seek(0)

    async def copy() -> None:
        async with pool.acquire() as connection, connection.transaction():
            for table, of in TABLES.items():
                await connection.copy_to_table(
                    table, source=files[table], columns=of, format="binary"
                )

    return await timed("COPY of their bytes, encoded before", people, copy)


def request() -> Request:
    """A command under a key of its own."""
    return Request(CLERK, ORG, f"{random.getrandbits(64):x}", b"", "bench")
