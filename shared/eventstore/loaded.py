"""What is read of a stream: its events, and who recorded each."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from shared.contract.catalogue import CATALOGUE
from shared.contract.envelope import DomainEvent


class Loaded(NamedTuple):
    """A stream's events, oldest first, its last version (0 when it does not exist), and who
    recorded each event: the subject of a token."""

    events: Sequence[DomainEvent]
    version: int
    actors: Sequence[str] = ()

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
