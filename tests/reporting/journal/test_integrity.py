"""A row of the journal is what its bytes say, or what is wrong with it is named."""

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.integrity import CHECKED, check, wrong_in
from tests.reporting.by_hand import by_hand
from tests.reporting.history import arbitrary_history

ROWS = f"SELECT {CHECKED} FROM journal ORDER BY log_index"


async def test_no_row_as_it_was_written_is_wrong(pool: asyncpg.Pool, simulated: Ingest) -> None:
    await arbitrary_history(simulated)
    rows = await pool.fetch(ROWS)
    assert len(rows) > 100
    assert [wrong for row in rows if (wrong := wrong_in(row))] == []
    assert all(check(row)[0] is not None for row in rows)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("leaf = sha256('x')", {"leaf"}),
        ("document = overlay(document placing '\\x30' from 200)", {"leaf"}),
        ("document = '\\xff' || document", {"leaf", "document"}),
        ("document = '\\xff', leaf = sha256('\\x00ff')", {"document"}),
        ("org_id = 'other'", {"org_id"}),
        ("stream = 'other'", {"stream"}),
        ("stream_version = 9", {"stream_version"}),
        ("type = 'guildhall.benefits.ClaimPaid.v1'", {"type"}),
        ("source = '/guildhall/nobody'", {"source"}),
        ("event_id = gen_random_uuid()", {"event_id"}),
        ("recorded_at = recorded_at - interval '2 years'", {"recorded_at"}),
    ],
)
async def test_what_was_changed_is_named(
    pool: asyncpg.Pool, simulated: Ingest, change: str, wrong: set[str]
) -> None:
    await arbitrary_history(simulated)
    await by_hand(pool, "journal", f"UPDATE journal SET {change} WHERE log_index = 5")
    found = [each for row in await pool.fetch(ROWS) if (each := wrong_in(row))]
    assert [each.log_index for each in found] == [5]
    assert wrong <= set(found[0].wrong)
