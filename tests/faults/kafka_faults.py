"""Faults of Kafka: brokers killed and stopped, topics, offsets and whole clusters gone."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupIdNotFound, KafkaError, NoError
from aiokafka.protocol.admin import DeleteGroupsRequest

from deploy.embedded.kafka import Kafka
from tests.faults.disks import fill, free
from tests.faults.harm import NotDone
from tests.faults.record_faults import TOPICS
from tests.faults.republish import refill
from tests.faults.rig import OWNERS, Rig
from tests.faults.signals import pause

GROUP = "guildhall-reporting"
DELETED = frozenset({NoError.errno, GroupIdNotFound.errno})
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
        client = AIOKafkaAdminClient(**rig.cluster.access().client())
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
    async with _nobody_reads(rig):
        client = AIOKafkaAdminClient(**rig.cluster.access().client())
        await _until_answered(client.start)
        try:
            # The dead members' session must run out first.
            while await _until_answered(lambda: _deletion(client)) not in DELETED:
                await asyncio.sleep(1.0)
        finally:
            await client.close()
    return GROUP


async def _deletion(client: AIOKafkaAdminClient) -> int:
    """Kafka's error code for deleting the group now (aiokafka's admin client cannot ask that)."""
    coordinator = await client.find_coordinator(GROUP)
    answer = await client._client.send(coordinator, DeleteGroupsRequest([GROUP]))
    ((_, code),) = answer.results
    return int(code)


async def move_group_offsets(rig: Rig, _: random.Random, __: float) -> str:
    """The workers' group moved to the end of every topic: who trusts Kafka skips what waits."""
    async with _nobody_reads(rig):
        consumer = AIOKafkaConsumer(
            *TOPICS, **rig.cluster.access().client(), enable_auto_commit=False
        )
        await _until_answered(consumer.start)
        try:
            targets = [
                TopicPartition(topic, number)
                for topic in TOPICS
                for number in consumer.partitions_for_topic(topic) or ()
            ]
            ends = await consumer.end_offsets(targets)
        finally:
            await consumer.stop()
        outsider = AIOKafkaConsumer(
            **rig.cluster.access().client(), group_id=GROUP, enable_auto_commit=False
        )
        await _until_answered(outsider.start)
        try:
            outsider.assign(targets)
            # As long as a member of the group lives, Kafka takes no word of an outsider.
            await _until_answered(lambda: outsider.commit(ends))
        finally:
            await outsider.stop()
    return f"{GROUP}: {sum(ends.values())} records passed over"


async def _until_answered(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until Kafka answers; other faults may be at it."""
    while True:
        with contextlib.suppress(KafkaError):
            return await ask()
        await asyncio.sleep(1.0)


@asynccontextmanager
async def _nobody_reads(rig: Rig) -> AsyncIterator[None]:
    """No worker lives; all are started again at the end. Raises NotDone if it takes too long."""
    workers = rig.replicas_of("worker")
    await asyncio.gather(*(rig.supervisor.kill(name, restart=False) for name in workers))
    try:
        async with asyncio.timeout(GROUP_SECONDS):
            yield
    except TimeoutError as why:
        raise NotDone(f"Kafka did not settle {GROUP} within {GROUP_SECONDS:.0f} s") from why
    finally:
        await asyncio.gather(*map(rig.supervisor.start, workers))
