"""The writes of one event for many people: encoded once, not once a person."""

from collections.abc import Iterator, Mapping

from services.benefits.domain.bulk_event import BulkEvent
from services.benefits.streams import Range
from shared.contract.benefits import GiftIssued, MemberInsured
from shared.eventstore.store import Encoded, EncodedWrite, encode


def writes(
    bulk_event: BulkEvent[GiftIssued] | BulkEvent[MemberInsured],
    streams: Range,
    versions: Mapping[str, int],
) -> Iterator[EncodedWrite]:
    """One write a person, to their stream in `streams`, after the version it has."""
    named = f'"person_id":"{bulk_event.event.person_id}"'.encode()
    halves: dict[str, list[bytes]] = {}
    type_name, org_id = bulk_event.event.type_name(), bulk_event.event.org_id
    for person_id, capacity in bulk_event.people:
        if capacity not in halves:
            meant = bulk_event.event.model_copy(update={"capacity": capacity})
            halves[capacity] = encode(meant).data.split(named)
        before, after = halves[capacity]
        data = b'%b"person_id":"%b"%b' % (before, person_id.encode(), after)
        yield EncodedWrite(
            streams.low + person_id, versions.get(person_id, 0), [Encoded(type_name, org_id, data)]
        )
