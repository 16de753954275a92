"""Faults of Kafka: brokers killed and stopped, topics, offsets and whole clusters gone."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError, KafkaError, UnknownMemberIdError

from deploy.embedded.kafka import Kafka
from tests.faults.disks import fill, free
from tests.faults.harm import NotDone
from tests.faults.record_faults import TOPICS
from tests.faults.republish import refill
from tests.faults.rig import OWNERS, Rig
from tests.faults.signals import pause

GROUP = "guildhall-reporting"
DELETED_SECONDS, GROUP_SECONDS = 30.0, 60.0
IN_TURN_SECONDS = 10.0


async def pause_broker(rig: Rig, rng: random.Random, seconds: float) -> str:
    """SIGSTOP to a broker."""
    broker = rng.choice(rig.cluster.brokers)
    await pause([broker.child.pid] if broker.child.pid else [], seconds)
    return broker.bootstrap


async def kill_broker(rig: Rig, rng: random.Random, seconds: float) -> str:
    """SIGKILL to one broker of three: acknowledged writes go on."""
    return await _kill_brokers(rig, rng.sample(rig.cluster.brokers, 1), seconds)


async def kill_two_brokers(rig: Rig, rng: random.Random, seconds: float) -> str:
    """SIGKILL to two brokers of three: no quorum, no acknowledgement."""
    return await _kill_brokers(rig, rng.sample(rig.cluster.brokers, 2), seconds)


async def kill_all_brokers(rig: Rig, _: random.Random, seconds: float) -> str:
    """SIGKILL to all three brokers at once."""
    return await _kill_brokers(rig, rig.cluster.brokers, seconds)


async def _kill_brokers(rig: Rig, brokers: list[Kafka], seconds: float) -> str:
    names = ", ".join(broker.bootstrap for broker in brokers)
    await asyncio.gather(*(broker.kill() for broker in brokers))
    await asyncio.sleep(seconds)
    await rig.cluster.start()
    return names


async def kill_brokers_in_turn(rig: Rig, rng: random.Random, seconds: float) -> str:
    """Two brokers, then the last, which led on alone; it comes back after they have gone on."""
    *first, last = rng.sample(rig.cluster.brokers, len(rig.cluster.brokers))
    await asyncio.gather(*(broker.kill() for broker in first))
    await asyncio.sleep(seconds)
    await last.kill()
    async with asyncio.TaskGroup() as starts:
        for broker in first:
            starts.create_task(broker.start())
        await asyncio.sleep(IN_TURN_SECONDS)
        # Without it they may not lead: it alone is known to hold all (KIP-966).
        starts.create_task(last.start())
    return last.bootstrap


async def fill_kafka_disk(rig: Rig, _: random.Random, seconds: float) -> str:
    """Not a byte left for the brokers, who share a disk here: those that write end."""
    await asyncio.to_thread(fill, rig.disks["kafka"])  # it takes seconds, and the proxies go on
    await asyncio.sleep(seconds)
    free(rig.disks["kafka"])
    await rig.cluster.start()
    return "kafka"


async def recreate_topic(rig: Rig, rng: random.Random, _: float) -> str:
    """A topic deleted and made anew; its owner publishes it again, as the runbook says."""
    topic = rng.choice(TOPICS)
    async with asyncio.timeout(DELETED_SECONDS):
        client = AIOKafkaAdminClient(bootstrap_servers=rig.cluster.bootstrap)
        await client.start()
        try:
            await client.delete_topics([topic])
            while topic in await client.list_topics():
                await asyncio.sleep(0.2)
        finally:
            await client.close()
    await rig.create_topics()
    await refill(rig, [topic.split(".")[1]])
    return topic


async def wipe_kafka(rig: Rig, _: random.Random, __: float) -> str:
    """All brokers' data gone: another cluster, empty topics; the owners publish all again."""
    await rig.cluster.wipe()
    await rig.cluster.start()
    await rig.create_topics()
    await refill(rig, [*OWNERS, "reporting"])
    return "kafka"


async def delete_group_offsets(rig: Rig, _: random.Random, __: float) -> str:
    """The workers' group deleted while none of them reads: Kafka forgets where it was."""
    async with _nobody_reads(rig) as client:
        deleted = "not yet"
        while deleted:
            await asyncio.sleep(1.0)  # the dead members' session must run out first
            answers = await client.delete_consumer_groups([GROUP])
            deleted = next((why.__name__ for _, why in answers if why.errno not in (0, 69)), "")
    return GROUP


async def move_group_offsets(rig: Rig, _: random.Random, __: float) -> str:
    """The workers' group moved to the end of every topic: who trusts Kafka skips what waits."""
    async with _nobody_reads(rig):
        consumer = AIOKafkaConsumer(
            bootstrap_servers=rig.cluster.bootstrap, group_id=GROUP, enable_auto_commit=False
        )
        await consumer.start()
        try:
            parts = [(topic, n) for topic in TOPICS for n in await _partitions(rig, topic)]
            targets = [TopicPartition(topic, number) for topic, number in parts]
            consumer.assign(targets)
            ends = await consumer.end_offsets(targets)
            moved = False
            while not moved:
                await asyncio.sleep(1.0)
                # As long as a member of the group lives, Kafka takes no word of an outsider.
                with contextlib.suppress(CommitFailedError, UnknownMemberIdError):
                    await consumer.commit(ends)
                    moved = True
        finally:
            await consumer.stop()
    return GROUP


@asynccontextmanager
async def _nobody_reads(rig: Rig) -> AsyncIterator[AIOKafkaAdminClient]:
    """No worker lives; they are started again at the end. Raises NotDone where Kafka refuses."""
    workers = rig.replicas_of("worker")
    await asyncio.gather(*(rig.supervisor.kill(name, restart=False) for name in workers))
    client = AIOKafkaAdminClient(bootstrap_servers=rig.cluster.bootstrap)
    try:
        async with asyncio.timeout(GROUP_SECONDS):
            await client.start()
            yield client
    except (KafkaError, TimeoutError, OSError) as why:
        raise NotDone(repr(why)) from why
    finally:
        await client.close()
        await asyncio.gather(*map(rig.supervisor.start, workers))


async def _partitions(rig: Rig, topic: str) -> list[int]:
    client = AIOKafkaAdminClient(bootstrap_servers=rig.cluster.bootstrap)
    await client.start()
    try:
        (described,) = await client.describe_topics([topic])
        return [part["partition"] for part in described["partitions"]]
    finally:
        await client.close()
