"""What is read of a stream: its events, and who recorded each."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from shared.contract.catalogue import CATALOGUE
from shared.contract.corrections import never_was
from shared.contract.envelope import DomainEvent
from shared.contract.withdrawal import Withdrawal


class Loaded(NamedTuple):
    """A stream's events, oldest first, its last version (0 when it does not exist), who recorded
    each event (the subject of a token), and the event's id."""

    events: Sequence[DomainEvent]
    version: int
    actors: Sequence[str] = ()
    ids: Sequence[UUID] = ()

    @property
    def withdrawn(self) -> frozenset[str]:
        """The ids of the events that a later one takes back."""
        return frozenset(each.entry for each in self.events if isinstance(each, Withdrawal))

    @property
    def effective(self) -> Sequence[DomainEvent]:
        """The events that count: neither taken back, nor taking another back."""
        if not (withdrawn := self.withdrawn):
            return self.events
        told = zip(self.ids, self.events, strict=True)
        return [
            event
            for event_id, event in told
            if str(event_id) not in withdrawn and not isinstance(event, Withdrawal)
        ]

    def said_not_to_be(self) -> list[tuple[int, DomainEvent]]:
        """The events that a person took back, or said never to have been, each with its version."""
        withdrawn, gone = self.withdrawn, set[int]()
        last: dict[type[DomainEvent], int] = {}
        for version, (event_id, event) in enumerate(zip(self.ids, self.events, strict=True), 1):
            if str(event_id) in withdrawn:
                gone.add(version)
                continue
            gone.update(last[cls] for cls in never_was(event) if cls in last)
            last[type(event)] = version
        return [(version, self.events[version - 1]) for version in sorted(gone)]

    def actor_of(self, event: type[DomainEvent]) -> str | None:
        """Who recorded the last event of a type; None where there is none."""
        told = zip(self.events, self.actors, strict=True)
        return next((who for what, who in reversed(list(told)) if isinstance(what, event)), None)


class _WithData(msgspec.Struct):
    data: msgspec.Raw


_data = msgspec.json.Decoder(_WithData).decode


def event_of(type_name: str, document: bytes) -> DomainEvent:
    """The event in a stored document."""
    data = _data(document).data
    return CATALOGUE[type_name].model_validate_json(bytes(data), extra="ignore")
