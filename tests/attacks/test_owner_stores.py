"""What a superuser does to an owner's store is named by the next comparison with the journal.

Twelve such changes were tried on 2026-11-29; republishing noticed three, and eight were noticed by
nothing (docs/tampering.md).
"""

import functools
from collections.abc import AsyncIterator
from typing import NamedTuple

import asyncpg
import httpx
import orjson
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import publishers
from services.reporting.reconciliation import owner_client
from services.reporting.reconciliation.progress import SourceState
from services.reporting.reconciliation.reconciler import Reconciled, Reconciler
from shared.clock import system_clock
from shared.contract.catalogue import source_of, topic_of
from shared.contract.envelope import SHARDS
from shared.eventstore.database import open_pool
from shared.eventstore.request import Reply
from shared.eventstore.store import EventStore, Write
from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import CONTENT_TYPE, position_header
from shared.relay.digests import Range, digests, entries
from shared.relay.relay import Relay
from shared.relay.shard_log import STAMP
from tests.databases import NewDatabase
from tests.reporting.conftest import live_projections
from tests.reporting.records import Partition
from tests.shared.eventstore.test_store import raised, request

STREAMS = [f"tjtc/issue-{n}" for n in range(3)]


class Scene(NamedTuple):
    """The store of `events`, reporting's database that read all of it, and who compares them."""

    owner: asyncpg.Pool
    reporting: asyncpg.Pool
    reconciler: Reconciler

    async def by_hand(self, *statements: str) -> None:
        """What only a superuser can do, who means it."""
        async with self.owner.acquire() as connection, connection.transaction():
            for table in ("events", "shard_log"):
                await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
            for statement in statements:
                await connection.execute(statement)
            for table in ("events", "shard_log"):
                always = f"ENABLE ALWAYS TRIGGER {table}_append_only"
                await connection.execute(f"ALTER TABLE {table} {always}")

    async def compared(self) -> tuple[Reconciled, SourceState]:
        """One round, looking at everything."""
        found = await self.reconciler.once()
        (source,) = found.sources
        return found, source


class Owner:
    """Answers as the owner's API does, from its store."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.relay = Relay(pool, "events", KafkaAccess(""), poll_seconds=1.0, batch=100)

    async def __call__(self, asked: httpx.Request) -> httpx.Response:
        match asked.url.path:
            case "/v1/relay/heads":
                return httpx.Response(200, json=await self.relay.heads())
            case "/v1/relay/digests":
                ranges = [Range(**each) for each in orjson.loads(asked.content)["ranges"]]
                return httpx.Response(200, json={"digests": await digests(self.pool, ranges)})
            case "/v1/relay/entries":
                wanted = Range(**{name: int(n) for name, n in asked.url.params.items()})
                return httpx.Response(200, json={"entries": await entries(self.pool, wanted)})
        return httpx.Response(200, json=[])


@pytest.fixture
async def scene(new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Nine events of three streams, stamped, published, and read: complete."""
    owner = await open_pool(await new_database("shared.eventstore"), size=4)
    database = await new_database(
        "shared.eventstore", "services.reporting", prepare=live_projections
    )
    reporting = await open_pool(database, size=4)
    transport = httpx.MockTransport(Owner(owner))
    client = functools.partial(httpx.AsyncClient, transport=transport)
    monkeypatch.setattr(owner_client.httpx, "AsyncClient", client)
    await written(owner, reporting)
    scene = Scene(
        owner, reporting, Reconciler(reporting, {"events": "http://events"}, token, whole=True)
    )
    found, source = await scene.compared()
    assert source.complete and found.watermark == 9, found
    yield scene
    await owner.close()
    await reporting.close()


async def token() -> str:
    return "token"


async def written(owner: asyncpg.Pool, reporting: asyncpg.Pool) -> None:
    store = EventStore(owner, system_clock, source_of("events"))
    for n, stream in enumerate(STREAMS):
        issue = stream.rpartition("-")[2]
        events = [raised(issue).model_copy(update={"title": f"题目{n}{m}"}) for m in range(3)]
        await store.append(request(key=stream), [Write(stream, 0, events)], Reply(201, {}))
    partition, raws = Partition(topic_of("events")), []
    for row in await owner.fetch(STAMP, list(range(SHARDS)), 100):
        place = position_header(row["epoch"], row["shard"], row["sequence"])
        raw = partition.junk(row["document"], row["stream"].encode())
        raws.append(raw._replace(headers=[CONTENT_TYPE, place]))
    await owner.execute("UPDATE shards SET acked = head")
    carried = publishers(None)
    ingest = Ingest(reporting, carried, system_clock, allow_simulated=False, quarantine_limit=50)
    admission = await ingest.apply(raws, partition.move(raws))
    assert not admission.refused, admission.refused


def rewritten(field: str, value: str) -> str:
    """Bytes of the middle stream's second document with another value of the same field."""
    return (
        "UPDATE events SET document = convert_to(regexp_replace(convert_from(document, 'UTF8'),"
        f""" '"{field}":"[^"]*"', '"{field}":"{value}"'), 'UTF8')"""
        f" WHERE stream = '{STREAMS[1]}' AND version = 2"
    )


AN_EVENT = f"stream = '{STREAMS[1]}'"
TAMPERINGS: dict[str, tuple[tuple[str, ...], str]] = {
    "a title in the bytes": ((rewritten("title", "别的"),), "document-differs"),
    "the actor in the bytes": ((rewritten("actor", "nobody"),), "document-differs"),
    "the time in the bytes": ((rewritten("time", "2020-01-01T00:00:00Z"),), "document-differs"),
    "the last event of a stream": (
        (f"DELETE FROM events WHERE {AN_EVENT} AND version = 3",),
        "owner-lost",
    ),
    "the first event of a stream": (
        (f"DELETE FROM events WHERE {AN_EVENT} AND version = 1",),
        "owner-lost",
    ),
    "a whole stream": ((f"DELETE FROM events WHERE {AN_EVENT}",), "owner-lost"),
    "the last row of the shard log": (
        (f"DELETE FROM shard_log WHERE {AN_EVENT} AND version = 3",),
        "not-the-owners",
    ),
    "another event under its version": (
        (f"UPDATE events SET event_id = gen_random_uuid() WHERE {AN_EVENT} AND version = 2",),
        "another-event",
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
async def test_a_change_to_what_was_published_is_named_to_the_sequence(
    scene: Scene, what: str
) -> None:
    statements, kind = TAMPERINGS[what]
    await scene.by_hand(*statements)
    found, source = await scene.compared()
    assert "differs" in source.reasons
    assert {each.kind for each in source.differences} == {kind}
    assert len(source.differences) == (3 if what == "a whole stream" else 1)
    assert not found.complete and found.watermark is None


async def test_an_event_that_a_hand_put_there_is_lost_by_its_owner(scene: Scene) -> None:
    """Backdated, without an outbox row: it would never be published, and is not by itself."""
    await scene.by_hand(
        "INSERT INTO events SELECT stream || '-x', 1, gen_random_uuid(), type, org_id, shard,"
        " recorded_at - interval '2 years', actor, document FROM events"
        f" WHERE {AN_EVENT} AND version = 1"
    )
    found, source = await scene.compared()
    assert (list(source.reasons), len(source.lost)) == (["lost-by-owner"], 1)
    assert not found.complete


async def test_an_event_whose_outbox_row_is_lost_is_named(scene: Scene) -> None:
    store = EventStore(scene.owner, system_clock, source_of("events"))
    await store.append(request(key="late"), [Write(STREAMS[0], 3, [raised("0")])], Reply(201, {}))
    assert (await scene.compared())[1].reasons == ["behind"]
    await scene.owner.execute("DELETE FROM outbox")
    _, source = await scene.compared()
    assert source.reasons == ["lost-by-owner"]
    assert [(row["stream"], row["version"]) for row in source.lost] == [(STREAMS[0], 4)]


async def test_the_last_hour_taken_and_the_heads_lowered_is_the_journal_ahead(
    scene: Scene,
) -> None:
    await scene.by_hand(
        f"DELETE FROM shard_log WHERE {AN_EVENT} AND version > 1",
        f"DELETE FROM events WHERE {AN_EVENT} AND version > 1",
        "UPDATE shards SET acked = 0, head = 0",
        "UPDATE shards s SET head = l.last, acked = l.last FROM (SELECT shard, max(sequence) AS"
        " last FROM shard_log GROUP BY shard) l WHERE l.shard = s.shard",
    )
    found, _ = await scene.compared()
    assert len(found.ahead) == 2
    assert not found.complete and found.watermark is None


async def test_heads_of_the_journal_that_were_raised_are_ahead_of_the_owner(scene: Scene) -> None:
    """What the owner writes next would be taken for what was there before."""
    await scene.reporting.execute("UPDATE shard_heads SET sequence = sequence + 1000")
    found, source = await scene.compared()
    assert source.reasons == ["ahead"]
    assert not found.complete and found.watermark is None
    found, source = await scene.compared()  # nothing is there: they went back
    assert source.complete and found.watermark == 9


async def test_positions_moved_forward_leave_a_gap_that_is_named(scene: Scene) -> None:
    """The records between are never read: their sequences are missing."""
    store = EventStore(scene.owner, system_clock, source_of("events"))
    await scene.reporting.execute("UPDATE positions SET next_offset = next_offset + 1000")
    await store.append(request(key="late"), [Write(STREAMS[0], 3, [raised("0")])], Reply(201, {}))
    await scene.owner.fetch(STAMP, list(range(SHARDS)), 100)
    await scene.owner.execute("UPDATE shards SET acked = head")
    _, source = await scene.compared()
    assert (source.reasons, source.behind, len(source.gaps)) == (["behind"], 1, 1)
