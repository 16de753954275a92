"""What a record says: an event that its topic may carry, or why it is none of ours.

Pure, and about one record alone; what becomes of a batch of them, `admission` decides.
"""

from collections.abc import Mapping
from datetime import MAXYEAR
from typing import NamedTuple

from services.reporting.journal.record import Decoded, Raw
from shared.contract.admissible import AHEAD_YEARS, plausible
from shared.contract.catalogue import CATALOGUE, NUMBERED
from shared.contract.decoders import accept_event, decode_envelope
from shared.contract.document import leaf_hash
from shared.contract.envelope import Envelope, shard_of
from shared.kafka.acceptance import Publisher, Record, Rejected, accept
from shared.kafka.cloudevents import CONTENT_TYPE, POSITION, travelled_by


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
    if publisher is not None and publisher.sequenced and publisher.source in NUMBERED:
        accepted = _accept(raw, publisher, allow_simulated, this_year)
        if accepted is not None:
            return accepted
    return decode_slowly(raw, publisher, allow_simulated, this_year)


def _accept(
    raw: Raw, publisher: Publisher, allow_simulated: bool, this_year: int
) -> Decoded | None:
    """An owner's record as the relay writes it, in one pass; it refuses nothing.

    Every condition of `accept` is here again, without its order and its words: a third of
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
    record = Record(raw.origin.topic, raw.key, raw.value, raw.headers)
    found = accept(record, publisher, allow_simulated=allow_simulated, this_year=this_year)
    if isinstance(found, Rejected):
        return Refused(raw, found.reason, found.detail, found.envelope, found.of_owner)
    envelope, event, document, leaf, structured = found
    sequenced = publisher is not None and publisher.sequenced
    return Decoded(raw, envelope, event, document, leaf, sequenced, structured)
