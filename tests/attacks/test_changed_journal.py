"""The journal is checked, not believed: a row that was changed is named wherever it is shown.

Shown on 2026-11-29: leaves were stored and never recomputed. Bytes, leaves, actors and dates that a
superuser changed were noticed by a rebuild at best, which made the figures agree with them; a type
that contradicts its bytes, or bytes that are no UTF-8, were a 500.
"""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.reporting.journal import log as journal
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.checkpoints import folded
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.reconciliation.journal_check import JournalCheck
from shared.eventstore.database import open_pool
from tests.attacks.watched import FIGURE, Watched
from tests.databases import NewDatabase
from tests.reporting.by_hand import by_hand
from tests.reporting.conftest import live_projections
from tests.reporting.office import Office
from tests.reporting.records import ORG, gift

OF_BYTES = {
    "amount": "document = convert_to(replace(convert_from(document, 'UTF8'),"
    " '\"quantity\":1', '\"quantity\":7'), 'UTF8')",
    "payee": "document = convert_to(replace(convert_from(document, 'UTF8'),"
    " '\"person_id\":\"p-0000', '\"person_id\":\"p-1111'), 'UTF8')",
    "year": "document = convert_to(replace(convert_from(document, 'UTF8'),"
    " '2022-09-07', '2021-09-07'), 'UTF8')",
    "actor": "document = convert_to(replace(convert_from(document, 'UTF8'),"
    " '\"actor\":\"', '\"actor\":\"x'), 'UTF8')",
    "no UTF-8": "document = '\\xff'::bytea || document",
    "leaf": "leaf = sha256('anything')",
}
OF_COLUMNS = {
    "org": "org_id = 'other'",
    "stream": "stream = 'other/stream'",
    "type": "type = 'guildhall.benefits.ClaimPaid.v1'",
    "a type of nobody": "type = 'guildhall.benefits.Nothing.v1'",
    "recorded_at": "recorded_at = recorded_at - interval '2 years'",
}
CHANGES = OF_BYTES | OF_COLUMNS
AT = 9
"""The log_index of a gift."""


@pytest.fixture
async def database(new_database: NewDatabase) -> str:
    """The DSN of a fresh reporting database, with its projections."""
    return await new_database("shared.eventstore", "services.reporting", prepare=live_projections)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a fresh reporting database."""
    pool = await open_pool(database, size=6)
    yield pool
    await pool.close()


@pytest.fixture
async def watched(pool: asyncpg.Pool, database: str) -> AsyncIterator[Watched]:
    """A union with five gifts."""
    office = await Office.opened(pool)
    await office.happened(*(gift(n) for n in range(1, 6)))
    watched = Watched(office, database)
    yield watched
    await watched.client.aclose()


@pytest.mark.parametrize("change", CHANGES)
async def test_a_changed_row_is_named_wherever_it_is_shown_and_never_folded(
    watched: Watched, change: str
) -> None:
    pool = watched.pool
    before = await pool.fetch(f"SELECT * FROM {LIVE}.figure_lines ORDER BY log_index")
    event_id = await pool.fetchval("SELECT event_id FROM journal WHERE log_index = $1", AT)
    done = f"UPDATE journal SET {CHANGES[change]} WHERE log_index = {AT}"
    assert await by_hand(pool, "journal", done) == "UPDATE 1"

    checked = await JournalCheck().round(pool, await journal.last_index(pool))
    assert [row.log_index for row in checked.rows] == [AT]
    assert not checked.projections, "the projection is right"
    reconciled = (await watched.client.post("/v1/reconcile")).json()
    assert not reconciled["complete"]
    assert [row["log_index"] for row in reconciled["wrong_rows"]] == [AT]
    assert (await watched.client.get("/v1/status")).json()["journal_wrong"] == ["rows-wrong"]

    explained = (await watched.get(f"{ORG}/figures/{FIGURE}")).json()
    assert explained["provable"] is False and len(explained["events"]) == 5
    assert [row["log_index"] for row in explained["wrong_rows"]] == [AT]
    shown = await watched.get(f"{ORG}/events/{event_id}")
    assert shown.status_code == (404 if change == "org" else 200)
    if shown.status_code == 200:
        assert shown.json()["wrong"] and shown.json()["provable"] is False

    rebuilt = await rebuild(watched.keeper.database_url, accept="any")
    assert not rebuilt.equal and not rebuilt.swapped
    assert [row.log_index for row in rebuilt.wrong_rows] == [AT]
    assert await pool.fetch(f"SELECT * FROM {LIVE}.figure_lines ORDER BY log_index") == before


async def test_a_dropped_projection_is_not_folded_from_a_changed_journal(watched: Watched) -> None:
    pool = watched.pool
    await by_hand(pool, "journal", f"UPDATE journal SET {CHANGES['amount']} WHERE log_index = {AT}")
    await pool.execute(f"DROP SCHEMA {LIVE} CASCADE")
    rebuilt = await watched.keeper.once()
    assert rebuilt is not None and not rebuilt.swapped
    assert {each.reason for each in (await folded(pool)).stale} == {"journal-wrong"}
    assert (await watched.get(f"{ORG}/figures")).json()["code"] == "projection-differs"
    assert await watched.keeper.once() is None, "it is a person's"


async def test_bytes_changed_with_their_leaf_are_a_projection_that_differs(
    watched: Watched,
) -> None:
    pool = watched.pool
    both = f"{CHANGES['amount']} WHERE log_index = {AT}"
    await by_hand(pool, "journal", f"UPDATE journal SET {both}")
    leaf = f"UPDATE journal SET leaf = sha256('\\x00'::bytea || document) WHERE log_index = {AT}"
    await by_hand(pool, "journal", leaf)
    checked = await JournalCheck().round(pool, await journal.last_index(pool))
    assert {each.projection for each in checked.projections} >= {"figure_lines"}
    rebuilt = await watched.keeper.once()
    assert rebuilt is not None and not rebuilt.swapped, "both are kept"
    assert {each.reason for each in (await folded(pool)).stale} == {"rows-differ"}
