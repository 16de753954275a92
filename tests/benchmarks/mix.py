"""The mix of the demo's events: what `guildhall demo` publishes, told of many unions.

The demo is run once, on servers of its own, and what its services and reporting published is read
from Kafka. Each union's year is those very events with the union's name changed wherever it stands;
ten unions live their year side by side, and then the next ten.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.embedded import topic_partitions
from shared.contract.catalogue import event_class
from shared.contract.contexts import CONTEXTS
from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import from_record
from tests.benchmarks.process import Ended, running
from tests.benchmarks.rig import rig
from tests.benchmarks.slices import Said, Workload

SIDE_BY_SIDE = 10
COMMAND = (sys.executable, "-m", "guildhall.cli", "demo")


class Heard(NamedTuple):
    """An event as the demo published it."""

    context: str
    type: str
    stream: str
    data: bytes


async def mix() -> Workload:
    """The demo's year of one union after another, without end."""
    year = await the_year()
    told = Counter(heard.context for heard in year)
    return Workload("the demo's mix", sorted(told), unions(year))


def unions(year: Sequence[Heard]) -> Iterator[Said]:
    """The same year, of ten unions side by side, then of ten others."""
    for ten in count():
        others = [f"-{ten:03d}{one}" for one in range(SIDE_BY_SIDE)]
        for heard in year:
            for other in others:
                yield said_by(heard, other)


def said_by(heard: Heard, other: str) -> Said:
    """The event as another union says it: `other` is put after the union's name. Names of streams
    begin with the union's, those that an event refers to as well; a union above stays as it is."""
    org, _, rest = heard.stream.partition("/")
    data, name = heard.data, org.encode()
    for end in (b'"', b"/"):
        data = data.replace(b'"' + name + end, b'"' + name + other.encode() + end)
    event = event_class(heard.type).model_validate_json(data)
    return Said(heard.context, f"{org}{other}/{rest}", event)


async def the_year() -> list[Heard]:
    """Run the demo and read what it published, in the order of its clock.

    Raises Ended when the demo fails.
    """
    async with rig() as stand:
        environment = {**stand.kafka.settings, "GUILDHALL_DATABASE_URL": stand.postgres}
        async with running("demo", *COMMAND, quiet=True, **environment) as demo:
            if await demo.process.wait():
                raise Ended(f"the demo ended with status {demo.process.returncode}")
        return await _heard(stand.kafka)


async def _heard(kafka: KafkaAccess) -> list[Heard]:
    consumer = AIOKafkaConsumer(**kafka.client())
    await consumer.start()
    topics = {context.topic: context.name for context in CONTEXTS.values()}
    found = []
    try:
        targets = [
            TopicPartition(topic, partition)
            for topic in topics
            for partition in range(topic_partitions()[topic])
        ]
        consumer.assign(targets)
        await consumer.seek_to_beginning(*targets)
        ends = await consumer.end_offsets(targets)
        while any([await consumer.position(target) < ends[target] for target in targets]):
            for records in (await consumer.getmany(timeout_ms=250)).values():
                found += [(records[0].topic, record) for record in records]
    finally:
        await consumer.stop()
    envelopes = [
        (topics[topic], from_record(record.key, record.value, record.headers))
        for topic, record in found
    ]
    envelopes.sort(key=lambda each: each[1].recorded_at)
    return [Heard(context, e.type, e.stream, e.data) for context, e in envelopes]


async def _main() -> None:
    year = await the_year()
    for (context, name), number in Counter((h.context, h.type) for h in year).most_common():
        print(f"{number:6} {context:10} {name}")
    print(f"{len(year):6} in all")


if __name__ == "__main__":
    asyncio.run(_main())
