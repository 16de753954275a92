"""The three counts of the report, told apart by dated rosters alone."""

from datetime import date

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.knowledge import Period
from services.reporting.queries.rosters import DatedCount, dated_counts
from tests.reporting.records import ORG
from tests.reporting.year import AUTUMN, gift, joined, three_counts

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))


async def counts(pool: asyncpg.Pool, at: int | None = None) -> dict[str, DatedCount]:
    known = await last_index(pool) if at is None else at
    return {count.about: count for count in await dated_counts(pool, ORG, YEAR, known)}


class TestEveryCountAgreesWithItsDay:
    async def test_10_9_and_12_are_the_rolls_of_three_days(
        self, pool: asyncpg.Pool, simulated: Ingest
    ) -> None:
        await three_counts(everyone_a_member=True).told(simulated)
        found = await counts(pool)
        assert [(c.day, c.people, c.members, c.agrees) for c in found.values()] == [
            (date(2022, 1, 17), 10, 10, True),
            (date(2022, 4, 1), 9, 9, True),
            (date(2022, 9, 1), 12, 12, True),
        ]

    async def test_what_moved_the_roll_between_them_is_named(
        self, pool: asyncpg.Pool, simulated: Ingest
    ) -> None:
        await three_counts(everyone_a_member=True).told(simulated)
        found = await counts(pool)
        moved = {about: {k: n for k, n in c.movements.items() if n} for about, c in found.items()}
        assert moved == {
            "spring_festival": {},
            "serious_illness": {"transferred_out": 1},
            "mid_autumn": {"transferred_in": 4, "retired": 1},
        }

    async def test_who_joined_between_roster_and_issue_is_not_a_stranger(
        self, pool: asyncpg.Pool, simulated: Ingest
    ) -> None:
        history = three_counts(everyone_a_member=True)
        history(joined(15, "2022-09-03"))
        history(gift(AUTUMN, "mid_autumn", 15, "2022-09-07", on_roster=False))
        await history.told(simulated)
        autumn = (await counts(pool))["mid_autumn"]
        assert (autumn.people, autumn.members, autumn.joined_since) == (13, 12, 1)
        assert autumn.not_members == 0
        assert not autumn.agrees


class TestTheSamePortionsInAnotherStory:
    async def test_12_portions_went_to_9_members_and_2_others(
        self, pool: asyncpg.Pool, simulated: Ingest
    ) -> None:
        await three_counts(everyone_a_member=False).told(simulated)
        autumn = (await counts(pool))["mid_autumn"]
        assert (autumn.portions, autumn.people, autumn.members) == (12, 11, 11)
        assert (autumn.unserved, autumn.joined_since, autumn.not_members) == (2, 0, 2)
        assert not autumn.agrees

    async def test_people_are_always_the_roll_less_who_got_nothing_plus_who_was_not_on_it(
        self, pool: asyncpg.Pool, simulated: Ingest
    ) -> None:
        history = three_counts(everyone_a_member=False)
        await history.told(simulated)
        for at in range(0, len(history.envelopes) + 1, 5):
            for c in (await counts(pool, at)).values():
                assert c.people == c.members - c.unserved + c.joined_since + c.not_members
