"""What becomes of each record in a replica: applied, duplicate, parked behind a gap, quarantined,
or passed over as disowned.

Pure: it is given what the database knows of the batch, and returns decisions.

A record that is quarantined takes its place in its shard, so that nothing stops behind it; the
place stays open to the event itself, and whoever forges a record that is none gains not even that.
An event that was disowned takes no place: what its owner wrote there comes, or is asked for.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple
from uuid import UUID

from shared.contract.envelope import Envelope
from shared.eventstore.epochs import Epochs
from shared.kafka.acceptance import Rejected
from shared.replicas.records import Read

Place = tuple[int, int]
"""A shard and a sequence in it."""


class Known(NamedTuple):
    """What the database knows of a batch: the last sequence taken by shard, the leaf hash of each
    event that was applied, the places at or below the heads that have their event; the events
    that were disowned, by id and leaf hash."""

    heads: Mapping[int, int]
    leaves: Mapping[UUID, bytes]
    taken: AbstractSet[Place]
    epochs: Epochs
    disowned: AbstractSet[tuple[UUID, bytes]] = frozenset()


class Quarantined(NamedTuple):
    """A record that is passed over, and why: a stable code and a sentence."""

    read: Read
    reason: str
    detail: str


class Admission(NamedTuple):
    """The decisions about a batch. `again` were applied before; those in `moved` have another
    place now, as a restored owner stamped them anew. `dead` are of a future their owner lost,
    `disowned` are none of their owner's."""

    applied: list[Read]
    again: list[Read]
    moved: list[Read]
    parked: list[Read]
    quarantined: list[Quarantined]
    dead: list[Read]
    disowned: list[Read]
    heads: dict[int, int]


def admit(reads: Iterable[Read], known: Known) -> Admission:
    """Decide about a batch, each shard in its order: what waited joins it, and what was published
    again comes behind what follows it."""
    result = Admission([], [], [], [], [], [], [], dict(known.heads))
    leaves, taken = dict(known.leaves), set(known.taken)
    for read in sorted(reads, key=_sequence):
        envelope = read.envelope
        placed = envelope is not None and envelope.shard is not None
        if isinstance(read.said, Rejected):
            if read.said.of_owner and placed and envelope is not None:
                _take(envelope, result.heads, known.epochs)
            result.quarantined.append(Quarantined(read, read.said.reason, read.said.detail))
        elif (read.said.envelope.event_id, read.said.leaf) in known.disowned:
            result.disowned.append(read)
        else:
            _admit_event(read, result, leaves, taken, known.epochs)
    return result


def place_of(envelope: Envelope) -> Place:
    """The place of an event that has one."""
    return envelope.shard or 0, envelope.shard_sequence or 0


def _sequence(read: Read) -> int:
    return (read.envelope.shard_sequence or 0) if read.envelope else 0


def _admit_event(
    read: Read, result: Admission, leaves: dict[UUID, bytes], taken: set[Place], epochs: Epochs
) -> None:
    assert not isinstance(read.said, Rejected)
    envelope, leaf = read.said.envelope, read.said.leaf
    if epochs.are_dead(envelope):
        result.dead.append(read)
        return
    earlier = leaves.get(envelope.event_id)
    if earlier is not None:
        is_next = _take(envelope, result.heads, epochs)
        if earlier == leaf:
            result.again.append(read)
            result.moved.extend([read] if is_next else [])
        else:
            detail = f"event {envelope.event_id} was applied with another body"
            result.quarantined.append(Quarantined(read, "id-reused", detail))
        return
    (shard, sequence), head = place_of(envelope), result.heads.get(envelope.shard or 0, 0)
    if envelope.epoch > epochs.current or sequence > head + 1:
        # Of an epoch that is not known yet, what it inherits is not known either.
        result.parked.append(read)
    elif sequence <= head and (shard, sequence) in taken:
        detail = f"sequence {sequence} of shard {shard} is another event (of {head})"
        result.quarantined.append(Quarantined(read, "sequence-reused", detail))
    else:
        result.heads[shard] = max(head, sequence)
        taken.add((shard, sequence))
        leaves[envelope.event_id] = leaf
        result.applied.append(read)


def _take(envelope: Envelope, heads: dict[int, int], epochs: Epochs) -> bool:
    """Whether it is its shard's next, which it takes then."""
    shard, sequence = place_of(envelope)
    if sequence != heads.get(shard, 0) + 1 or envelope.epoch > epochs.current:
        return False
    if epochs.are_dead(envelope):
        return False
    heads[shard] = sequence
    return True
