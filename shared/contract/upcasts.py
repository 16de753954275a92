"""Upcasts: an event of an older version, read as the newest of its type.

A published type is never narrowed; what must change becomes a new version beside the old one, and
both may be in a log for ever. Whoever folds knows the newest alone: here is how each older one is
read as its successor. The document stays as it is, to the byte, and so does its leaf.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from shared.contract.decoders import decode_event
from shared.contract.envelope import DomainEvent, Envelope

Data = dict[str, Any]


class Upcast(NamedTuple):
    """What an older version is read as: the successor's name on the wire, and its data."""

    successor: str
    read: Callable[[Data], Data]


UPCASTS: dict[str, Upcast] = {}
"""By the older version's name on the wire. None is needed yet: every type is in its first version.
`tests/shared/contract/test_upcasts.py` has the example to follow."""


def newest(envelope: Envelope, event: DomainEvent) -> tuple[Envelope, DomainEvent]:
    """The event as the newest version of its type, and the envelope of that.

    Raises ValidationError where an upcast gives what its successor is not.
    """
    if envelope.type not in UPCASTS:
        return envelope, event
    data = orjson.loads(envelope.data)
    name = envelope.type
    while upcast := UPCASTS.get(name):
        name, data = upcast.successor, upcast.read(data)
    written = orjson.dumps(data)
    return envelope._replace(type=name, data=written), decode_event(name, written)
