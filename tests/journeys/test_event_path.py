"""The path of every event: committed by its owner, through Kafka, into reporting's journal."""

import hashlib
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.stack.stack import Stack
from shared.contract.contexts import FACT_CONTEXTS
from shared.kafka.access import KafkaAccess
from tests.journeys.office import Office
from tests.journeys.reporting import Reporting
from tests.journeys.waiting import until

Place = tuple[str, int, int]
"""A record's topic, partition and offset."""


async def records(kafka: KafkaAccess, topics: set[str]) -> dict[Place, Any]:
    """Every record of these topics, read as anybody could."""
    consumer = AIOKafkaConsumer(**kafka.client(), enable_auto_commit=False)
    await consumer.start()
    try:
        await consumer._client.force_metadata_update()
        targets = [
            TopicPartition(topic, number)
            for topic in topics
            for number in consumer.partitions_for_topic(topic) or ()
        ]
        consumer.assign(targets)
        await consumer.seek_to_beginning(*targets)
        ends = await consumer.end_offsets(targets)
        found: dict[Place, Any] = {}
        while [target for target in targets if await consumer.position(target) < ends[target]]:
            for target, batch in (await consumer.getmany(timeout_ms=500)).items():
                found |= {(*target, record.offset): record for record in batch}
        return found
    finally:
        await consumer.stop()


async def test_what_owners_commit_reaches_reporting_through_kafka_alone(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    people = await office.take_on(40)
    await reporting.caught_up()
    before, known = await reporting.figures(office.org_id), await reporting.rows_of(office.org_id)
    await stack.stop_service("worker")

    # The owners accept, and Kafka has it all; the figures stand still.
    assert await office.hand_out("spring", "spring_festival") == len(people)
    await office.sign("spring", people[:30])
    await until(lambda: reporting.relayed(*FACT_CONTEXTS), bool)
    assert await reporting.databases["benefits"].fetchval("SELECT count(*) FROM outbox") == 0
    assert await reporting.figures(office.org_id) == before
    assert await reporting.rows_of(office.org_id) == known

    await stack.start_service("worker")
    await reporting.caught_up()
    after = await reporting.figures(office.org_id)
    changed = {name: value for name, value in after.items() if value != before[name]}
    assert changed == {
        "gift_spring_festival_members": 40,
        "gift_spring_festival_portions": 40,
        "gift_spring_festival_amount": 40 * 30_000,
    }

    # Each row of the journal is the record at the place it names, byte by byte.
    rows = [row for row in await reporting.rows_of(office.org_id) if row not in known]
    found = await records(stack.kafka, {row["topic"] for row in rows})
    assert len(rows) >= 2 + 40 + 30
    for row in rows:
        record = found[row["topic"], row["partition"], row["kafka_offset"]]
        assert (record.key, record.value) == (row["stream"].encode(), row["document"])
        place = f"{row['epoch']}.{row['shard']}.{row['shard_sequence']}".encode()
        assert dict(record.headers)["guildhall-position"] == place
        assert hashlib.sha256(b"\0" + record.value).digest() == row["leaf"]


async def test_a_dead_kafka_costs_no_command(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    people = await office.take_on(20)
    await office.open_programme("autumn", "mid_autumn")
    await reporting.caught_up()
    await stack.servers.kill_kafka()

    # Every owner accepts; what it accepted waits in its outbox.
    assert await office.issue("autumn") == len(people)
    await office.take_back("autumn", people[0])
    await office.do(
        "members",
        "declare-staff-count",
        {
            "staff": 20,
            "women_staff": 20,
            "declared_on": "2022-06-30",
        },
    )
    held = {"activity_id": "match", "held_on": "2022-03-01"}
    await office.do("events", "hold-activity", held)
    assert await reporting.figure(office.org_id, "gift_mid_autumn_members") == 0
    for owner in FACT_CONTEXTS:
        assert not await reporting.relayed(owner), owner

    await stack.servers.start_kafka()
    await reporting.caught_up()
    figures = await reporting.figures(office.org_id)
    assert figures["gift_mid_autumn_members"] == len(people) - 1
    assert figures["gift_mid_autumn_portions"] == len(people) - 1
