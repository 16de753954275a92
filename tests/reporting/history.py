"""A union's history for tests: events in their streams, as journal entries or as Kafka records."""

import itertools
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import publishers
from services.reporting.journal.record import Entry
from services.reporting.projections.as_of import FOREVER
from services.reporting.projections.definition import Change, Insert, Key, Projection, Row
from services.reporting.projections.engine import Changes, dispatch
from shared.contract.catalogue import CATALOGUE, EVENT_TYPES, topic_of
from shared.contract.envelope import DomainEvent, Envelope
from shared.contract.succession import Succession
from shared.errors import ContractViolation
from shared.kafka.acceptance import Publisher
from shared.testing.author import Author
from tests.reporting.arbitrary import long_history
from tests.reporting.records import ORG, Partition

CANTEEN, CANTEEN_TOPIC = "/ext/canteen", "guildhall.ext.canteen.v1"
"""A source that is not ours and numbers nothing: what it says is not provable."""


class History:
    """Writes what happened, in order, each event in its stream and by the context that owns it.

    Every event is recorded a minute after the one before, on a simulated clock.
    """

    def __init__(self, started: datetime = datetime(2022, 1, 1, tzinfo=UTC)) -> None:
        self.now = started
        self.envelopes: list[Envelope] = []
        self._authors = {name: Author(name) for name in EVENT_TYPES}
        self._stranger = Author(source=CANTEEN)
        self._stranger_before = Author(source=CANTEEN)
        self._succession = Succession({}, {}, {})
        self._partitions: dict[str, Partition] = {}
        self._told = 0
        self._numbers = itertools.count()

    def __call__(self, *happened: DomainEvent, at: datetime | None = None) -> "History":
        """These events were recorded, the first of them at `at`."""
        self.now = max(self.now, at) if at else self.now
        for event in happened:
            self._write(self._authors[event.CONTEXT], event)
        return self

    def from_outside(self, *happened: DomainEvent) -> "History":
        """A source that is not ours said these."""
        for event in happened:
            self._write(self._stranger, event)
            said = self.envelopes[-1]
            self._succession.hear(said, event, said.event_id.bytes)
        return self

    def may_be_said_outside(self, event: DomainEvent) -> bool:
        """Whether ingest takes it from a source that is not ours, after what that said so far."""
        envelope = self._stranger_before.write(event.stream_of(), event, stream_version=0)
        try:
            self._succession.check(envelope, event, envelope.event_id.bytes)
        except ContractViolation:
            return False
        return True

    def _write(self, author: Author, event: DomainEvent) -> None:
        self.envelopes.append(
            author.write(event.stream_of(), event, recorded_at=self.now, simulated=True)
        )
        self.now = datetime.fromtimestamp(self.now.timestamp() + 60, UTC)

    def entries(self) -> list[Entry]:
        """As the journal would hold them."""
        return [
            Entry(
                log_index,
                envelope,
                CATALOGUE[envelope.type].model_validate_json(envelope.data),
                envelope.source != CANTEEN,
            )
            for log_index, envelope in enumerate(self.envelopes, start=1)
        ]

    async def told(self, ingest: Ingest, batches: Sequence[int] = ()) -> None:
        """Ingest what was not ingested yet, in batches of these sizes (the rest in one)."""
        waiting, self._told = self.envelopes[self._told :], len(self.envelopes)
        sizes = itertools.chain(batches, itertools.repeat(len(waiting) + 1))
        while waiting:
            size = next(sizes)
            batch, waiting = waiting[:size], waiting[size:]
            admission = await ingest.apply([self._raw(e) for e in batch], [])
            assert not admission.refused, admission.refused
            assert not admission.parked

    def _raw(self, envelope: Envelope) -> Any:
        topic = CANTEEN_TOPIC if envelope.source == CANTEEN else topic_of(_context(envelope))
        return self._partitions.setdefault(topic, Partition(topic)).raw(envelope)


def _context(envelope: Envelope) -> str:
    return envelope.source.rpartition("/")[2]


def with_canteen() -> dict[str, Publisher]:
    """The publishers of a deployment in which the canteen's system may say anything."""
    return publishers(None) | {
        CANTEEN_TOPIC: Publisher(
            CANTEEN, frozenset(CATALOGUE), frozenset({ORG}), False, frozenset({"producer-canteen"})
        )
    }


Versions = dict[Key, list[tuple[Row, int, int]]]
"""Of each key, its row versions with valid_from and valid_to."""


def folded(projection: Projection, entries: Iterable[Entry], cuts: Sequence[int] = ()) -> Versions:
    """Every row version that folding the entries gives, in batches that end before each cut."""
    table = dispatch([projection])
    versions: Versions = {}
    current: dict[Key, tuple[Row, int]] = {}
    entries = list(entries)
    bounds = [0, *sorted(cut for cut in cuts if 0 < cut < len(entries)), len(entries)]
    for start, end in itertools.pairwise(bounds):
        changes = Changes(projection, current)
        for entry in entries[start:end]:
            for _, effects in table.get(entry.envelope.type, ()):
                for effect in effects(entry.event, entry):
                    changes.apply(entry, effect)
        for key, at in changes.closed.items():
            row, since, _ = versions[key].pop()
            versions[key].append((row, since, at))
        for *values, since, until in changes.added():
            row = projection.row._make(values)
            versions.setdefault(projection.key_of(row), []).append((row, since, until))
        current = {key: row_since for key, row_since in changes.current.items() if row_since}
    return {key: sorted(of_key, key=lambda v: v[1]) for key, of_key in versions.items()}


def keys_of(projection: Projection, effects: Iterable[Insert | Change]) -> list[Key]:
    """The key of the row that each effect touches."""
    return [
        projection.key_of(effect.row) if isinstance(effect, Insert) else effect.key
        for effect in effects
    ]


def current_rows(versions: Versions, at: int = FOREVER - 1) -> dict[Key, Row]:
    """The rows that are current as known at a log_index."""
    return {
        key: row
        for key, of_key in versions.items()
        for row, since, until in of_key
        if since <= at < until
    }


async def arbitrary_history(ingest: Ingest, length: int = 400) -> History:
    """An arbitrary history, a tenth of it from outside, ingested in batches of all sizes."""
    chance, history = random.Random(2022), History()
    for event in long_history(length):
        outside = chance.random() < 0.1 and history.may_be_said_outside(event)
        (history.from_outside if outside else history)(event)
    await history.told(ingest, [chance.randint(1, 40) for _ in range(200)])
    return history
