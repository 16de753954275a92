"""A service's own copy of another context's facts: each applied once, over holes in the offsets."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.bus import to_record
from shared.contract.catalogue import topic_of
from shared.contract.envelope import Envelope
from shared.contract.events import IssueRaised
from shared.database import open_pool
from shared.store import Also
from shared.subscription import Subscription
from shared.testing.author import Author
from tests.shared.test_store import raised


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(database)
    await pool.execute("CREATE TABLE copy (issue_id text PRIMARY KEY, times int NOT NULL)")
    yield pool
    await pool.close()


@pytest.fixture
async def context(kafka: str, topic: str) -> AsyncIterator[str]:
    name = topic.replace("test.", "s")
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic_of(name), 1, 1)])
    yield name
    await admin.delete_topics([topic_of(name)])
    await admin.close()


def heard(event: IssueRaised, _: Envelope) -> Also:
    return Also(
        "INSERT INTO copy AS c VALUES ($1, 1) ON CONFLICT (issue_id) DO UPDATE"
        " SET times = c.times + 1",
        [(event.issue_id,)],
    )


async def publish(kafka: str, context: str, issues: range) -> None:
    """Each record in a Kafka transaction of its own, so that markers leave holes in the offsets;
    between them, transactions that are aborted."""
    author = Author("events")
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=f"{context}-{issues}")
    await producer.start()
    for n in issues:
        record = to_record(author.write(f"tjtc/issue-i{n}", raised(f"i{n}")))
        async with producer.transaction():
            await producer.send_and_wait(
                topic_of(context), record.value, record.key, 0, headers=record.headers
            )
        await producer.begin_transaction()
        aborted = to_record(author.write(f"tjtc/issue-aborted{n}", raised(f"aborted{n}")))
        await producer.send_and_wait(
            topic_of(context), aborted.value, aborted.key, 0, headers=aborted.headers
        )
        await producer.abort_transaction()
    await producer.stop()


async def copied(pool: asyncpg.Pool, count: int) -> dict[str, int]:
    async with asyncio.timeout(30):
        while await pool.fetchval("SELECT count(*) FROM copy") < count:
            await asyncio.sleep(0.05)
    return {row["issue_id"]: row["times"] for row in await pool.fetch("SELECT * FROM copy")}


async def test_each_record_once_across_holes_aborted_transactions_and_restarts(
    pool: asyncpg.Pool, kafka: str, context: str
) -> None:
    for part in (range(0, 4), range(4, 8)):
        await publish(kafka, context, part)
        following = asyncio.create_task(
            Subscription(pool, "benefits", context, kafka, {IssueRaised: heard}).run()
        )
        found = await copied(pool, part.stop)
        following.cancel()
        await asyncio.wait([following])
    assert found == {f"i{n}": 1 for n in range(8)}
