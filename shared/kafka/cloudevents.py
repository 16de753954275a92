"""Events on Kafka: the CloudEvents 1.0.2 Kafka binding, structured mode written, binary accepted.

The value of a record of ours is the event's document. One header of ours, `guildhall-position`,
says how it travelled. A record in binary mode, as outside sources may send it, is turned into its
document by the rules of the JSON format.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec

from shared.contract.attributes import (
    INT32_MAX,
    check_size,
    envelope_of,
    envelope_of_document,
)
from shared.contract.decoders import decode_envelope
from shared.contract.document import DOCUMENT_BYTES_MAX, document_of
from shared.contract.envelope import SHARDS, Envelope
from shared.errors import ContractViolation

Headers = Collection[tuple[str, bytes | None]]

STRUCTURED_CONTENT_TYPE = b"application/cloudevents+json"
CONTENT_TYPE = ("content-type", STRUCTURED_CONTENT_TYPE)
UNREADABLE = "guildhall-unreadable-batch"
"""The header of a record that stands for a batch, and why nobody could read that one
(`record_batches.py`). Of a producer it makes the record refused, and nothing else."""

POSITION = "guildhall-position"
"""The header that says how a record travelled: `epoch.shard.sequence`, such as `1.17.4242`."""

SEQUENCE_MAX = 10**17
POSITION_BYTES = 40
"""Leading zeros included; a longer position is none of ours, and is not kept in a cache."""

Travelled = tuple[int, int | None, int | None]
"""Epoch, shard and shard sequence; `UNPLACED`: it was not numbered."""
UNPLACED: Travelled = (0, None, None)
FIRST_ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time", "datacontenttype")
"""Attributes that a document made of a binary record begins with; all others follow by name."""


class Record(NamedTuple):
    """A Kafka record as we write it."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


class Arrived(NamedTuple):
    """An event as it arrived: its envelope, its document, and whether the record's value is it
    (False: it came in binary mode, and the document was made of it)."""

    envelope: Envelope
    document: bytes
    structured: bool


def to_record(envelope: Envelope) -> Record:
    """The record of an event; the same event always gives the same value."""
    shard, sequence = envelope.shard, envelope.shard_sequence
    headers = [CONTENT_TYPE]
    if shard is not None and sequence is not None:
        headers.append(position_header(envelope.epoch, shard, sequence))
    return Record(envelope.stream.encode(), document_of(envelope), headers)


def position_header(epoch: int, shard: int, sequence: int) -> tuple[str, bytes]:
    """The header of a record that was stamped in `epoch` as `sequence` of `shard`."""
    return POSITION, b"%d.%d.%d" % (epoch, shard, sequence)


def from_record(
    key: bytes | None, value: bytes | None, headers: Headers, *, sequenced: bool = True
) -> Envelope:
    """The envelope of a record; `arrived` says what is raised."""
    return arrived(key, value, headers, sequenced=sequenced).envelope


def arrived(
    key: bytes | None, value: bytes | None, headers: Headers, *, sequenced: bool = True
) -> Arrived:
    """The event in a record. Raises ContractViolation: no-value, document-too-large,
    batch-unreadable, not-cloudevents, not-json, attribute-missing, attribute-invalid,
    key-not-subject.

    `sequenced`: its source numbers its records, so its position counts. Of any other source it
    means nothing, and is passed over. In binary mode the value is only seen to begin as an object;
    whether it is one, and of the type's shape, the event's model tells.
    """
    if value is None or value == b"":
        raise ContractViolation("no-value", "no value: an event is never a tombstone")
    named = dict(headers)
    position = named.get(POSITION) if sequenced else None
    travelled = travelled_by(position) if position else UNPLACED
    content_type = named.get("content-type") or b""
    if content_type != STRUCTURED_CONTENT_TYPE:
        content_type = content_type.split(b";")[0].strip().lower()
    structured = content_type == STRUCTURED_CONTENT_TYPE
    if structured:
        document = value
        envelope = decode_envelope(document, *(travelled or UNPLACED)) or _slowly(
            document, travelled
        )
    elif "ce_specversion" in named:
        envelope, document = _of_binary(named, value)
        envelope = _placed(envelope, travelled)
    elif (why := named.get(UNREADABLE)) is not None:
        raise ContractViolation("batch-unreadable", why.decode(errors="backslashreplace"))
    else:
        raise ContractViolation(
            "not-cloudevents", "neither a ce_specversion header nor application/cloudevents+json"
        )
    if key is not None and key != envelope.stream.encode():
        raise ContractViolation(
            "key-not-subject", f"the key is {key[:80]!r}, the subject {envelope.stream!r}"
        )
    if travelled is None:
        raise ContractViolation(
            "attribute-invalid",
            f"{POSITION} {(position or b'')[:40]!r} is not epoch.shard.sequence",
        )
    return Arrived(envelope, document, structured)


def _slowly(document: bytes, travelled: Travelled | None) -> Envelope:
    check_size(document)
    return _placed(envelope_of_document(document), travelled)


def _placed(envelope: Envelope, travelled: Travelled | None) -> Envelope:
    if travelled is None or travelled is UNPLACED:
        return envelope
    epoch, shard, sequence = travelled
    return envelope._replace(epoch=epoch, shard=shard, shard_sequence=sequence)


def _of_binary(headers: Mapping[str, bytes | None], value: bytes) -> tuple[Envelope, bytes]:
    check_size(value)
    carried = sum(len(name) + len(held or b"") for name, held in headers.items())
    if carried > DOCUMENT_BYTES_MAX:
        raise ContractViolation(
            "document-too-large", f"{carried} bytes of headers, at most {DOCUMENT_BYTES_MAX}"
        )
    try:
        "".join(headers).encode()  # a name of other bytes came as lone surrogates
        attributes = {n[3:]: v.decode() for n, v in headers.items() if v and n[:3] == "ce_"}
        content_type = (headers.get("content-type") or b"").decode()
    except UnicodeError as why:
        raise ContractViolation("attribute-invalid", f"a header is not UTF-8: {why}") from why
    if "data" in attributes or "data_base64" in attributes:
        raise ContractViolation("attribute-invalid", "no attribute is named data or data_base64")
    if not value.lstrip().startswith(b"{"):
        raise ContractViolation("not-json", "the value is not a JSON object")
    envelope = envelope_of(attributes, value)
    if content_type:
        attributes["datacontenttype"] = content_type
    document = _document(attributes, envelope, value)
    # The document decides, here as in every rebuild: what cannot be read back is refused.
    return decode_envelope(document) or _slowly(document, UNPLACED), document


def _document(attributes: dict[str, str], envelope: Envelope, value: bytes) -> bytes:
    """The JSON format of a binary record: every attribute it has, ours with their types."""
    typed: dict[str, str | int | bool] = dict(attributes)
    if "streamversion" in typed:
        typed["streamversion"] = envelope.stream_version
    if "simulated" in typed:
        typed["simulated"] = envelope.simulated
    first = [name for name in FIRST_ATTRIBUTES if name in typed]
    names = [*first, *sorted(typed.keys() - set(first))]
    encode = msgspec.json.encode
    members = [b"%b:%b" % (encode(name), encode(typed[name])) for name in names]
    return b'{%b,"data":%b}' % (b",".join(members), value.strip())


def travelled_by(position: bytes) -> Travelled | None:
    """What a position says, or None: it is not `epoch.shard.sequence`."""
    if len(position) > POSITION_BYTES:
        return None
    log, _, counted = position.rpartition(b".")
    if not counted.isdigit():
        return None
    of_log, sequence = _log(log), int(counted)
    if of_log is None or sequence > SEQUENCE_MAX:
        return None
    return (*of_log, sequence)


@lru_cache(maxsize=1024)
def _log(named: bytes) -> tuple[int, int] | None:
    """The epoch and shard of `epoch.shard`, or None: there are few of them, and many records."""
    epoch, _, shard = named.partition(b".")
    if not epoch.isdigit() or not shard.isdigit():
        return None
    found = int(epoch), int(shard)
    return found if found[0] <= INT32_MAX and found[1] < SHARDS else None
