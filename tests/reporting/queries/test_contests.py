"""The contests of a period, with the works and awards of that period alone."""

from datetime import date

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.queries.contests import Contest, contests
from services.reporting.queries.knowledge import Period
from tests.examples.events import activity_held, award_granted, contest_entered
from tests.reporting.history import History
from tests.reporting.records import ORG


async def test_a_contest_is_of_every_period_in_which_something_of_it_happened(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    contest = {"activity_id": "w", "kind": "contest", "organiser": "own"}
    await History()(
        contest_entered(occurred_on="2021-12-20", activity_id="w", entry_id="early"),
        activity_held(occurred_on="2022-01-15", **contest, session=1),
        award_granted(occurred_on="2023-02-01", activity_id="w", entry_id="early"),
        activity_held(occurred_on="2022-05-01", activity_id="c", kind="culture", session=1),
    ).told(simulated)

    async def of(year: int) -> dict[str, Contest]:
        return await contests(pool, ORG, Period(date(year, 1, 1), date(year, 12, 31)), 99)

    assert await of(2021) == {"w": Contest("w", 1, 0)}
    assert await of(2022) == {"w": Contest("w", 0, 0)}
    assert await of(2023) == {"w": Contest("w", 0, 1)}
    assert await of(2024) == {}
    period = Period(date(2021, 1, 1), date(2023, 12, 31))
    assert await contests(pool, ORG, period, 1) == {"w": Contest("w", 1, 0)}
