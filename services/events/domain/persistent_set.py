"""A set that only grows, for folds over many people."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class PersistentSet(Generic[T]):
    """An immutable set; adding one copies log n items on average, where a frozenset copies n.

    So an activity of 20,000 names folds in a fraction of a second. `parts` are disjoint and each is
    larger than the next: equal ones are merged, as a binary counter carries.
    """

    parts: tuple[frozenset[T], ...] = ()

    def add(self, one: T) -> "PersistentSet[T]":
        """This set with one more; itself when it is there already."""
        if one in self:
            return self
        last, rest = frozenset((one,)), self.parts
        while rest and len(rest[-1]) <= len(last):
            last, rest = rest[-1] | last, rest[:-1]
        return PersistentSet((*rest, last))

    def __contains__(self, one: T) -> bool:
        return any(one in part for part in self.parts)

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def items(self) -> frozenset[T]:
        """Everything on it, as one set."""
        return frozenset().union(*self.parts)
