"""Is anybody reading? Asked of positions in PostgreSQL, never of a Kafka client.

A consumer can be alive, send heartbeats and read nothing for ever (aiokafka 847, 1154; Faust 175,
523). What an owner has published again must be read: where the position of its partition does not
move afterwards, nobody reads there, and only a new process helps.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

Place = tuple[str, int]
"""A topic and a partition of it; WHOLE_TOPIC where the number of partitions is not known."""

WHOLE_TOPIC = -1


class Stall(NamedTuple):
    """A place that was not read for so long, though records came."""

    place: Place
    seconds: float


class Published(NamedTuple):
    """When records were published again (monotonic seconds), and the position then."""

    at: float
    position: int


class Watchdog:
    """Watches the positions of what was published again.

    `partitions` tells how many partitions a topic has (0: not known).
    """

    def __init__(self, patience_seconds: float, partitions: Callable[[str], int]) -> None:
        self.patience_seconds, self._partitions = patience_seconds, partitions
        self.stall: Stall | None = None
        self._published: dict[Place, Published] = {}
        self._looked_at: float | None = None

    def published_again(
        self, now: float, topic: str, shard: int, positions: Mapping[Place, int]
    ) -> None:
        """Records of a shard are on the topic again: from now on its position has to move."""
        count = self._partitions(topic)
        place = (topic, shard % count if count else WHOLE_TOPIC)
        self._published.setdefault(place, Published(now, _position(place, positions)))

    def look(self, now: float, positions: Mapping[Place, int]) -> Stall | None:
        """The longest stall; None while everything moves. It is kept as `stall`."""
        if self._looked_at is not None and now - self._looked_at > self.patience_seconds:
            # This process was stopped itself: it could not have read anything meanwhile.
            self._published.clear()
        self._looked_at = now
        self._published = {
            place: published
            for place, published in self._published.items()
            if _position(place, positions) == published.position
        }
        stalls = [Stall(place, now - since.at) for place, since in self._published.items()]
        self.stall = max(stalls, key=lambda stall: stall.seconds, default=None)
        return self.stall

    def demands_an_end(self, owned: Callable[[Place], bool]) -> bool:
        """Whether this process should end for its supervisor to start another.

        The owner of the partition first; any other only when that has not helped, for who hangs
        while joining the group owns nothing.
        """
        if self.stall is None:
            return False
        rounds = 1 if owned(self.stall.place) else 3
        return self.stall.seconds > rounds * self.patience_seconds


def _position(place: Place, positions: Mapping[Place, int]) -> int:
    topic, partition = place
    if partition != WHOLE_TOPIC:
        return positions.get(place, 0)
    return sum(offset for (name, _), offset in positions.items() if name == topic)
