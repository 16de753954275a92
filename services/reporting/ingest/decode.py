"""What a record says: an event that its topic may carry, or why it is none of ours.

Pure, and about one record alone; what becomes of a batch of them, `admission` decides.
"""

from collections.abc import Mapping
from datetime import MAXYEAR
from typing import NamedTuple

from pydantic import ValidationError

from services.reporting.ingest.publishers import Publisher, check_publisher
from services.reporting.journal.record import Decoded, Raw
from shared.contract.admissible import (
    AHEAD_YEARS,
    check_event,
    check_recorded,
    check_stranger,
    plausible,
)
from shared.contract.catalogue import CATALOGUE, EVENT_TYPES, source_of
from shared.contract.decoders import accept_event, decode_envelope, decode_event
from shared.contract.document import leaf_hash
from shared.contract.envelope import Envelope, shard_of
from shared.errors import ContractViolation
from shared.kafka.cloudevents import CONTENT_TYPE, POSITION, arrived, travelled_by

OURS = frozenset(source_of(context) for context in EVENT_TYPES)
"""Sources whose documents our own writer made: each key once, and texts that a command checked."""


class Refused(NamedTuple):
    """A record that cannot be accepted. `blocks_stream`: all that follows in its stream
    waits until a person has settled it.

    `retried`: it comes from quarantine, and blocks its stream as it did before.
    """

    raw: Raw
    reason: str
    detail: str
    envelope: Envelope | None = None
    blocks_stream: bool = False
    retried: bool = False


def decode(
    raw: Raw,
    publishers: Mapping[str, Publisher],
    allow_simulated: bool,
    this_year: int = MAXYEAR,
) -> Decoded | Refused:
    """Read one record, or say why it is none of ours. `this_year`: by our clock (absent: any)."""
    publisher = publishers.get(raw.origin.topic)
    if publisher is not None and publisher.sequenced and publisher.source in OURS:
        accepted = _accept(raw, publisher, allow_simulated, this_year)
        if accepted is not None:
            return accepted
    return decode_slowly(raw, publisher, allow_simulated, this_year)


def _accept(
    raw: Raw, publisher: Publisher, allow_simulated: bool, this_year: int
) -> Decoded | None:
    """An owner's record as the relay writes it, in one pass; it refuses nothing.

    Every condition of `decode_slowly` is here again, without its order and its words: a third of
    what ingest costs is reading records, and nearly all of them are accepted.
    """
    key, headers, document = raw.key, raw.headers, raw.value
    if document is None or len(headers) != 2 or headers[0] != CONTENT_TYPE:
        return None
    header, position = headers[1]
    travelled = travelled_by(position) if header == POSITION and position else None
    if travelled is None:
        return None
    envelope = decode_envelope(document, *travelled)
    if envelope is None:
        return None
    stream, type_name = envelope.stream, envelope.type
    event = accept_event(type_name, envelope.data)
    if (
        event is None
        or envelope.source != publisher.source
        or type_name not in publisher.types
        or (publisher.orgs is not None and envelope.org_id not in publisher.orgs)
        or not envelope.shard_sequence
        or (envelope.simulated and not allow_simulated)
        or not envelope.salt
        or event.org_id != envelope.org_id
        or CATALOGUE[type_name].STREAM.of(event) != stream
        or (key is not None and key != stream.encode())
        or shard_of(stream) != envelope.shard
        or not plausible(type_name, event, envelope.recorded_at.year)
        or envelope.recorded_at.year > this_year + AHEAD_YEARS
    ):
        return None
    return Decoded(raw, envelope, event, document, leaf_hash(document), True)


def decode_slowly(
    raw: Raw, publisher: Publisher | None, allow_simulated: bool, this_year: int = MAXYEAR
) -> Decoded | Refused:
    """Read one record by the rules in their order; the first that does not hold is the reason."""
    envelope: Envelope | None = None
    sequenced = publisher is not None and publisher.sequenced
    try:
        envelope, document, structured = arrived(
            raw.key, raw.value, raw.headers, sequenced=sequenced
        )
        check_publisher(publisher, raw.origin.topic, envelope)
        _check_envelope(envelope, allow_simulated)
        event = decode_event(envelope.type, envelope.data)
        if event.org_id != envelope.org_id:
            raise ContractViolation(
                "attribute-invalid", f"orgid {envelope.org_id!r}, but data says {event.org_id!r}"
            )
        stream = CATALOGUE[envelope.type].STREAM.of(event)
        if stream != envelope.stream:
            raise ContractViolation(
                "stream-not-of-event", f"stream {envelope.stream!r}, but by its data {stream!r}"
            )
        check_recorded(envelope.recorded_at, this_year)
        check_event(envelope.type, event, envelope.recorded_at.year)
        if envelope.source not in OURS:
            check_stranger(document, envelope.data)
    except ContractViolation as why:
        return _refused(raw, why.reason, why.detail, envelope, publisher)
    except ValidationError as why:
        first = why.errors()[0]
        detail = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        return _refused(raw, "invalid-data", detail, envelope, publisher)
    except (ValueError, RecursionError) as why:
        return _refused(raw, "undecodable", str(why), envelope, publisher)
    return Decoded(raw, envelope, event, document, leaf_hash(document), sequenced, structured)


def _check_envelope(envelope: Envelope, allow_simulated: bool) -> None:
    if envelope.simulated and not allow_simulated:
        raise ContractViolation("simulated-refused", "an event of a simulated clock, on a real one")
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


def _refused(
    raw: Raw, reason: str, detail: str, envelope: Envelope | None, publisher: Publisher | None
) -> Refused:
    # Only the owner itself, on its own topic, can block its stream; a stranger who merely
    # names a stream cannot.
    owner = (
        envelope is not None
        and publisher is not None
        and envelope.source == publisher.source
        and envelope.shard is not None
    )
    return Refused(raw, reason, _storable(detail)[:500], envelope, blocks_stream=owner)


def _storable(detail: str) -> str:
    """What PostgreSQL can hold as text: a stranger's words may hold NUL or half a surrogate."""
    return detail.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
