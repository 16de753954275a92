"""A stream's state: its events folded, oldest first."""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import TypeVar

S = TypeVar("S")
E = TypeVar("E")


def fold(evolve: Callable[[S, E], S], events: Iterable[E], start: S) -> S:
    """The state after `events`, from `start`: mostly None, for what does not exist yet."""
    return reduce(evolve, events, start)
