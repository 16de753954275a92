"""What one record says: an event that its topic may carry, or why it is none of ours.

Whoever reads a topic accepts a record by these rules and no others: reporting's ingest, and every
context's replica. Pure, and about one record alone; what becomes of a batch, its reader decides.
"""

from datetime import MAXYEAR
from typing import NamedTuple

from pydantic import ValidationError

from shared.contract.admissible import check_event, check_recorded, check_stranger
from shared.contract.catalogue import (
    CATALOGUE,
    EVENT_TYPES,
    NUMBERED,
    event_class,
    source_of,
    topic_of,
)
from shared.contract.decoders import decode_event
from shared.contract.document import leaf_hash
from shared.contract.envelope import DomainEvent, Envelope, shard_of
from shared.errors import ContractViolation
from shared.kafka.cloudevents import Headers, arrived

DETAIL_CHARS = 500


class Publisher(NamedTuple):
    """What one topic may carry. `sequenced`: its records are numbered densely per shard; that is a
    property of the registration (`catalogue.NUMBERED`), and no record can claim it. `accounts` may
    ask what became of them."""

    source: str
    types: frozenset[str]
    orgs: frozenset[str] | None
    sequenced: bool
    accounts: frozenset[str] = frozenset()


class Record(NamedTuple):
    """A record as it was read from a topic: exact bytes of key, value and headers."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


class Accepted(NamedTuple):
    """An event that its topic may carry: `document` to the byte, and its leaf hash. Not
    `structured`: it came in binary mode, and the document was made of it."""

    envelope: Envelope
    event: DomainEvent
    document: bytes
    leaf: bytes
    structured: bool


class Rejected(NamedTuple):
    """Why a record is no event of ours: a stable reason, a detail that PostgreSQL can store, and
    the envelope where it has one that can be read.

    `of_owner`: by its own word it is the owner's, on the owner's topic, and has a place in a shard.
    """

    reason: str
    detail: str
    envelope: Envelope | None
    of_owner: bool


def owners() -> dict[str, Publisher]:
    """The publisher of every topic of ours: its context alone, its types, numbered."""
    return {topic_of(context): owner(context) for context in EVENT_TYPES}


def owner(context: str) -> Publisher:
    """One of our contexts as the publisher of its topic."""
    types = frozenset(cls.type_name() for cls in EVENT_TYPES[context])
    return Publisher(source_of(context), types, None, sequenced=True)


def accept(
    record: Record,
    publisher: Publisher | None,
    *,
    allow_simulated: bool,
    this_year: int = MAXYEAR,
) -> Accepted | Rejected:
    """Read one record by the rules in their order; the first that does not hold is the reason.

    `this_year`: by our clock (absent: any)."""
    envelope: Envelope | None = None
    sequenced = publisher is not None and publisher.sequenced
    try:
        envelope, document, structured = arrived(
            record.key, record.value, record.headers, sequenced=sequenced
        )
        check_publisher(publisher, record.topic, envelope)
        if sequenced and not structured:
            raise ContractViolation(
                "not-structured", f"{envelope.source} publishes documents, none in binary mode"
            )
        if envelope.simulated and not allow_simulated:
            raise ContractViolation(
                "simulated-refused", "an event of a simulated clock, on a real one"
            )
        event = judge(envelope, document, this_year=this_year)
    except ContractViolation as why:
        return _rejected(why.reason, why.detail, envelope, publisher)
    except ValidationError as why:
        first = why.errors()[0]
        detail = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        return _rejected("invalid-data", detail, envelope, publisher)
    except (ValueError, RecursionError) as why:
        return _rejected("undecodable", str(why), envelope, publisher)
    return Accepted(envelope, event, document, leaf_hash(document), structured)


def judge(envelope: Envelope, document: bytes, *, this_year: int = MAXYEAR) -> DomainEvent:
    """The event in a document, once all that it says may be said: of the stream, the data, dates.

    The one place that judges what a record says alone; who may say it, `check_publisher` does, and
    what may stand beside what was said before, `succession`. Raises
    ContractViolation, ValidationError, ValueError, RecursionError.
    """
    _check_envelope(envelope)
    event_class(envelope.type)
    event = decode_event(envelope.type, envelope.data)
    _check_event(envelope, event)
    check_recorded(envelope.recorded_at, this_year)
    check_event(envelope.type, event, envelope.recorded_at.year)
    if envelope.source not in NUMBERED:  # ours: each key once, texts that a command checked
        check_stranger(document, envelope.data)
    return event


def check_publisher(publisher: Publisher | None, topic: str, envelope: Envelope) -> None:
    """Raise ContractViolation where the topic may not carry this event: unregistered-topic,
    unregistered-source, unknown-type, unregistered-type, unregistered-union, not-sequenced."""
    if publisher is None:
        raise ContractViolation("unregistered-topic", f"no source is registered for {topic}")
    if envelope.source != publisher.source:
        raise ContractViolation(
            "unregistered-source", f"{topic} is for {publisher.source}, not {envelope.source}"
        )
    if envelope.type not in CATALOGUE:
        raise ContractViolation("unknown-type", f"no event type {envelope.type!r} is published")
    if envelope.type not in publisher.types:
        raise ContractViolation(
            "unregistered-type", f"{publisher.source} is not registered for {envelope.type}"
        )
    if publisher.orgs is not None and envelope.org_id not in publisher.orgs:
        raise ContractViolation(
            "unregistered-union", f"{publisher.source} may not speak of union {envelope.org_id}"
        )
    if publisher.sequenced and (envelope.shard is None or not envelope.shard_sequence):
        raise ContractViolation("not-sequenced", f"{publisher.source} must number its records")


def _check_envelope(envelope: Envelope) -> None:
    if not envelope.stream.startswith(f"{envelope.org_id}/"):
        raise ContractViolation(
            "stream-not-of-union", f"stream {envelope.stream!r}, union {envelope.org_id!r}"
        )
    if envelope.shard is None:
        return
    if envelope.shard != shard_of(envelope.stream):
        raise ContractViolation(
            "wrong-shard", f"{envelope.stream!r} belongs to shard {shard_of(envelope.stream)}"
        )
    if not envelope.salt:
        raise ContractViolation("attribute-missing", "no attribute salt: our documents have one")


def _check_event(envelope: Envelope, event: DomainEvent) -> None:
    if event.org_id != envelope.org_id:
        raise ContractViolation(
            "attribute-invalid", f"orgid {envelope.org_id!r}, but data says {event.org_id!r}"
        )
    stream = CATALOGUE[envelope.type].STREAM.of(event)
    if stream != envelope.stream:
        raise ContractViolation(
            "wrong-stream", f"stream {envelope.stream!r}, but by its data {stream!r}"
        )


def _rejected(
    reason: str, detail: str, envelope: Envelope | None, publisher: Publisher | None
) -> Rejected:
    # Only the owner itself, on its own topic, has a place in a shard; a stranger who merely names
    # a stream has none.
    of_owner = (
        envelope is not None
        and publisher is not None
        and envelope.source == publisher.source
        and envelope.shard is not None
    )
    return Rejected(reason, _storable(detail)[:DETAIL_CHARS], envelope, of_owner)


def _storable(detail: str) -> str:
    """What PostgreSQL can hold as text: a stranger's words may hold NUL or half a surrogate."""
    return detail.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
