"""Kafka loses records that nobody had read: the gap is seen, asked for and healed by itself."""

from collections import Counter

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete

from deploy.stack.stack import Stack
from shared.kafka.access import KafkaAccess
from tests.journeys.office import Office
from tests.journeys.reporting import Reporting
from tests.journeys.waiting import until

TOPIC, PARTITIONS = "guildhall.benefits.v1", 8
ASKED = "asking the owner to publish again"
PARKED = f'guildhall_ingest_records_total{{outcome="parked",topic="{TOPIC}"}}'


async def lose(kafka: KafkaAccess, partition: int) -> int:
    """Delete what a partition holds now; returns the first offset that is left."""
    client = AIOKafkaAdminClient(**kafka.client())
    await client.start()
    try:
        target = TopicPartition(TOPIC, partition)
        return (await client.delete_records({target: RecordsToDelete(-1)}))[target]
    finally:
        await client.close()


async def fullest(reporting: Reporting, office: Office, programme: str) -> tuple[int, int]:
    """The partition that holds most of a programme's gifts, and how many."""
    shards = await reporting.databases["benefits"].fetch(
        "SELECT shard FROM events WHERE starts_with(stream, $1)",
        f"{office.org_id}/gift-{programme}.",
    )
    return Counter(row["shard"] % PARTITIONS for row in shards).most_common(1)[0]


async def test_records_lost_on_the_way_are_missed_and_healed_without_an_operator(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    people = await office.take_on(200)
    await office.open_programme("summer", "summer_cooling")
    await office.open_programme("labour-day", "labour_day")
    await reporting.caught_up()

    await stack.stop_service("worker")
    asked = (stack.directory / "logs" / "worker.log").read_text().count(ASKED)
    await office.issue("summer")
    await until(lambda: reporting.relayed("benefits"), bool)
    partition, lost = await fullest(reporting, office, "summer")
    left = await lose(stack.kafka, partition)
    await office.issue("labour-day")
    await until(lambda: reporting.relayed("benefits"), bool)
    await stack.start_service("worker")

    # What follows the gap waits behind it, until its owner has published what was lost.
    await until(lambda: reporting.metric("worker", PARKED), lambda parked: parked > 0)
    await reporting.caught_up()
    healed = await reporting.figures(office.org_id)
    assert healed["gift_summer_cooling"] == healed["gift_labour_day_members"] == len(people)
    status = await reporting.get("status", person="operator")
    assert (status["parked"], status["differences"]) == (0, [])
    assert (stack.directory / "logs" / "worker.log").read_text().count(ASKED) > asked
    again = [
        row
        for row in await reporting.rows_of(office.org_id)
        if (row["topic"], row["partition"]) == (TOPIC, partition)
        and row["stream"].startswith(f"{office.org_id}/gift-summer.")
    ]
    assert len(again) == lost > 0
    assert min(row["kafka_offset"] for row in again) >= left
