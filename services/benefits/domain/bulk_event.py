"""The same event for many people.

A programme of 100,000 deliveries is one decision, not 100,000: it answers one event and the list of
people, and the handler encodes the event once (building a model for each of them takes 5 µs apiece,
longer than storing it).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from shared.contract.benefits import GiftIssued, MemberInsured
from shared.contract.values import Capacity

E = TypeVar("E", GiftIssued, MemberInsured)


class Recipient(NamedTuple):
    """Who, and in which capacity."""

    person_id: str
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class BulkEvent(Generic[E]):
    """`event` for each of `people` (at least one), who differ in person and capacity only."""

    event: E
    people: Sequence[Recipient]

    def events(self) -> Iterator[E]:
        """Every event in full: what the encoded ones must equal."""
        for person in self.people:
            yield self.event.model_copy(update=person._asdict())
