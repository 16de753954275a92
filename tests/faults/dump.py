"""Raw dumps: every table as row_to_json says it, every record as Kafka has it, every figure asked.

Through no proxy, and with none of the services' code: what is dumped is what is there.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.faults.commands import BUDGET_YEAR, UNIONS
from tests.faults.evidence import OWNERS, SOURCES
from tests.faults.rig import Rig

STORE_TABLES = ("events", "outbox", "shard_log", "shards", "idempotency")
REPORTING_TABLES = (
    "journal", "journal_head", "seals", "positions", "shard_heads", "parked", "quarantine",
    "consumed", "disowned",
)  # fmt: skip
FIGURES = ("income_received", "expenditure_paid", "gift_spring_festival_portions")
PAGE = 1000


async def dump_stores(rig: Rig, into: Path) -> None:
    """The owners' tables, reporting's, and the copies of members."""
    into.mkdir(parents=True, exist_ok=True)
    for source in SOURCES:
        tables = STORE_TABLES
        tables += REPORTING_TABLES if source == "reporting" else ()
        tables += ("members_streams",) if source in OWNERS[1:] else ()
        connection = await asyncpg.connect(rig.databases[source])
        try:
            for table in tables:
                await _dump(connection, table, into / f"{source}.{table}.jsonl")
        finally:
            await connection.close()


async def dump_projections(rig: Rig, into: Path) -> None:
    """Every table of the projections that readers see, rows in the order of their text."""
    into.mkdir(parents=True, exist_ok=True)
    connection = await asyncpg.connect(rig.databases["reporting"])
    try:
        names = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'projections' ORDER BY 1"
        )
        for (name,) in names:
            await _dump(connection, f"projections.{name}", into / f"{name}.jsonl")
    finally:
        await connection.close()


async def _dump(connection: asyncpg.Connection, table: str, file: Path) -> None:
    with file.open("w", encoding="utf-8") as lines:
        async with connection.transaction():
            query = f"SELECT row FROM (SELECT row_to_json(t)::text AS row FROM {table} t) r"
            query += ' ORDER BY row COLLATE "C"'
            async for (row,) in connection.cursor(query, prefetch=2000):
                lines.write(row + "\n")


async def dump_kafka(rig: Rig, file: Path) -> None:
    """Every record of every topic of ours: where it is, its key, identity and a hash of it."""
    consumer = AIOKafkaConsumer(
        **rig.cluster.access().client(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_uncommitted",
    )
    await consumer.start()
    try:
        with file.open("w", encoding="utf-8") as lines:
            for source in SOURCES:
                topic = f"guildhall.{source}.v1"
                partitions = consumer.partitions_for_topic(topic)
                if partitions is None:
                    await consumer._client.force_metadata_update()
                    partitions = await _partitions(consumer, topic)
                for number in sorted(partitions):
                    await _dump_partition(consumer, TopicPartition(topic, number), lines)
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    consumer._client.add_topic(topic)
    await consumer._client.force_metadata_update()
    found: set[int] = consumer.partitions_for_topic(topic) or set()
    return found


async def _dump_partition(consumer: AIOKafkaConsumer, target: TopicPartition, lines: Any) -> None:
    consumer.assign([target])
    end = (await consumer.end_offsets([target]))[target]
    await consumer.seek_to_beginning(target)
    while await consumer.position(target) < end:
        for records in (await consumer.getmany(timeout_ms=2000)).values():
            for record in records:
                lines.write(json.dumps(_record(record)) + "\n")


def _record(record: Any) -> dict[str, Any]:
    position = dict(record.headers).get("guildhall-position", b"0.-1.0").split(b".")
    try:
        event = json.loads(record.value)
    except ValueError:  # garbage: of nobody
        event = {}
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": (record.key or b"").decode(),
        "event_id": event.get("id"),
        "version": event.get("streamversion", 0),
        "shard": int(position[1]),
        "sequence": int(position[2]),
        "value_sha256": hashlib.sha256(record.value or b"").hexdigest(),
    }


async def dump_figures(rig: Rig, file: Path) -> None:
    """Some figures of every union as the API answers them, with their whole lists."""
    bearer = {"Authorization": f"Bearer {await rig.token('auditor')}"}
    async with httpx.AsyncClient(timeout=60, trust_env=False, headers=bearer) as http:
        with file.open("w", encoding="utf-8") as lines:
            for org in UNIONS:
                for name in FIGURES:
                    url = f"{rig.urls['reporting-1']}/v1/{org}/figures/{name}"
                    query: dict[str, Any] = {"year": BUDGET_YEAR, "limit": PAGE}
                    page = (await http.get(url, params=query)).raise_for_status().json()
                    answer = {"org_id": org, **page}
                    while page["next"]:
                        cursor = {**query, "cursor": page["next"]}
                        page = (await http.get(url, params=cursor)).raise_for_status().json()
                        answer["events"] = answer["events"] + page["events"]
                    lines.write(json.dumps(answer) + "\n")
