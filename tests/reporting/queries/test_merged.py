"""Two records of one person count as one, as known from the merge on, until it is undone."""

from datetime import date

import asyncpg

from services.reporting.figures import BY_NAME
from services.reporting.ingest.apply import Ingest
from services.reporting.queries.facts import read_facts
from services.reporting.queries.figure_difference import difference
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
    assert await merged(pool, ORG, 4) == {
        person(1): person(3), person(2): person(3), person(5): person(5), person(6): person(5),
    }  # fmt: skip


async def test_a_merge_is_the_cause_of_the_line_that_is_counted_no_more(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await merging(2, 1).told(simulated, [3, 1])
    for known, change, cause in (((3, 4), "went", "Merged"), ((4, 5), "came", "Unmerged")):
        (line,) = (await difference(pool, ORG, PEOPLE, YEAR, known)).lines
        assert (line["change"], line["subject"]) == (change, person(2))
        assert (line["event"]["log_index"], line["because"]["log_index"]) == (2, known[1])
        assert line["because"]["type"] == f"guildhall.members.Members{cause}.v1"
    assert (await difference(pool, ORG, PEOPLE, YEAR, (3, 5))).lines == []


async def test_whatever_was_merged_the_lines_are_the_difference_of_the_number_of_people(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    """Chains, undone and made anew, and people merged into others than before."""
    gifts = [
        gift(programme, "spring_festival", n, "2022-01-20")
        for n in range(1, 7)
        for programme in ("spring", "spring-late")[: 1 + n % 2]
    ]
    history = History()(*gifts)
    for at, (record, kept) in enumerate(((3, 2), (2, 1), (5, 4), (2, 4), (3, 6))):
        into = {"person_id": person(record), "kept_person_id": person(kept)}
        history(members_merged(**into))
        if at % 2:
            history(members_unmerged(**into), members_merged(**into))
    await history.told(simulated)
    counts = {at: await people(pool, at) for at in range(len(gifts), len(history.envelopes) + 1)}
    assert len(set(counts.values())) > 3
    for early, before in counts.items():
        for late in range(early, max(counts) + 1):
            found = (await difference(pool, ORG, PEOPLE, YEAR, (early, late))).lines
            moved = [line["change"] for line in found]
            assert moved.count("came") - moved.count("went") == counts[late] - before
            assert all(early < line["because"]["log_index"] <= late for line in found)
