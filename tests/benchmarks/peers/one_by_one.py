"""The peer that a Python user would write first: a Faust agent, one event at a time, one upsert by
asyncpg each.

    python -m tests.benchmarks.peers.one_by_one DATABASE TOPIC,...
"""

import asyncio
import sys
from typing import Any

import asyncpg
import faust
import uvloop

from shared.kafka.access import KafkaAccess
from tests.benchmarks.peers.given import kafka_given
from tests.benchmarks.peers.lines import COLUMNS, line_of

NAMES = ", ".join(COLUMNS)
PLACES = ", ".join(f"${at}" for at in range(1, len(COLUMNS) + 1))
CHANGES = ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS if name != "id")
TABLE = f"CREATE TABLE lines ({', '.join(map(' '.join, COLUMNS.items()))}, PRIMARY KEY (id))"
UPSERT = f"INSERT INTO lines ({NAMES}) VALUES ({PLACES}) ON CONFLICT (id) DO UPDATE SET {CHANGES}"


def _credentials(kafka: KafkaAccess) -> faust.SASLCredentials | None:
    client = kafka.client()
    return (
        kafka.is_sasl
        and faust.SASLCredentials(
            mechanism=kafka.mechanism,
            username=client["sasl_plain_username"],
            password=client["sasl_plain_password"],
            ssl_context=client.get("ssl_context"),
        )
    ) or None


async def main(database: str, topics: str) -> None:
    """Read until ended."""
    pool = await asyncpg.create_pool(database)
    await pool.execute(TABLE)
    kafka = kafka_given()
    app = faust.App(
        "one-by-one",
        broker=f"kafka://{kafka.servers}",
        broker_credentials=_credentials(kafka),
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        consumer_auto_offset_reset="earliest",
        value_serializer="json",
        key_serializer="raw",
    )

    @app.agent(app.topic(*topics.split(",")))
    async def upserting(stream: Any) -> None:
        async for event in stream.events():
            line = line_of(event.value, (event.headers or {}).items())
            await pool.execute(UPSERT, *line.values())

    app.finalize()
    await app.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
