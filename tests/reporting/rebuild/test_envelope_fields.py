"""A projection folds in a rebuild what it folded live: every entry has what it had when it came."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.journal import log as journal
from services.reporting.journal.record import Entry
from services.reporting.projections import DISPATCH, PROJECTIONS
from services.reporting.rebuild.shares import Share, connected, read_share
from tests.reporting.arbitrary import CLASSES, long_history
from tests.reporting.history import History, folded
from tests.shared.contract.frozen import file_name, sample


@pytest.fixture
async def live(simulated: Ingest) -> list[Entry]:
    """Entries as ingest had them, of every type there is, with every field of the envelope set and
    different from the next one's."""
    history = History()
    # What is drawn at random need not have every type.
    samples = [cls.model_validate(sample(file_name(cls))["data"]) for cls in CLASSES]
    for number, event in enumerate([*long_history(400), *samples]):
        outside = number % 10 == 9 and history.may_be_said_outside(event)
        (history.from_outside if outside else history)(event)
    history.envelopes = [
        envelope._replace(
            actor=f"person-{number}",
            role=("clerk", "approver", "chair")[number % 3],
            correlation_id=f"correlation-{number}",
            causation_id=f"causation-{number}",
        )
        for number, envelope in enumerate(history.envelopes)
    ]
    entries = history.entries()
    assert {type(entry.event) for entry in entries} == set(CLASSES)
    await history.told(simulated, [7] * 80)
    return entries


async def refolded(database: str, up_to: int, of: int) -> AsyncIterator[Entry]:
    """Entries as the processes of a rebuild read them."""
    for number in range(of):
        share = Share(database, "projections_next", "fold", number, of, up_to)
        async with connected(database) as connection:
            async for rows, _ in read_share(connection, share):
                for row in rows:
                    yield journal.entry_of_row(row)


def without_event(entry: Entry) -> tuple[object, ...]:
    """What an entry is but for its event, which is read from the envelope's data: as a model here,
    as a struct from the journal."""
    return entry.log_index, entry.envelope, entry.provable


async def test_the_journal_gives_an_entry_back_with_its_whole_envelope(
    pool: asyncpg.Pool, live: list[Entry]
) -> None:
    async with pool.acquire() as connection:
        read = [
            entry
            async for entries in journal.read(connection, 0, len(live), 50)
            for entry in entries
        ]
    assert list(map(without_event, read)) == list(map(without_event, live))


@pytest.mark.parametrize("of", [1, 3])
async def test_every_projection_folds_a_rebuilds_entries_as_those_of_ingest(
    live: list[Entry], database: str, of: int
) -> None:
    entries = [entry async for entry in refolded(database, len(live), of)]
    entries.sort(key=lambda entry: entry.log_index)
    expected = [entry for entry in live if entry.envelope.type in DISPATCH]
    assert list(map(without_event, entries)) == list(map(without_event, expected))
    for projection in PROJECTIONS:
        assert folded(projection, entries) == folded(projection, expected), projection.name
