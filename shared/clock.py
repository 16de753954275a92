"""Where "now" comes from. Domains are handed a moment; only services own a clock."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the present instant, aware and in UTC."""


def system_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands still until it is set: for tests and demo unions only.

    Every event recorded under it is marked `simulated`.
    """

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def set(self, moment: datetime) -> None:
        """Move to `moment` (aware). Raises ValueError when it would run backwards."""
        if moment < self.now:
            raise ValueError(f"the simulated clock is at {self.now}, cannot go back to {moment}")
        self.now = moment
