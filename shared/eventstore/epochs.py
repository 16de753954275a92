"""Epochs of a log: a restore to an earlier time ends one, and what it published later is dead.

A store stamps its events with an epoch, a shard and a dense sequence. Restored to an earlier time
it has lost the events beyond, but Kafka and its readers may still hold them, and the next event
gets a sequence that a lost one had. So a restore raises the epoch and states, for every epoch
before, the last sequence of each shard that the log inherits: what lies beyond is of a future that
is no more.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from shared.contract.envelope import SHARDS, Envelope

NOTHING = (0,) * SHARDS
READ = "SELECT source, epoch, inherited FROM log_epochs ORDER BY source, epoch"
LEARN = """
INSERT INTO log_epochs (source, epoch, inherited) VALUES ($1, $2, $3)
ON CONFLICT (source, epoch) DO UPDATE SET inherited = EXCLUDED.inherited
"""


class Epochs(NamedTuple):
    """The epochs of one log. `past[e - 1]` holds, per shard, the last sequence of epoch e that the
    log inherits: 0 where it has nothing of it. The epoch after all of them is the current one."""

    past: tuple[Sequence[int], ...] = ()

    @property
    def current(self) -> int:
        """The epoch in which the log is written now."""
        return len(self.past) + 1

    def inherited(self, shard: int, epoch: int) -> int:
        """The last sequence of a shard that the log still has of `epoch` and those before it."""
        return max(heads[shard] for heads in self.past[:epoch])

    def are_dead(self, envelope: Envelope) -> bool:
        """Whether an event is one of those its log has lost."""
        return self.lost(envelope.shard or 0, envelope.epoch, envelope.shard_sequence or 0)

    def lost(self, shard: int, epoch: int, sequence: int) -> bool:
        """Whether the log has lost what was stamped so."""
        epoch = max(epoch, 1)
        return epoch < self.current and sequence > self.past[epoch - 1][shard]


FIRST = Epochs()
"""The epochs of a log that was never restored."""


def stated(inherited: Mapping[str, Sequence[int]]) -> Epochs:
    """The epochs in an owner's statement, `{"1": [heads of epoch 1], …}`. Raises ValueError."""
    past = [inherited.get(str(epoch)) for epoch in range(1, len(inherited) + 1)]
    whole = tuple(heads for heads in past if heads is not None and len(heads) == SHARDS)
    if len(whole) != len(inherited):
        raise ValueError("an epoch is missing, or has not one head a shard")
    return Epochs(whole)


async def known_epochs(connection: Any) -> dict[str, Epochs]:
    """The epochs of every log that was restored, by source, as far as this database knows."""
    known: dict[str, Epochs] = {}
    for row in await connection.fetch(READ):
        known[row["source"]] = Epochs((*known.get(row["source"], FIRST).past, row["inherited"]))
    return known


async def keep_epochs(connection: Any, source: str, epochs: Epochs) -> None:
    """Keep what is known of another log's epochs."""
    rows = [(source, number, heads) for number, heads in enumerate(epochs.past, start=1)]
    await connection.executemany(LEARN, rows)


async def raise_epoch(connection: Any, source: str, epoch: int) -> Epochs:
    """Begin `epoch` in the store that publishes as `source`; the log inherits what it holds now.

    For a store that was restored and is not in use yet. An epoch passed over was another restore's:
    nothing of it is inherited. Raises ValueError where the store is in that epoch or a later one.
    """
    async with connection.transaction():
        current = await connection.fetchval("SELECT epoch FROM store_epoch FOR UPDATE")
        if epoch <= current:
            raise ValueError(f"{source} is in epoch {current}: {epoch} is not after it")
        rows = await connection.fetch("SELECT head FROM shards ORDER BY shard")
        heads = [row["head"] for row in rows]
        others = [(source, dead, NOTHING) for dead in range(current + 1, epoch)]
        await connection.executemany(LEARN, [(source, current, heads), *others])
        await connection.execute("UPDATE store_epoch SET epoch = $1", epoch)
    return (await known_epochs(connection))[source]
