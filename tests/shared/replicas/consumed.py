"""Records as Kafka's consumer gives them to a replica, without Kafka."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from shared.contract.catalogue import topic_of
from shared.contract.envelope import Envelope
from shared.kafka.acceptance import owner
from shared.kafka.cloudevents import to_record
from shared.replicas.apply import Move
from shared.replicas.records import Reader


class Consumed(NamedTuple):
    """The fields of aiokafka's record that a replica reads."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


MOVE = Move("cluster", UUID(int=7), 0, 5, 0)


def move(start: int, count: int) -> Move:
    """The move of a batch of so many records from an offset on."""
    return MOVE._replace(expected=start, next_offset=start + count)


def consumed(envelopes: Iterable[Envelope], start: int = 0) -> list[Consumed]:
    """The records of these events, one after another in a partition."""
    return [
        Consumed(0, offset, *to_record(envelope))
        for offset, envelope in enumerate(envelopes, start=start)
    ]


def reader(context: str, *, allow_simulated: bool = False) -> Reader:
    """A reader of a context's topic."""
    return Reader(topic_of(context), owner(context), allow_simulated=allow_simulated)
