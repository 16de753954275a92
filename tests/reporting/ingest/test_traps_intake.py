"""What users of this stack lost events by, one test each (docs/traps.md), on a real Kafka."""

import asyncio
import functools
import json
from types import SimpleNamespace
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError

from services.reporting.ingest import consumer as intake_module
from services.reporting.ingest.consumer import Intake
from services.reporting.ingest.faust_app import FaustApp
from services.reporting.ingest.offsets import Fenced
from services.reporting.ingest.prefetch import POLL_MS
from services.reporting.reconciliation import owner_client, repair
from services.reporting.reconciliation import reconciler as rounds
from services.reporting.reconciliation.reconciler import Reconciler
from services.reporting.reconciliation.watchdog import Watchdog
from shared.contract.catalogue import topic_of
from shared.contract.envelope import Envelope
from shared.kafka.access import KafkaAccess
from shared.kafka.topic_ids import TopicChanged
from shared.testing.author import Author
from tests.reporting.reading import gifts, ids, ingest_of, journalled, publish, reading


async def doubled(pool: asyncpg.Pool) -> int:
    """How many records were read more than once."""
    return int(await pool.fetchval("SELECT coalesce(sum(duplicate), 0) FROM consumed"))


async def test_an_exception_in_the_agent_loses_no_event(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
) -> None:
    """Faust would acknowledge the batch and go on behind it (robinhood/faust 604)."""
    envelopes, sound = gifts(Author(), range(120)), ingest_of(own_topic, pool)

    class Failing:
        calls = 0

        async def apply(self, raws: Any, moves: Any) -> Any:
            self.calls += 1
            if self.calls in (1, 2, 4):
                raise ConnectionError(f"batch {self.calls}")
            return await sound.apply(raws, moves)

    await publish(kafka, own_topic, envelopes)
    ingest: Any = Failing()
    app = FaustApp(ingest)
    app.reads(Intake(kafka, [own_topic], pool, app.hand_over, batch_records=40, group=own_topic))
    async with app.running():
        assert await journalled(pool, 120) == ids(envelopes)
    assert ingest.calls > 4
    assert await doubled(pool) == 0


async def test_nothing_is_committed_past_a_batch_in_flight(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
) -> None:
    """Faust commits over what is still being worked on (faust-streaming 606)."""
    envelopes, ingest = gifts(Author(), range(160)), ingest_of(own_topic, pool)
    begun, released, at_once = asyncio.Event(), asyncio.Event(), []

    async def apply(raws: Any, moves: Any) -> Any:
        at_once.append(len(raws))
        if len(at_once) == 2:
            begun.set()
            await released.wait()
        return await ingest.apply(raws, moves)

    await publish(kafka, own_topic, envelopes)
    async with reading(kafka, own_topic, pool, apply):
        async with asyncio.timeout(60):
            await begun.wait()
        committed = await committed_offsets(kafka, own_topic)
        rows = await pool.fetch("SELECT partition, next_offset FROM positions")
        held = {row["partition"]: row["next_offset"] for row in rows}
        assert sum(held.values()) == at_once[0] < 160
        assert all(offset <= held.get(number, 0) for number, offset in committed.items())
        assert len(at_once) == 2
        released.set()
        assert await journalled(pool, 160) == ids(envelopes)


async def committed_offsets(kafka: KafkaAccess, topic: str) -> dict[int, int]:
    """What the group has committed in Kafka, by partition."""
    consumer = AIOKafkaConsumer(
        **kafka.client(), group_id=f"group-{topic}", enable_auto_commit=False
    )
    await consumer.start()
    try:
        found = {n: await consumer.committed(TopicPartition(topic, n)) for n in range(4)}
    finally:
        await consumer.stop()
    return {number: offset for number, offset in found.items() if offset is not None}


async def test_batches_go_on_while_kafka_answers_neither_a_commit_nor_its_ids(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are asked beside the batches; an id that is another's still begins another consumer."""
    asked: set[str] = set()
    slow, answered, identify = asyncio.Event(), asyncio.Event(), intake_module.identify

    async def commit(_consumer: AIOKafkaConsumer, _offsets: Any = None) -> None:
        asked.add("commit")
        await asyncio.Event().wait()

    async def identify_slowly(client: Any, topics: list[str]) -> Any:
        if slow.is_set() and not answered.is_set():
            asked.add("ids")
            await answered.wait()
            raise TopicChanged("another id")
        return await identify(client, topics)

    monkeypatch.setattr(intake_module.AIOKafkaConsumer, "commit", commit)
    monkeypatch.setattr(intake_module, "identify", identify_slowly)
    monkeypatch.setattr(intake_module, "IDENTIFY_SECONDS", 0.2)
    monkeypatch.setattr(intake_module, "COMMIT_SECONDS", 0.1)
    author = Author()
    early, late = gifts(author, range(40)), gifts(author, range(40, 80))
    await publish(kafka, own_topic, early)
    async with reading(kafka, own_topic, pool) as intake:
        assert await journalled(pool, 40) == ids(early)
        slow.set()
        async with asyncio.timeout(60):
            while asked != {"commit", "ids"}:
                await asyncio.sleep(0.05)
        await publish(kafka, own_topic, late)
        assert await journalled(pool, 80) == ids([*early, *late])
        before = intake._consumer
        answered.set()
        async with asyncio.timeout(60):
            while intake._consumer is before:
                await asyncio.sleep(0.05)


async def test_a_commit_refused_after_a_rebalance_is_normal(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The group moved on between reading and committing (aiokafka 929); PostgreSQL had decided."""
    refused: list[Any] = []

    async def commit(_consumer: AIOKafkaConsumer, offsets: Any = None) -> None:
        refused.append(offsets)
        raise CommitFailedError("the group has rebalanced")

    monkeypatch.setattr(intake_module.AIOKafkaConsumer, "commit", commit)
    envelopes = gifts(Author(), range(120))
    await publish(kafka, own_topic, envelopes)
    async with reading(kafka, own_topic, pool):
        assert await journalled(pool, 120) == ids(envelopes)
        async with asyncio.timeout(60):
            while not refused:
                await asyncio.sleep(0.05)
    assert all(refused)  # and never without naming the offsets
    assert await doubled(pool) == 0


async def test_a_worker_that_comes_back_from_the_dead_writes_nothing(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
) -> None:
    """It was stopped with a batch in hand, and another worker has read on: two groups here, so that
    both believe they own every partition."""
    envelopes, ingest = gifts(Author(), range(120)), ingest_of(own_topic, pool)
    stopped, goes_on = asyncio.Event(), asyncio.Event()
    outcomes: list[str] = []

    async def apply(raws: Any, moves: Any) -> Any:
        if not stopped.is_set():
            stopped.set()
            await goes_on.wait()
        try:
            admission = await ingest.apply(raws, moves)
        except Fenced:
            outcomes.append("fenced")
            raise
        outcomes.append("applied")
        return admission

    await publish(kafka, own_topic, envelopes[:100])
    async with reading(kafka, own_topic, pool, apply):
        async with asyncio.timeout(60):
            await stopped.wait()
        async with reading(kafka, own_topic, pool, group="other"):
            await journalled(pool, 100)
        goes_on.set()
        await publish(kafka, own_topic, envelopes[100:])
        assert await journalled(pool, 120) == ids(envelopes)
    assert outcomes[0] == "fenced"
    assert await doubled(pool) == 0


async def test_a_position_beyond_the_logs_end_is_not_the_end(
    kafka: KafkaAccess, own_topic: str, pool: asyncpg.Pool
) -> None:
    """Kafka lost its tail: the client would jump, or fail for ever; what is known is skipped."""
    author = Author()
    first, second = gifts(author, range(40)), gifts(author, range(40, 60))
    await publish(kafka, own_topic, first)
    async with reading(kafka, own_topic, pool):
        await journalled(pool, 40)
    await pool.execute("UPDATE positions SET next_offset = next_offset + 1000")
    await publish(kafka, own_topic, second)
    async with reading(kafka, own_topic, pool):
        assert await journalled(pool, 60) == ids([*first, *second])
    counted = await pool.fetchrow(
        "SELECT sum(applied) AS applied, sum(duplicate) AS duplicate FROM consumed"
    )
    assert (counted["applied"], counted["duplicate"]) == (20, 40)
    assert await pool.fetchval("SELECT sum(next_offset) FROM positions") == 60


class Owner:
    """The owner of the topic's shards, which publishes again what it is asked for."""

    def __init__(self, kafka: KafkaAccess, topic: str, envelopes: list[Envelope]) -> None:
        self.kafka, self.topic, self.envelopes = kafka, topic, envelopes

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/copies":
            return httpx.Response(200, json=[])
        if request.url.path == "/v1/relay/republish":
            asked = json.loads(request.content)
            again = [
                envelope
                for envelope in self.envelopes
                if envelope.shard == asked["shard"]
                and asked["first"] <= (envelope.shard_sequence or 0) <= asked["last"]
            ]
            await publish(self.kafka, self.topic, again)
            return httpx.Response(200, json={"republished": len(again)})
        acked: dict[int, int] = {}
        for envelope in self.envelopes:
            acked[envelope.shard or 0] = envelope.shard_sequence or 0
        shards = [{"shard": shard, "head": n, "acked": n} for shard, n in acked.items()]
        body = {"source": "/guildhall/benefits", "unstamped": 0, "shards": shards}
        return httpx.Response(200, json=body)


@pytest.mark.parametrize("stuck", [True, False])
async def test_a_consumer_that_lives_and_reads_nothing_is_told_from_one_that_reads(
    kafka: KafkaAccess,
    own_topic: str,
    pool: asyncpg.Pool,
    monkeypatch: pytest.MonkeyPatch,
    stuck: bool,
) -> None:
    """It keeps its partitions and sends heartbeats (aiokafka 847, 1154): only its positions, beside
    what the owner published, show it."""
    author = Author()
    first, second = gifts(author, range(40)), gifts(author, range(40, 60))
    owner = Owner(kafka, own_topic, [*first, *second])
    client = functools.partial(httpx.AsyncClient, transport=httpx.MockTransport(owner))
    monkeypatch.setattr(owner_client.httpx, "AsyncClient", client)
    monkeypatch.setattr(repair, "topic_of", lambda _context: own_topic)
    fetch, now = AIOKafkaConsumer.getmany, [0.0]

    async def getmany(consumer: AIOKafkaConsumer, *targets: Any, **limits: Any) -> Any:
        if stuck and await pool.fetchval("SELECT count(*) FROM journal") >= 40:
            await asyncio.sleep(limits["timeout_ms"] / 1000)
            return {}
        return await fetch(consumer, *targets, **limits)

    async def token(refused: str | None = None) -> str:
        return "token"

    monkeypatch.setattr(intake_module.AIOKafkaConsumer, "getmany", getmany)
    for module in (rounds, repair):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    await publish(kafka, own_topic, first)
    async with reading(kafka, own_topic, pool) as intake:
        await journalled(pool, 40)
        watchdog = Watchdog(60.0, lambda topic: intake.identity.topics[topic].partitions)
        owners = {"benefits": "http://benefits"}
        reconciler = Reconciler(pool, owners, token, 10.0, watchdog=watchdog)
        await asyncio.sleep(2 * POLL_MS / 1000)  # a fetch that is under way ends
        await publish(kafka, own_topic, second)
        if not stuck:
            await journalled(pool, 60)
        for _ in range(9):
            await reconciler.once()
            now[0] += 15.0

        def owned(place: tuple[str, int]) -> bool:
            return TopicPartition(*place) in intake.positions

        assert watchdog.demands_an_end(owned) is stuck
        assert await pool.fetchval("SELECT count(*) FROM journal") == (40 if stuck else 60)
    assert topic_of("benefits") != own_topic
