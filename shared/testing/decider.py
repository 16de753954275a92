"""given(...).when(...).then(...): the specification of a decision, in three words."""

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from shared.contract.envelope import DomainEvent
from shared.errors import Refusal


class Given:
    """What happened before: `events` folded by the domain's `evolve` from its initial state."""

    def __init__(self, evolve: Callable[[Any, Any], Any], initial: Any, *events: DomainEvent):
        self.state = initial
        for event in events:
            self.state = evolve(self.state, event)

    def when(
        self, decide: Callable[..., Sequence[DomainEvent]], *arguments: Any, **named: Any
    ) -> "Outcome":
        """Call a decision with the state and the arguments."""
        try:
            return Outcome(list(decide(self.state, *arguments, **named)), None)
        except Refusal as refusal:
            return Outcome([], refusal)


class Outcome:
    """What was decided: events, or a named refusal."""

    def __init__(self, events: list[DomainEvent], refusal: Refusal | None) -> None:
        self.events, self.refusal = events, refusal

    def then(self, *expected: DomainEvent) -> None:
        """It decided exactly these events."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.events == list(expected)

    def then_nothing(self) -> None:
        """It decided that nothing happened."""
        self.then()

    def then_refused(self, code: str) -> None:
        """It refused, under this name."""
        assert self.refusal is not None, f"expected refusal {code}, got {self.events}"
        assert self.refusal.code == code, self.refusal


def given(domain: ModuleType, initial: Any, *events: DomainEvent) -> Given:
    """Start from `initial` and what happened before, folded by `domain.evolve`."""
    return Given(domain.evolve, initial, *events)
