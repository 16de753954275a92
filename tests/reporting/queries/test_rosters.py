"""The three counts of the report, told apart by dated rosters alone."""

from datetime import date

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.knowledge import Period
from services.reporting.queries.reconciliation import Category, reconciliation
from services.reporting.queries.rosters import DatedCount, dated_counts
from shared.errors import Unknown
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import AUTUMN, SPRING, gift, joined, person, returned, three_counts

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))


async def counts(pool: asyncpg.Pool, at: int | None = None) -> dict[str, DatedCount]:
    known = await last_index(pool) if at is None else at
    return {count.about: count for count in await dated_counts(pool, ORG, YEAR, known)}


async def people(pool: asyncpg.Pool, category: Category | None = None) -> list[str]:
    found = await reconciliation(pool, ORG, AUTUMN, await last_index(pool), category=category)
    return [each["person_id"] for each in found.people]


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


class TestReconciliation:
    @pytest.fixture
    async def told(self, simulated: Ingest) -> History:
        history = three_counts(everyone_a_member=False)
        await history.told(simulated)
        return history

    async def test_everyone_is_in_one_category(self, pool: asyncpg.Pool, told: History) -> None:
        assert await people(pool, "both") == [person(n) for n in (*range(1, 9), 11)]
        assert await people(pool, "roster_only") == [person(12), person(13)]
        assert await people(pool, "recipient_only") == [person(18), person(19)]

    async def test_without_a_category_all_that_needs_explaining_is_listed(
        self, pool: asyncpg.Pool, told: History
    ) -> None:
        assert await people(pool) == [person(n) for n in (12, 13, 18, 19)]

    async def test_counts_and_the_roster_s_head(self, pool: asyncpg.Pool, told: History) -> None:
        found = await reconciliation(pool, ORG, AUTUMN, await last_index(pool))
        wanted = {
            "both": 9,
            "roster_only": 2,
            "recipient_only": 2,
            "recipient_only_members": 0,
            "recipient_only_non_members": 2,
            "twice": 0,
            "recipients": 11,
            "recipients_not_members": 2,
            "stated_otherwise": 0,
            "deliveries": 11,
            "portions": 12,
            "signed": 0,
            "first_issued_on": date(2022, 9, 7),
            "last_issued_on": date(2022, 9, 8),
        }
        assert found.counts == wanted
        assert found.roster_complete
        assert found.programme.roster_count == 11

    async def test_a_person_served_twice_is_found_whoever_reported_it(
        self, pool: asyncpg.Pool, simulated: Ingest, told: History
    ) -> None:
        told.from_outside(gift(AUTUMN, "mid_autumn", 3, "2022-09-09"))
        await told.told(simulated)
        found = await reconciliation(pool, ORG, AUTUMN, await last_index(pool), category="twice")
        assert [(p["person_id"], p["deliveries"]) for p in found.people] == [(person(3), 2)]
        assert len(found.people[0]["events"]) == 2

    async def test_a_returned_gift_is_not_received_from_then_on(
        self, pool: asyncpg.Pool, simulated: Ingest, told: History
    ) -> None:
        before = await last_index(pool)
        await told(returned(AUTUMN, 4, "2022-09-10")).told(simulated)
        now = await reconciliation(pool, ORG, AUTUMN, await last_index(pool))
        assert (now.counts["both"], now.counts["roster_only"]) == (8, 3)
        then = await reconciliation(pool, ORG, AUTUMN, before)
        assert (then.counts["both"], then.counts["roster_only"]) == (9, 2)

    async def test_a_recipient_who_states_being_on_the_roster_and_is_not(
        self, pool: asyncpg.Pool, simulated: Ingest, told: History
    ) -> None:
        told.from_outside(gift(AUTUMN, "mid_autumn", 20, "2022-09-09", on_roster=True))
        await told.told(simulated)
        found = await reconciliation(pool, ORG, AUTUMN, await last_index(pool))
        assert found.counts["stated_otherwise"] == 1

    async def test_pages_follow_each_other_by_person(
        self, pool: asyncpg.Pool, told: History
    ) -> None:
        at, after, seen = await last_index(pool), "", []
        while True:
            page = await reconciliation(
                pool, ORG, AUTUMN, at, category="both", after=after, limit=4
            )
            seen += [each["person_id"] for each in page.people]
            if page.next is None:
                break
            after = page.next
        assert seen == [person(n) for n in (*range(1, 9), 11)]

    async def test_a_programme_nobody_opened_is_unknown(
        self, pool: asyncpg.Pool, told: History
    ) -> None:
        with pytest.raises(Unknown, match="unknown-programme"):
            await reconciliation(pool, ORG, "winter-2022", await last_index(pool))

    async def test_before_its_roster_was_known_there_is_none(
        self, pool: asyncpg.Pool, told: History
    ) -> None:
        names = [envelope.type.split(".")[2] for envelope in told.envelopes]
        opened = names.index("ProgrammeOpened") + 1
        found = await reconciliation(pool, ORG, SPRING, opened)
        assert found.programme.roster_as_of is None
        assert not found.roster_complete
