"""What is kept of each source's comparison; a source that is registered no more is forgotten."""

from typing import Any

import asyncpg

from services.reporting.ingest import quarantine
from services.reporting.ingest.decode import Refused
from services.reporting.ingest.publishers import Publisher
from services.reporting.reconciliation import source_checks
from services.reporting.reconciliation.progress import SourceState
from tests.reporting.records import Partition

OUTSIDE = Publisher("/ext/canteen", frozenset({"b.v1", "a.v1"}), frozenset({"tjtc"}), False)
OURS = Publisher("/guildhall/benefits", frozenset({"a.v1"}), None, True)


async def checks(pool: asyncpg.Pool) -> dict[str, tuple[Any, ...]]:
    rows = await pool.fetch("SELECT source, complete, reasons, types, orgs FROM source_checks")
    return {row["source"]: tuple(row)[1:] for row in rows}


async def test_each_source_stands_with_its_reasons(pool: asyncpg.Pool) -> None:
    states = [
        SourceState("/guildhall/benefits", True, False, 2, [], ["behind", "differs"]),
        SourceState("/guildhall/events", True, True, 0, []),
    ]
    publishers = {"guildhall.ext.canteen.v1": OUTSIDE, "guildhall.benefits.v1": OURS}
    await source_checks.keep(pool, states, publishers, ["journal-gaps"])
    assert await checks(pool) == {
        "/guildhall/benefits": (False, ["behind", "differs"], None, None),
        "/guildhall/events": (True, [], None, None),
        "/ext/canteen": (False, ["numbers-nothing"], ["a.v1", "b.v1"], ["tjtc"]),
        "reporting": (False, ["journal-gaps"], None, None),
    }
    await source_checks.keep(pool, states[1:], {}, [])
    assert await checks(pool) == {
        "/guildhall/events": (True, [], None, None),
        "reporting": (True, [], None, None),
    }


async def test_what_waits_in_quarantine_is_counted_by_topic_but_for_a_dead_epochs(
    pool: asyncpg.Pool,
) -> None:
    partition = Partition()
    reasons = ("not-json", "dead-epoch", "no-value")
    refused = [
        Refused(partition.junk(reason.encode()), reason, reason, None, False) for reason in reasons
    ]
    async with pool.acquire() as connection:
        await quarantine.insert(connection, refused)
    assert await source_checks.quarantined(pool) == {partition.topic: 2}
