"""What becomes of each record: applied, duplicate, parked behind a gap, or quarantined.

Pure: it is given what the database knows of the batch and returns decisions, so every rule of
acceptance that spans records can be read and tested in one place; `decode` has judged each alone.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from services.reporting.ingest.decode import Refused
from services.reporting.journal.record import Decoded, Origin, Raw, StreamKey
from shared.contract.envelope import Envelope
from shared.contract.stream_rules import History
from shared.contract.succession import Identity, Named, Succession, reused_detail
from shared.errors import ContractViolation
from shared.eventstore.epochs import FIRST, Epochs

ShardKey = tuple[str, int]
Place = tuple[str, int, int]
"""A source, a shard of its log, a sequence in it."""


class Admission(NamedTuple):
    """The decisions about one batch; `heads` are the shard sequences after it. `epochs` are those
    of the logs that were restored."""

    accepted: list[Decoded]
    duplicates: list[Decoded]
    parked: list[Decoded]
    refused: list[Refused]
    heads: dict[ShardKey, int]
    epochs: Mapping[str, Epochs] = {}

    def epochs_of(self, envelope: Envelope) -> Epochs:
        """The epochs of the log an event is from."""
        return self.epochs.get(envelope.source, FIRST)

    def closes_a_gap(self) -> bool:
        """Whether what a parked record waited for came after it in this very batch, as where the
        owner publishes a lost record again: nothing later may ever take the parked one out."""
        return any(
            self.heads.get((envelope.source, envelope.shard or 0), 0) + 1 == envelope.shard_sequence
            and envelope.epoch <= self.epochs_of(envelope).current
            for envelope in (record.envelope for record in self.parked)
        )


class _Now(NamedTuple):
    """What is known, with what the batch has decided so far; each is as `admit` is given it."""

    seen: dict[Identity, bytes]
    blocked: dict[StreamKey, int]
    outside: Succession
    places: dict[Place, bool]
    passed: Mapping[StreamKey, int]
    disowned: Collection[tuple[Identity, bytes]]
    discarded: Collection[Origin]


def admit(
    records: Iterable[Decoded | Refused],
    heads: Mapping[ShardKey, int],
    known: Mapping[Identity, bytes],
    blocked: Mapping[StreamKey, int],
    versions: Mapping[StreamKey, int],
    *,
    epochs: Mapping[str, Epochs] = {},
    places: Mapping[Place, bool] = {},
    passed: Mapping[StreamKey, int] = {},
    histories: Mapping[StreamKey, History] = {},
    named: Mapping[Identity, Named] = {},
    disowned: Collection[tuple[Identity, bytes]] = (),
    discarded: Collection[Origin] = (),
) -> Admission:
    """Decide about a batch, in order.

    `heads`: last sequence accepted per (source, shard). `known`: leaf hash of every identity of the
    batch that the journal already holds. `blocked`: streams blocked from quarantine, with the first
    version that waits (0: all; n + 1: version n was discarded, or found its place taken).
    `versions`: last version of the batch's streams, where their source numbers streams but no
    shards. `epochs`: of each source whose log was restored. `places`: of those behind the heads,
    and of what is retried, whether the event that the journal has there counts, or is disowned and
    gives way; absent where it has none. `passed`: of streams in which a person went on without what
    was missing, the last version that was applied so. `histories`: what stands in the streams of
    sources that are not ours. `named`: stream and type of what withdrawals of the batch name.
    `disowned`: documents under identities of the batch that the journal holds and that count for
    nothing, so that another document may have the identity. `discarded`: the records of the batch,
    by origin, that a person discarded before and that come again.
    """
    result = Admission([], [], [], [], dict(heads), epochs)
    seen = dict(known)
    outside = Succession(seen, dict(versions), dict(histories), named=named)
    now = _Now(seen, dict(blocked), outside, dict(places), passed, disowned, discarded)
    for record in records:
        if isinstance(record, Refused):
            _admit_refused(record, result, now)
        else:
            _admit_decoded(record, result, now)
    return result


def stream_blocked(record: Decoded) -> Refused:
    """The refusal of what follows, in its stream, a record that is in quarantine."""
    detail = f"an earlier event of {record.envelope.stream} is not settled"
    return Refused(record.raw, "stream-blocked", detail, record.envelope, blocks_stream=True)


def _behind_a_gap(record: Decoded, first: int) -> Refused:
    """Whether the stream makes sense without that version, only a person can say."""
    detail = (
        f"version {first - 1} of {record.envelope.stream} was discarded, or found its place"
        " taken: settle it, and retry to go on"
    )
    return Refused(record.raw, "version-gap", detail, record.envelope, blocks_stream=True)


def _comes_late(record: Decoded, now: _Now) -> bool:
    """Whether a person had what follows in its stream applied without it."""
    passed = now.passed.get(record.stream_key, 0) if now.passed else 0
    return not record.retried and record.envelope.stream_version < passed


def _late(record: Decoded, passed: int) -> Refused:
    """It would be applied after what follows it: a person says whether it is."""
    detail = (
        f"version {record.envelope.stream_version} of {record.envelope.stream} comes after version"
        f" {passed}, which was retried without it"
    )
    return Refused(record.raw, "version-late", detail, record.envelope)


def _admit_refused(record: Refused, result: Admission, now: _Now) -> None:
    envelope = record.envelope
    if record.blocks_stream and envelope is not None and envelope.shard is not None:
        key, sequence = (envelope.source, envelope.shard), envelope.shard_sequence or 0
        epochs = result.epochs_of(envelope)
        if epochs.are_dead(envelope):
            result.refused.append(_dead(record.raw, envelope, epochs))
            return
        if sequence <= result.heads.get(key, 0) and not record.retried:
            # Seen before: an owner's record comes again on every republish and blocks nothing anew.
            record = record._replace(blocks_stream=False)
        else:
            now.blocked[envelope.source, envelope.stream] = 0
            if sequence == result.heads.get(key, 0) + 1 and envelope.epoch <= epochs.current:
                result.heads[key] = sequence
    result.refused.append(record)


def _dead(raw: Raw, envelope: Envelope, epochs: Epochs) -> Refused:
    """An event its owner has lost; it blocks no stream, because nothing follows it."""
    kept = epochs.past[max(envelope.epoch, 1) - 1][envelope.shard or 0]
    detail = (
        f"sequence {envelope.shard_sequence} of shard {envelope.shard} was of epoch"
        f" {envelope.epoch}: epoch {epochs.current} has it up to {kept}"
    )
    return Refused(raw, "dead-epoch", detail, envelope)


def _admit_decoded(record: Decoded, result: Admission, now: _Now) -> None:
    envelope = record.envelope
    identity = (envelope.event_id, envelope.source)
    earlier, epochs = now.seen.get(identity), result.epochs_of(envelope)
    dead = bool(epochs.past) and record.sequenced and epochs.are_dead(envelope)
    if earlier == record.leaf or (identity, record.leaf) in now.disowned:
        result.duplicates.append(record)
        if not dead:
            _pass_over(record, result)
        return
    if dead:
        result.refused.append(_dead(record.raw, envelope, epochs))
        return
    if earlier is not None:
        detail = reused_detail(envelope)
        is_next = _pass_over(record, result)
        if is_next:
            now.blocked[record.stream_key] = 0
        result.refused.append(Refused(record.raw, "id-reused", detail, envelope, is_next))
        return
    if not (_in_its_place if record.sequenced else _follows)(record, result, now):
        return
    first = now.blocked.get(record.stream_key) if now.blocked else None
    if first is not None and envelope.stream_version >= first:
        result.refused.append(stream_blocked(record) if not first else _behind_a_gap(record, first))
        return
    if _comes_late(record, now):
        result.refused.append(_late(record, now.passed[record.stream_key]))
        return
    now.seen[identity] = record.leaf
    if not record.sequenced:
        now.outside.hear(envelope, record.event, record.leaf)
    result.accepted.append(record)


def _in_its_place(record: Decoded, result: Admission, now: _Now) -> bool:
    """Whether a record is its shard's next, or has a place that a person gives it or that a
    disowned event had. What finds its place taken blocks its stream: of the two, a person says
    which is the owner's, and what follows in the stream must not be applied before it; of one that
    was discarded, a person has said."""
    envelope = record.envelope
    shard, sequence = envelope.shard or 0, envelope.shard_sequence or 0
    key, place = (envelope.source, shard), (envelope.source, shard, sequence)
    head = result.heads.get(key, 0)
    if not record.retried and (
        envelope.epoch > result.epochs_of(envelope).current or sequence > head + 1
    ):
        # Of an epoch that is not known yet, what it inherits is not known either.
        result.parked.append(record)
        return False
    if record.retried or sequence <= head:
        if now.places.get(place, not record.retried):
            detail = f"sequence {sequence} of shard {shard} was another event (at {head})"
            again = reused(record, detail)
            if record.raw.origin in now.discarded:
                again = again._replace(blocks_stream=False)
            else:
                now.blocked.setdefault(record.stream_key, envelope.stream_version + 1)
            result.refused.append(again)
            return False
        now.places[place] = True
    else:
        result.heads[key] = sequence
    return True


def reused(record: Decoded, detail: str) -> Refused:
    """The refusal of a record under the sequence of another event."""
    return Refused(record.raw, "sequence-reused", detail, record.envelope, blocks_stream=True)


def _pass_over(record: Decoded, result: Admission) -> bool:
    """Count a known event as its shard's next, where it is, and say so: a restored owner stamped
    it anew; or it is another under a known id, behind which the shard must not stand still."""
    envelope = record.envelope
    if envelope.shard is None or envelope.epoch > result.epochs_of(envelope).current:
        return False
    key = (envelope.source, envelope.shard)
    if record.sequenced and envelope.shard_sequence == result.heads.get(key, 0) + 1:
        result.heads[key] = envelope.shard_sequence
        return True
    return False


def _follows(record: Decoded, result: Admission, now: _Now) -> bool:
    """Whether a record of a source without shards may follow what stands in its stream.

    What may not goes to quarantine, to be retried when what it wants before it has come.
    """
    try:
        now.outside.check(record.envelope, record.event, record.leaf)
    except ContractViolation as why:
        result.refused.append(Refused(record.raw, why.reason, why.detail, record.envelope))
        return False
    return True
