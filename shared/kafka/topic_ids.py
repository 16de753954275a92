"""Which cluster and which topic this is: an offset means something only together with their ids.

aiokafka 0.14 asks for metadata up to version 5; topic ids come with version 10 (KIP-516).
"""

import asyncio
import random
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError, KafkaError
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

NO_ID = UUID(int=0)
ASK_SECONDS = 2.0
"""How long a broker may take to say who it is while there are others to ask: the client's own limit
is 40 seconds."""


class TopicChanged(Exception):
    """A topic was deleted and made anew, or the cluster is another: start over with its ids."""


class TopicIdentity(NamedTuple):
    """A topic's id and how many partitions it has."""

    topic_id: UUID
    partitions: int


class ClusterIdentity(NamedTuple):
    """The cluster's id, and the identity of each topic that exists."""

    cluster_id: str
    topics: dict[str, TopicIdentity]


class _Uuid(AbstractType[UUID]):
    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> UUID:
        return UUID(bytes=data.read(16))


_TEXT = CompactString("utf-8")
_TAGS = ("tags", TaggedFields)


class _MetadataResponse(Response):
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32), ("host", _TEXT), ("port", Int32), ("rack", _TEXT), _TAGS
            ),
        ),
        ("cluster_id", _TEXT),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", _TEXT),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline", CompactArray(Int32)),
                        _TAGS,
                    ),
                ),
                ("authorized_operations", Int32),
                _TAGS,
            ),
        ),
        ("authorized_operations", Int32),
        _TAGS,
    )


class _MetadataStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 10
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("name", _TEXT), _TAGS)),
        ("allow_auto_topic_creation", Boolean),
        ("cluster_operations", Boolean),
        ("topic_operations", Boolean),
        _TAGS,
    )


class _MetadataRequest(Request[_MetadataStruct]):
    API_KEY = 3

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_MetadataStruct]) -> _MetadataStruct:
        named: list[tuple[UUID, str, dict[int, bytes]]] = [
            (NO_ID, name, {}) for name in self._topics
        ]
        return request_struct_class(named, False, False, False, {})


async def identify(client: AIOKafkaClient, topics: list[str]) -> ClusterIdentity:
    """Ask for the ids of the cluster and of `topics`; absent topics are left out.

    The brokers are asked one after the other, in no order, until one answers: one that is dead or
    stopped must neither fail nor hold up a reader of the others. Raises aiokafka's KafkaError when
    none answers.
    """
    nodes = [broker.nodeId for broker in client.cluster.brokers()]
    failure: Exception | None = None
    for asked, node in enumerate(random.sample(nodes, len(nodes)), start=1):
        try:
            # The last one has the client's own limit: there is nobody else to be asked.
            async with asyncio.timeout(ASK_SECONDS if asked < len(nodes) else None):
                return _identity(await client.send(node, _MetadataRequest(topics)))
        except (KafkaError, TimeoutError) as why:
            failure = why
    message = f"none of {len(nodes)} brokers says which cluster this is"
    raise KafkaConnectionError(message) from failure


def _identity(answer: Any) -> ClusterIdentity:
    found = {
        name: TopicIdentity(topic_id, len(partitions))
        for error, name, topic_id, _internal, partitions, *_ in answer.topics
        if not error
    }
    return ClusterIdentity(answer.cluster_id, found)
