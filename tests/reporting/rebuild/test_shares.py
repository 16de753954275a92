"""Shares of the journal: together they are all of it, and no two of them touch one row."""

from collections import defaultdict

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.journal import log as journal
from services.reporting.journal.record import Entry
from services.reporting.projections import DISPATCH
from services.reporting.projections.definition import Key
from services.reporting.rebuild.shares import (
    BY_STREAM,
    Share,
    connected,
    read_share,
    types_of,
)
from shared.contract.catalogue import CATALOGUE
from tests.reporting.arbitrary import long_history
from tests.reporting.history import History, arbitrary_history, keys_of

Dealt = tuple[str, ...]


def dealt(entry: Entry) -> Dealt:
    """What decides whose share an entry is: its stream, or its type's context."""
    cls = CATALOGUE[entry.envelope.type]
    return ("stream", entry.envelope.stream) if cls in BY_STREAM else ("context", cls.CONTEXT)


def a_history_with_strangers() -> History:
    """The same things told by our services and by a stranger, in streams named apart and alike."""
    history = History()
    for n, event in enumerate(long_history(440)):
        (history.from_outside if n % 5 == 0 else history)(event)
    return history


def test_no_row_is_touched_by_what_may_be_dealt_to_two_shares() -> None:
    touched: dict[tuple[str, Key], set[Dealt]] = defaultdict(set)
    for entry in a_history_with_strangers().entries():
        for projection, effects in DISPATCH.get(entry.envelope.type, ()):
            for key in keys_of(projection, effects(entry.event, entry)):
                touched[projection.name, key].add(dealt(entry))
    assert len(touched) > 300
    assert {row: by for row, by in touched.items() if len(by) > 1} == {}


def test_every_type_that_is_folded_is_read_by_one_share_or_dealt_out() -> None:
    for of in (1, 2, 3, 5):
        whole = [name for number in range(of) for name in types_of(number, of)[0]]
        out = types_of(0, of)[1]
        assert sorted(whole + out) == sorted(DISPATCH)


async def test_the_shares_are_the_journal_in_log_order(
    pool: asyncpg.Pool, database: str, simulated: Ingest
) -> None:
    history = await arbitrary_history(simulated)
    of, found = 3, []
    for number in range(of):
        share = Share(database, "projections", "fold", number, of, len(history.envelopes))
        async with connected(database) as connection:
            async for rows, reached in read_share(connection, share):
                of_share = [journal.entry_of_row(row) for row in rows]
                indexes = [entry.log_index for entry in of_share]
                assert indexes == sorted(indexes)
                assert reached == len(history.envelopes)
                found += of_share
    wanted = {e.log_index: e for e in history.entries() if e.envelope.type in DISPATCH}
    assert sorted(entry.log_index for entry in found) == sorted(wanted)
    for entry in found:
        ours = wanted[entry.log_index]
        assert (entry.envelope, entry.provable) == (ours.envelope, ours.provable)
