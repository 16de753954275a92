"""Kafka loses everything it had: the owners publish again, and reporting stays as it was."""

from collections.abc import Iterable, Mapping

from aiokafka.admin import AIOKafkaAdminClient

from deploy.stack.stack import Stack
from shared.contract.contexts import FACT_CONTEXTS
from tests.journeys.command_line import guildhall
from tests.journeys.office import Office
from tests.journeys.reporting import OWNERS, Consumed, Partition, Reporting
from tests.journeys.waiting import until

"""Reporting itself may find something at any time; these speak only when they are told to."""


async def cluster_id(stack: Stack) -> str:
    client = AIOKafkaAdminClient(**stack.kafka.client())
    await client.start()
    try:
        return str((await client.describe_cluster())["cluster_id"])
    finally:
        await client.close()


def read_from(consumed: Mapping[Partition, Consumed], cluster: str, context: str) -> Consumed:
    """What was read of one context's topic in one cluster."""
    parts: Iterable[Consumed] = (
        consumed[partition]
        for partition in consumed
        if (partition.cluster_id, partition.topic) == (cluster, f"guildhall.{context}.v1")
    )
    return Consumed(*(sum(column) for column in zip(*parts, strict=True)))


async def test_a_wiped_kafka_is_refilled_by_the_owners_and_nothing_changes(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    people = await office.take_on(50)
    await office.hand_out("spring", "spring_festival")
    await office.sign("spring", people[:40])
    await office.take_back("spring", people[0])
    await reporting.caught_up()
    figures, rows = await reporting.figures(office.org_id), await reporting.rows_of(office.org_id)
    assert figures["gift_spring_festival_members"] == 49
    lost = await cluster_id(stack)

    await stack.servers.wipe_kafka()
    await stack.create_topics()
    made = await cluster_id(stack)
    assert made != lost

    republished = {}
    for owner in OWNERS:
        ran = await guildhall(stack, "events", "republish", "--service", owner, "--all")
        assert ran.status == 0, ran
        republished[owner] = ran.document["republished"]
    for context in FACT_CONTEXTS:
        assert republished[context] == len(await reporting.owned(context))

    # All of it is read again under the new cluster's id, and known: not one event is applied.
    for context in FACT_CONTEXTS:
        seen = await until(
            reporting.consumed,
            lambda consumed, context=context: (
                any(  # type: ignore[misc]
                    partition.cluster_id == made and partition.topic == f"guildhall.{context}.v1"
                    for partition in consumed
                )
                and read_from(consumed, made, context).next_offset >= republished[context]
            ),
        )
        repeats = republished[context]
        assert read_from(seen, made, context) == Consumed(repeats, 0, repeats, 0, 0)
    assert await reporting.figures(office.org_id) == figures
    assert await reporting.rows_of(office.org_id) == rows
    assert {partition.cluster_id for partition in await reporting.consumed()} >= {lost, made}

    # And life goes on: a copy hears of a new member, a gift reaches the figures.
    [newcomer] = await office.take_on(1, first=50)
    await office.issue_one("spring", newcomer, off_roster_reason="joined_after_roster")
    await reporting.caught_up()
    assert await reporting.figure(office.org_id, "gift_spring_festival_members") == 50
    last = (await reporting.rows_of(office.org_id))[-1]
    assert last["cluster_id"] == made
