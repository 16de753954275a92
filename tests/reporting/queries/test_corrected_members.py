"""What members counts after corrections of corrections, reporting counts: the same account, of each
day, from the events alone."""

import random
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import asyncpg
import pytest

from services.members.__main__ import parts
from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.projections.as_of import FOREVER, LIVE
from services.reporting.queries.knowledge import Period
from services.reporting.queries.membership import account
from shared.contract.catalogue import topic_of
from shared.contract.envelope import SHARDS
from shared.kafka.cloudevents import CONTENT_TYPE, position_header
from shared.relay.shard_log import STAMP
from shared.testing.http import InProcess, in_process
from tests.attacks.apps import UNION
from tests.corrections_walk import walk
from tests.databases import NewDatabase
from tests.members.requests import with_members
from tests.members.test_random_corrections import entering
from tests.reporting.records import ORG, Partition

LAST = date(2022, 12, 15)
MOVED = ("joined", "transferred_in", "rejoined", "left", "transferred_out", "died",
    "retired_without_retention")  # fmt: skip


@pytest.fixture
async def union(new_database: NewDatabase) -> AsyncIterator[InProcess]:
    """Members in this process, with a union of four."""
    dsn = await new_database("shared.eventstore", "services.members")
    async with in_process(parts("0f" * 32), dsn) as running:
        answer = await running.command("register-organisation", UNION, role="operator")
        assert answer.status_code == 201, answer.text
        yield await with_members(running, 4)


async def told(union: InProcess, ingest: Ingest, partition: Partition) -> None:
    """Reporting hears all that was not stamped before, as members' relay sends it."""
    raws = []
    for row in await union.store.pool.fetch(STAMP, list(range(SHARDS)), 10_000):
        header = position_header(row["epoch"], row["shard"], row["sequence"])
        raw = partition.junk(row["document"], row["stream"].encode())
        raws.append(raw._replace(headers=[CONTENT_TYPE, header]))
    admission = await ingest.apply(raws, partition.move(raws))
    assert not admission.refused and not admission.parked


async def counted(union: InProcess) -> dict[str, Any]:
    answer = await union.get("membership-account", **{"from": "2000-01-01", "to": str(LAST)})
    said: dict[str, Any] = answer.json()
    return said


@pytest.mark.parametrize("seed", range(10, 16))
async def test_whatever_was_corrected_reporting_counts_what_members_counts(
    union: InProcess, simulated: Ingest, pool: asyncpg.Pool, seed: int
) -> None:
    chance, partition = random.Random(seed), Partition(topic_of("members"))
    for _ in range(3):
        await walk(union, chance, entering, 60)
        await told(union, simulated, partition)
        ours = await counted(union)
        theirs = await account(pool, ORG, Period(date(2000, 1, 1), LAST), await last_index(pool))
        assert (theirs.opening, theirs.closing) == (ours["opening"], ours["closing"])
        totals = theirs.totals | {"retired_without_retention": theirs.totals["retired"]}
        assert {name: totals[name] for name in MOVED} == {name: ours[name] for name in MOVED}
        assert not [day for day in theirs.days if day.difference]
    merged = await union.store.pool.fetch("SELECT person_id, kept_person_id FROM merged_people")
    known = await pool.fetch(
        f"SELECT person_id, kept_person_id FROM {LIVE}.merged_people WHERE valid_to = {FOREVER}"
    )
    assert sorted(map(tuple, merged)) == sorted(map(tuple, known))
