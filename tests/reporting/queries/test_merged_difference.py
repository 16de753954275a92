"""A merge that makes a line count no more, or again, is named as its cause."""

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.queries.figure_difference import difference
from tests.examples.members import members_merged, members_unmerged
from tests.reporting.history import History
from tests.reporting.queries.test_merged import PEOPLE, YEAR, merging, people
from tests.reporting.records import ORG
from tests.reporting.year import gift, person


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
