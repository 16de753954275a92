"""What surrounds every event: CloudEvents 1.0.2 attributes and our extensions.

Extension names follow the CloudEvents naming rule (lower-case letters and digits). `subject` is the
stream; the Kafka key is the stream too, so one stream is read in one order.
"""

import hashlib
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contract.streams import StreamName
from shared.contract.values import BusinessDate, Instant, OrgId

SHARDS = 32
"""Streams hash to this many shards; part of the contract, never changed in place."""

TYPE_PREFIX = "guildhall"


def shard_of(stream: str) -> int:
    """The shard of a stream: the first byte of SHA-256 modulo 32. Part of the contract."""
    return hashlib.sha256(stream.encode()).digest()[0] % SHARDS


class DomainEvent(BaseModel):
    """One thing that happened, as published. Closed when written, tolerant when read.

    `occurred_on` is the civil date in Asia/Shanghai on which it happened, entered by a person; the
    instant of recording is in the envelope. `source_recorded_on` is the date a paper source bears:
    evidence, never knowledge time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    CONTEXT: ClassVar[str]
    VERSION: ClassVar[int] = 1
    STREAM: ClassVar[StreamName]

    org_id: OrgId
    occurred_on: BusinessDate
    source_recorded_on: BusinessDate | None = None

    def __init_subclass__(cls, *, stream: str | None = None, **config: Any) -> None:
        """`stream`: the template of its stream's name within the union, by its own fields."""
        super().__init_subclass__(**config)
        if stream is not None:
            cls.STREAM = StreamName(stream)

    def stream_of(self) -> str:
        """The stream it belongs to, such as `tjtc/gift-spring-2022.p-a7k2m9`."""
        return self.STREAM.of(self)

    @classmethod
    def type_name(cls) -> str:
        """Its name on the wire, such as `guildhall.members.MemberJoined.v1`."""
        return f"{TYPE_PREFIX}.{cls.CONTEXT}.{cls.__name__}.v{cls.VERSION}"


class Part(BaseModel):
    """A value within an event, such as a document: frozen, and closed as the event is."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Envelope(NamedTuple):
    """An event as recorded: who said what, when, in which stream; `data` is its data as JSON.

    `stream_version` counts from 1 in its stream (0: the source numbers no streams). `salt` makes
    the document's hash tell nothing (empty: an outside source's). How it travelled is no part of
    its document: `epoch`, and `shard_sequence`, which is dense per (source, shard) and stamped by
    the relay (None: not stamped, or an outside source).
    """

    event_id: UUID
    source: str
    type: str
    stream: str
    stream_version: int
    org_id: str
    recorded_at: Instant
    actor: str
    role: str
    correlation_id: str
    causation_id: str
    simulated: bool
    epoch: int
    data: bytes
    shard: int | None = None
    shard_sequence: int | None = None
    salt: str = ""


class Actor(NamedTuple):
    """Who acts: the token's subject, the role it acts in, the unions it may act for."""

    subject: str
    role: str
    roles: frozenset[str]
    orgs: frozenset[str]

    def may_act_for(self, org_id: str) -> bool:
        """Whether the token covers this union (`*` covers all)."""
        return org_id in self.orgs or self.for_every_union

    @property
    def for_every_union(self) -> bool:
        """Whether the token covers all unions."""
        return "*" in self.orgs


def plain(event: DomainEvent) -> dict[str, Any]:
    """The event's fields as JSON values, absent ones left out."""
    return event.model_dump(mode="json", exclude_none=True)
