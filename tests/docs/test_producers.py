"""The small producers of docs/producers, each run as a stranger runs it, on the embedded Kafka.

Node with npm, and a JDK, are needed here and nowhere else: where they are missing it is this
machine that fails, and the message says so.
"""

import asyncio
import os
import secrets
import shutil
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.embedded.jars import kafka_jars
from shared.contract.benefits import GiftIssued
from shared.kafka.acceptance import Accepted, Publisher, Record, accept
from shared.kafka.access import KafkaAccess
from shared.testing.topics import make_topic
from tests.reporting.records import ORG

PRODUCERS = Path(__file__).parents[2] / "docs" / "producers"
LINES = "".join(f"p-0000000{n},{n},2022-09-0{n}T02:00:00Z\n" for n in range(1, 6))
PARTITIONS, RUN_SECONDS = 2, 120


def program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"the environment lacks {name}: install it, or this producer is not tried"
    return found


async def run(*command: str, cwd: Path, environment: dict[str, str], said: str = "") -> None:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, env=os.environ | environment, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    told, _ = await asyncio.wait_for(process.communicate(said.encode()), RUN_SECONDS)
    assert process.returncode == 0, told.decode(errors="replace")[-4000:]


async def python(directory: Path) -> list[str]:
    return [sys.executable, str(PRODUCERS / "python" / "producer.py")]


async def java(directory: Path) -> list[str]:
    program("javac")
    needed = ("kafka-clients", "slf4j-api")
    jars = [str(jar) for jar in await kafka_jars(lambda _: None) if jar.name.startswith(needed)]
    assert len(jars) == len(needed)
    return [program("java"), "-cp", ":".join(jars), str(PRODUCERS / "java" / "Producer.java")]


async def node(directory: Path) -> list[str]:
    for name in ("package.json", "package-lock.json", "producer.js"):
        shutil.copy(PRODUCERS / "node" / name, directory)
    installing = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
    await run(program("npm"), *installing, cwd=directory, environment={})
    return [program("node"), str(directory / "producer.js")]


async def records(kafka: KafkaAccess, topic: str) -> list[Record]:
    consumer = AIOKafkaConsumer(**kafka.client(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        due = sum((await consumer.end_offsets(partitions)).values())
        found: list[Record] = []
        while len(found) < due:
            for batch in (await consumer.getmany(timeout_ms=1000)).values():
                found += [Record(topic, r.key, r.value, r.headers) for r in batch]
        return found
    finally:
        await consumer.stop()


@pytest.mark.parametrize("write", [python, java, node], ids=lambda write: write.__name__)
async def test_a_small_producer_says_what_ingest_takes(
    kafka: KafkaAccess, tmp_path: Path, write: object
) -> None:
    source = f"t-{secrets.token_hex(6)}"
    topic = f"guildhall.ext.{source}.v1"
    client = AIOKafkaAdminClient(**kafka.client())
    await client.start()
    try:
        await make_topic(client, topic, PARTITIONS)
    finally:
        await client.close()
    assert callable(write)
    command = await write(tmp_path)
    environment = kafka.settings | {
        "GUILDHALL_SOURCE": source, "GUILDHALL_ORG": ORG, "GUILDHALL_PROGRAMME": "moon-2022",
    }  # fmt: skip
    await run(*command, cwd=tmp_path, environment=environment, said=LINES)

    types = frozenset({GiftIssued.type_name()})
    registered = Publisher(f"/ext/{source}", types, frozenset({ORG}), sequenced=False)
    said = [accept(each, registered, allow_simulated=False) for each in await records(kafka, topic)]
    assert [each for each in said if not isinstance(each, Accepted)] == []
    found = {each.envelope.stream: each for each in said if isinstance(each, Accepted)}
    assert len(found) == len(said) == LINES.count("\n")
    for number in range(1, 6):
        envelope, event, *_ = found[f"{ORG}/gift-moon-2022.p-0000000{number}"]
        assert isinstance(event, GiftIssued) or event.occurred_on.day == number
        assert (envelope.stream_version, envelope.recorded_at.day) == (1, number)
        assert envelope.event_id.version == 5
