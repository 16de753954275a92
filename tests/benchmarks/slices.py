"""Slices of a workload, each shown to a reader at once.

Ours and its peers read the same records, each from topics of its own: only so can one of them be
given work while the others rest, all kept running. A slice is published in a Kafka transaction;
who reads committed records sees nothing of it before its end, then all of it.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.contract.catalogue import topic_of
from shared.contract.envelope import DomainEvent
from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import Record, to_record
from shared.testing.author import Author

PARTITIONS = 8
AT_ONCE = 5000


class Said(NamedTuple):
    """An event before it is written: the context it is of, its stream, what it says."""

    context: str
    stream: str
    event: DomainEvent


class Post(NamedTuple):
    """A record and where it goes, before it is given to anybody in particular."""

    context: str
    partition: int
    record: Record


class Published(NamedTuple):
    """What a reader was given so far: how many records, and where its partitions end."""

    records: int
    ends: Mapping[TopicPartition, int]


class Workload:
    """Events without end, written in slices by the contexts they are of."""

    def __init__(self, name: str, contexts: Sequence[str], said: Iterator[Said]) -> None:
        self.name, self.contexts, self._said = name, tuple(contexts), said
        self._authors = {context: Author(context) for context in contexts}

    def topics(self, prefix: str) -> list[str]:
        """Where a reader finds them: the topics of ours with the prefix that is its own."""
        return [prefix + topic_of(context) for context in self.contexts]

    def slice(self, count: int) -> list[Post]:
        """The next so many records."""
        return [self._post(said) for said in islice(self._said, count)]

    def _post(self, said: Said) -> Post:
        envelope = self._authors[said.context].write(said.stream, said.event)
        return Post(said.context, (envelope.shard or 0) % PARTITIONS, to_record(envelope))


class Publisher:
    """Publishes slices, compressed as the relay does, and remembers what each reader was given."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._given: defaultdict[str, Published] = defaultdict(lambda: Published(0, {}))

    def given(self, prefix: str) -> int:
        """How many records that reader was given."""
        return self._given[prefix].records

    async def publish(
        self, prefix: str, posts: Sequence[Post], *, shown: Callable[[], object] = lambda: None
    ) -> Published:
        """Give a slice to the reader of `prefix`; `shown` is called just before it can be seen."""
        before, ends = self._given[prefix], {}
        await self._producer.begin_transaction()
        for at in range(0, len(posts), AT_ONCE):
            sent = [await self._send(prefix, post) for post in posts[at : at + AT_ONCE]]
            for placed in await asyncio.gather(*sent):
                ends[placed.topic_partition] = placed.offset + 1
        shown()
        await self._producer.commit_transaction()
        published = Published(before.records + len(posts), {**before.ends, **ends})
        self._given[prefix] = published
        return published

    async def _send(self, prefix: str, post: Post) -> asyncio.Future:
        record = post.record
        topic = prefix + topic_of(post.context)
        return await self._producer.send(
            topic, record.value, record.key, post.partition, headers=record.headers
        )


@asynccontextmanager
async def publisher(kafka: KafkaAccess) -> AsyncIterator[Publisher]:
    """A publisher for as long as the block runs."""
    producer = AIOKafkaProducer(
        **kafka.client(),
        transactional_id="slices",
        linger_ms=5,
        compression_type="lz4",
        max_batch_size=262_144,
    )
    await producer.start()
    try:
        yield Publisher(producer)
    finally:
        await producer.stop()


async def create_topics_of(kafka: KafkaAccess, topics: Iterable[str]) -> None:
    """Topics as ours are, for readers that have their own."""
    client = AIOKafkaAdminClient(**kafka.client())
    await client.start()
    await client.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in topics])
    await client.close()
