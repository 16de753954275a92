"""One event is one document: CloudEvents 1.0.2 in JSON, made once and kept as bytes.

The document is what the store keeps, what Kafka carries and what the journal proves: the same event
is always the same bytes. What only says how an event travelled (epoch, shard, shard sequence)
stands in a Kafka header and not here, so a republished event has the same document.
"""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from shared.contract.envelope import Envelope

SPEC_VERSION = "1.0"

DOCUMENT_BYTES_MAX = 65_535
"""The longest document: what a length prefix of 16 bits can say, as log bundles use it."""

LEAF_PREFIX = b"\x00"
"""RFC 6962 §2.1: a leaf is hashed with 0x00 before it, so that it can never pass for a node."""

SALT_BYTES = 16
"""128 random bits in every document of ours: the hash of an event, shown to others, then tells
nothing about an event whose bytes they do not have. Event ids have 62 random bits and are logged.
"""

_text = msgspec.json.Encoder().encode


class Told(NamedTuple):
    """What all events of one request share: who said it, when (UTC), in answer to what.

    Empty texts are left out of the document. `source` is the CloudEvents source, a URI reference.
    """

    source: str
    recorded_at: datetime
    actor: str
    role: str
    correlation_id: str
    causation_id: str
    simulated: bool


class DocumentWriter:
    """Writes the documents of events that share `told`; what is shared is encoded once."""

    def __init__(self, told: Told) -> None:
        self._after_id = b'"source":%b,"time":"%b","datacontenttype":"application/json",' % (
            _text(told.source),
            rfc3339(told.recorded_at).encode(),
        )
        texts = (
            ("actor", told.actor),
            ("role", told.role),
            ("correlationid", told.correlation_id),
            ("causationid", told.causation_id),
        )
        shared = b"".join(b'"%b":%b,' % (n.encode(), _text(text)) for n, text in texts if text)
        self._before_data = shared + (b'"simulated":true,' if told.simulated else b"")

    def document(
        self,
        event_id: UUID,
        type_name: str,
        stream: str,
        version: int,
        data: bytes,
        *,
        org_id: str,
        salt: str,
    ) -> bytes:
        """The document of one event; `data` is its data as JSON. `version` 0: the source numbers no
        streams; an empty `salt` is left out, as outside sources need none."""
        return (
            b'{"specversion":"1.0","id":"%b",%b"type":%b,"subject":%b,"orgid":%b,%b%b%b"data":%b}'
            % (
                str(event_id).encode(),
                self._after_id,
                _text(type_name),
                _text(stream),
                _text(org_id),
                b'"streamversion":%d,' % version if version else b"",
                b'"salt":%b,' % _text(salt) if salt else b"",
                self._before_data,
                data,
            )
        )


def document_of(envelope: Envelope) -> bytes:
    """The document of an envelope: equal envelopes, how they travelled apart, are equal bytes."""
    told = Told(
        envelope.source,
        envelope.recorded_at,
        envelope.actor,
        envelope.role,
        envelope.correlation_id,
        envelope.causation_id,
        envelope.simulated,
    )
    return DocumentWriter(told).document(
        envelope.event_id,
        envelope.type,
        envelope.stream,
        envelope.stream_version,
        envelope.data,
        org_id=envelope.org_id,
        salt=envelope.salt,
    )


def leaf_hash(document: bytes) -> bytes:
    """SHA-256 over 0x00 and the document: `printf '\\0' | cat - document | sha256sum` gives it."""
    return hashlib.sha256(LEAF_PREFIX + document).digest()


def rfc3339(moment: datetime) -> str:
    """An instant as RFC 3339 in UTC, such as `2022-09-01T08:00:00Z`."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat().replace("+00:00", "Z")
