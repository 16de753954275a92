"""A programme's frozen roster against who received: everyone is in one category, page by page."""

from datetime import date

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.projections.programmes import Programme
from services.reporting.queries.reconciliation import Category, Reconciliation, reconciliation
from shared.errors import Unknown
from tests.examples.members import members_merged, members_unmerged
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import AUTUMN, SPRING, gift, person, returned, three_counts


async def people(pool: asyncpg.Pool, category: Category | None = None) -> list[str]:
    found = await reconciliation(pool, ORG, AUTUMN, await last_index(pool), category=category)
    return [each["person_id"] for each in found.people]


@pytest.fixture
async def told(simulated: Ingest) -> History:
    history = three_counts(everyone_a_member=False)
    await history.told(simulated)
    return history


async def test_everyone_is_in_one_category(pool: asyncpg.Pool, told: History) -> None:
    assert await people(pool, "both") == [person(n) for n in (*range(1, 9), 11)]
    assert await people(pool, "roster_only") == [person(12), person(13)]
    assert await people(pool, "recipient_only") == [person(18), person(19)]


async def test_without_a_category_all_that_needs_explaining_is_listed(
    pool: asyncpg.Pool, told: History
) -> None:
    assert await people(pool) == [person(n) for n in (12, 13, 18, 19)]


async def test_counts_and_the_roster_s_head(pool: asyncpg.Pool, told: History) -> None:
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
    pool: asyncpg.Pool, simulated: Ingest, told: History
) -> None:
    told.from_outside(gift(AUTUMN, "mid_autumn", 3, "2022-09-09"))
    await told.told(simulated)
    found = await reconciliation(pool, ORG, AUTUMN, await last_index(pool), category="twice")
    assert [(p["person_id"], p["deliveries"]) for p in found.people] == [(person(3), 2)]
    assert len(found.people[0]["events"]) == 2


async def test_a_returned_gift_is_not_received_from_then_on(
    pool: asyncpg.Pool, simulated: Ingest, told: History
) -> None:
    before = await last_index(pool)
    await told(returned(AUTUMN, 4, "2022-09-10")).told(simulated)
    now = await reconciliation(pool, ORG, AUTUMN, await last_index(pool))
    assert (now.counts["both"], now.counts["roster_only"]) == (8, 3)
    then = await reconciliation(pool, ORG, AUTUMN, before)
    assert (then.counts["both"], then.counts["roster_only"]) == (9, 2)


async def test_a_recipient_who_states_being_on_the_roster_and_is_not(
    pool: asyncpg.Pool, simulated: Ingest, told: History
) -> None:
    told.from_outside(gift(AUTUMN, "mid_autumn", 20, "2022-09-09", on_roster=True))
    await told.told(simulated)
    found = await reconciliation(pool, ORG, AUTUMN, await last_index(pool))
    assert found.counts["stated_otherwise"] == 1


async def test_pages_follow_each_other_by_person(pool: asyncpg.Pool, told: History) -> None:
    at, after, seen = await last_index(pool), "", []
    while True:
        page = await reconciliation(pool, ORG, AUTUMN, at, category="both", after=after, limit=4)
        seen += [each["person_id"] for each in page.people]
        if page.next is None:
            break
        after = page.next
    assert seen == [person(n) for n in (*range(1, 9), 11)]


async def test_a_programme_nobody_opened_is_unknown(pool: asyncpg.Pool, told: History) -> None:
    with pytest.raises(Unknown, match="unknown-programme"):
        await reconciliation(pool, ORG, "winter-2022", await last_index(pool))


async def test_before_its_roster_was_known_there_is_none(pool: asyncpg.Pool, told: History) -> None:
    names = [envelope.type.split(".")[2] for envelope in told.envelopes]
    opened = names.index("ProgrammeOpened") + 1
    found = await reconciliation(pool, ORG, SPRING, opened)
    assert found.programme.roster_as_of is None
    assert not found.roster_complete


async def test_of_a_programme_nobody_opened_what_was_handed_out_is_told(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(gift("winter-2022", "birthday", 1, "2022-12-01")).told(simulated)
    found = await reconciliation(pool, ORG, "winter-2022", await last_index(pool))
    bare = Programme(ORG, "winter-2022", "/guildhall/benefits")
    assert (found.programme, found.counts["recipient_only"]) == (bare, 1)
    assert not found.roster_complete


@pytest.mark.parametrize(
    ("due", "seen", "count", "complete"),
    [(1, 1, 11, True), (2, 2, 11, True), (2, 1, 11, False), (1, 1, 12, False), (0, 0, 0, False)],
)
def test_a_roster_is_complete_with_every_chunk_and_everyone_it_stated(
    due: int, seen: int, count: int, complete: bool
) -> None:
    programme = Programme(
        ORG,
        AUTUMN,
        "/guildhall/benefits",
        roster_chunks_due=due,
        roster_chunks=seen,
        roster_count=count,
    )
    assert Reconciliation(programme, {}, [], None, 11).roster_complete == complete


async def test_two_records_of_one_person_are_one_on_the_roster_and_among_those_who_received(
    pool: asyncpg.Pool, simulated: Ingest, told: History
) -> None:
    """12 stood on the roster and received nothing; 18 received: they are one person. 1 and 2 both
    received: that person did twice."""
    before = await last_index(pool)
    pairs = ((18, 12), (2, 1))
    said = [members_merged(person_id=person(a), kept_person_id=person(b)) for a, b in pairs]
    await told(*said).told(simulated)
    now = await last_index(pool)
    for at, counted in ((before, (9, 2, 2, 0, 11)), (now, (9, 1, 1, 1, 10))):
        found = await reconciliation(pool, ORG, AUTUMN, at)
        names = ("both", "roster_only", "recipient_only", "twice", "recipients")
        assert tuple(found.counts[name] for name in names) == counted
        assert (found.counts["deliveries"], found.roster_complete) == (11, True)
    assert await people(pool, "twice") == [person(1)]
    assert person(12) in await people(pool, "both")
    parted = members_unmerged(person_id=person(18), kept_person_id=person(12))
    await told(parted).told(simulated)
    assert person(12) in await people(pool, "roster_only")
