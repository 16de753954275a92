"""Two records of one person count as one, as known from the merge on, until it is undone."""

from datetime import date

import asyncpg

from services.reporting.figures import BY_NAME
from services.reporting.ingest.apply import Ingest
from services.reporting.queries.facts import read_facts
from services.reporting.queries.figure_events import Cursor, events_of
from services.reporting.queries.figures import values_at
from services.reporting.queries.knowledge import Period
from services.reporting.queries.merged import merged
from tests.examples.members import members_merged, members_unmerged
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import gift, person

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
PEOPLE = BY_NAME["gift_spring_festival_members"]


def merging(record: int, kept: int) -> History:
    history = History()(
        *(gift("spring", "spring_festival", n, "2022-01-20") for n in (1, 2, 3)),
        members_merged(person_id=person(record), kept_person_id=person(kept)),
    )
    return history(members_unmerged(person_id=person(record), kept_person_id=person(kept)))


async def people(pool: asyncpg.Pool, at: int) -> int:
    return (await values_at(pool, ORG, YEAR, at, [PEOPLE]))[PEOPLE.name].value


async def test_who_has_two_records_is_one_recipient_until_they_are_told_apart(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await merging(2, 1).told(simulated, [3, 1])
    assert [await people(pool, at) for at in (3, 4, 5)] == [3, 2, 3]
    for limit in (1, 9):
        shown, repeated, after = [], 0, Cursor(4, 0, "")
        page = await events_of(pool, ORG, PEOPLE, YEAR, after=after, limit=limit)
        shown += [line["subject"] for line in page.events]
        repeated += len(page.repeats)
        assert len(shown) == min(limit, 2) and repeated == 1
    facts = await read_facts(pool, ORG, *YEAR, 4)
    assert sorted(each.person_id for each in facts.deliveries) == [person(1)] * 2 + [person(3)]


async def test_merges_lead_to_who_is_kept_in_the_end_and_a_circle_to_one(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    pairs = [(1, 2), (2, 3), (5, 6), (6, 5)]
    said = [members_merged(person_id=person(a), kept_person_id=person(b)) for a, b in pairs]
    await History()(*said).told(simulated)
    assert (await merged(pool, ORG, 4)).own == {
        person(1): person(3), person(2): person(3), person(5): person(5), person(6): person(5),
    }  # fmt: skip
