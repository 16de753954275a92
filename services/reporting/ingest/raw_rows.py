"""A record of Kafka in the columns of a row, byte for byte: what is parked and what is quarantined
is kept so, and read again from there."""

import contextlib
from collections.abc import Collection, Iterable
from typing import Any

from services.reporting.journal.record import Origin, Raw
from shared.contract.document import leaf_hash
from shared.errors import ContractViolation
from shared.kafka import packing
from shared.kafka.cloudevents import arrived
from shared.kafka.packing import pack_headers, unpack_headers


def bytes_row(raw: Raw) -> tuple[Any, ...]:
    """The columns `key`, `headers` and `value`."""
    return raw.key, pack_headers(raw.headers), raw.value


def raw_of(row: Any) -> Raw:
    """The record kept in a row of `parked` or `quarantine`."""
    origin = Origin(
        row["cluster_id"], row["topic_id"], row["topic"], row["partition"], row["kafka_offset"]
    )
    return Raw(origin, row["key"], unpack_headers(row["headers"]), row["value"])


def rows_of(rows: Iterable[Any], leaves: Collection[bytes]) -> list[int]:
    """The ids of those rows whose event has one of these leaves: it is one of theirs, byte for
    byte."""
    found = []
    for row in rows:
        raw = raw_of(row)
        with contextlib.suppress(ContractViolation):
            if leaf_hash(arrived(raw.key, raw.value, raw.headers).document) in leaves:
                found.append(row["id"])
    return found


def content_hash(raw: Raw) -> bytes:
    """SHA-256 of what the record holds, wherever it was read (`packing.content_hash`)."""
    return packing.content_hash(raw.key, raw.value, raw.headers)
