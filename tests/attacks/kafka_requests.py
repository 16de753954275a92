"""Single requests to Kafka, as an attacker sends them: no client's own checks come first."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.admin import (
    AlterConfigsRequest,
    CreateAclsRequest,
    CreatePartitionsRequest,
    CreateTopicsRequest,
    DeleteAclsRequest,
    DeleteGroupsRequest,
    DeleteRecordsRequest,
    DeleteTopicsRequest,
    DescribeAclsRequest,
    DescribeConfigsRequest,
)
from aiokafka.protocol.api import Request
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.group import JoinGroupRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import InitProducerIdRequest
from aiokafka.protocol.types import Array, Schema
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from deploy.embedded.scram import AlterUsers, DescribeUsers

GROUP = "guildhall-reporting"
MS = 5000
TOPIC, ANY, ALLOW, LITERAL, WRITE, ALL = 2, 1, 3, 3, 4, 2
ANYBODY = "User:*"

MADE = "guildhall.made-by-a-stranger.v1"
AUTHORIZATION = (29, 30, 31, 53, 65)
"""Codes of refusals: topic, group, cluster, transactional id, delegation token."""

Make = Callable[[str], Request[Any]]


def batch(value: bytes) -> bytes:
    """One record as a producer sends it."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=16_384,
    )  # fmt: skip
    builder.append(0, timestamp=1, key=b"tjtc/x", value=value, headers=[])
    return bytes(builder.build())


def _acl() -> tuple[int, str, int, str, str, int, int]:
    return TOPIC, "guildhall.members.v1", LITERAL, ANYBODY, "*", WRITE, ALLOW


OPERATIONS: dict[str, Make] = {
    "describe": lambda topic: MetadataRequest([topic], allow_auto_topic_creation=False),
    "produce": lambda topic: ProduceRequest(None, -1, MS, [(topic, [(0, batch(b"forged"))])]),
    "consume": lambda topic: FetchRequest(100, 1, 2**20, 0, [(topic, [(0, 0, 2**20)])]),
    "list offsets": lambda topic: OffsetRequest(-1, 0, [(topic, [(0, -1)])]),
    "delete records": lambda topic: DeleteRecordsRequest([(topic, [(0, 0)])], MS),
    "delete topic": lambda topic: DeleteTopicsRequest([topic], MS),
    "add partitions": lambda topic: CreatePartitionsRequest([(topic, (64, None))], MS, True),
    "alter config": lambda topic: AlterConfigsRequest([(TOPIC, topic, [("retention.ms", "1")])]),
    "describe config": lambda topic: DescribeConfigsRequest([(TOPIC, topic, None)]),
    "commit offsets": lambda topic: OffsetCommitRequest(GROUP, -1, "", -1, [(topic, [(0, 7, "")])]),
    "create topic": lambda _: CreateTopicsRequest([(MADE, 1, 1, [], [])], MS, False),
    "list acls": lambda _: DescribeAclsRequest(ANY, None, ANY, None, None, ANY, ANY),
    "create acl": lambda _: CreateAclsRequest(*_acl()),
    "delete acls": lambda _: DeleteAclsRequest(ANY, None, ANY, None, None, ANY, ANY),
    "set passwords": lambda _: AlterUsers({"guildhall-operator": "mine"}, ()),
    "list users": lambda _: DescribeUsers(["guildhall-operator"]),
    "join group": lambda _: JoinGroupRequest(
        GROUP, 6000, 6000, "", None, "consumer", [("range", b"")]
    ),
    "find group": lambda _: FindCoordinatorRequest(GROUP, 0),
    "delete group": lambda _: DeleteGroupsRequest([GROUP]),
    "become a producer": lambda _: InitProducerIdRequest(None, 1000),
    "become a transaction": lambda _: InitProducerIdRequest("guildhall-members", 1000),
}
"""What one may ask of Kafka, of a topic or at all; each makes the request."""


def refusals(answer: Any) -> list[type[KafkaError]]:
    """The refusals in an answer; empty: it was not refused."""
    codes = _codes(answer.SCHEMA, [answer.get_item(name) for name in answer.SCHEMA.names])
    return [for_code(code) for code in codes if code in AUTHORIZATION]


def _codes(schema: Schema, values: Iterable[Any]) -> Iterator[int]:
    for name, kind, value in zip(schema.names, schema.fields, values, strict=True):
        if name == "error_code":
            yield value
        elif isinstance(kind, Array) and isinstance(kind.array_of, Schema):
            for each in value or ():
                yield from _codes(kind.array_of, each)
