"""What the head of a union's pages says."""

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.union_known import union_known_at, unions_known
from tests.examples.members import organisation_registered
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import gift, joined


async def test_a_union_has_the_years_that_its_reports_count(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    nothing = await union_known_at(pool, ORG, 0)
    assert (nothing.name, nothing.years, nothing.sealed_at) == (None, [], None)
    history = History()(
        joined(1, "1988-06-01"),
        gift("spring", "spring_festival", 1, "2021-02-01"),
        gift("autumn", "mid_autumn", 1, "2023-09-07"),
    )
    await history.told(simulated)
    at = await last_index(pool)
    known = await union_known_at(pool, ORG, at - 1)
    assert known.years == [2021, 2022, 2023], "who joined in 1988 makes no year"
    assert (known.log_index, known.last_index) == (at - 1, at)
    assert known.sealed_at is not None


async def test_unions_are_those_that_were_registered_and_are_covered(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    event = organisation_registered()
    await History()(event).told(simulated)
    assert [each["org_id"] for each in await unions_known(pool, None)] == [event.org_id]
    assert await unions_known(pool, ["another"]) == []
    (union,) = await unions_known(pool, [event.org_id])
    assert union["name"] == event.name
