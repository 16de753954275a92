"""What another source says of a thing of ours refers to ours, and changes nothing of it."""

from datetime import date

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.figures import BY_NAME, values_at, values_listed
from services.reporting.queries.knowledge import Period
from services.reporting.queries.reconciliation import reconciliation
from services.reporting.queries.rosters import dated_counts
from services.reporting.queries.verdicts import verdicts
from shared.contract.members import StaffRegistered
from tests.examples.events import meeting_convened, resolution_passed
from tests.examples.members import member_changed, members_merged, staff_registered
from tests.reporting.history import CANTEEN, History
from tests.reporting.records import ORG
from tests.reporting.year import gift, insured, joined, person, programme, roster, signed

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
OURS = "/guildhall/benefits"


def a_festival() -> History:
    """Ours opens a programme with a roster of three; the canteen's till hands the gifts out."""
    return (
        History()(
            *(joined(n, "2021-05-01") for n in (1, 2, 3)),
            programme("s", "spring_festival", "2022-01-10"),
            roster("s", "2022-01-10", [1, 2, 3]),
        )
        .from_outside(*(gift("s", "spring_festival", n, "2022-01-20") for n in (1, 2, 3)))
        .from_outside(*(signed("s", n, "2022-01-20") for n in (1, 2, 3)))
    )


async def reasons(pool: asyncpg.Pool, rule: str) -> dict[str, str]:
    async with pool.acquire() as connection:
        found = await verdicts(connection, ORG, *YEAR, await last_index(pool))
    return {each.subject: each.reason for each in found if each.rule == rule}


async def value(pool: asyncpg.Pool, name: str) -> int:
    at, figures = await last_index(pool), [BY_NAME[name]]
    listed = await values_listed(pool, ORG, YEAR, at, figures)
    assert listed == await values_at(pool, ORG, YEAR, at, figures)
    return listed[name].value


async def test_gifts_of_a_till_are_judged_by_our_programme_roster_and_roll(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await a_festival().told(simulated)
    assert await reasons(pool, "wel-03") == {"programme:s": "goods-only"}
    assert (await reasons(pool, "wel-06")).keys() == {"programme:s"}
    assert "recipient" not in (await reasons(pool, "wel-06"))["programme:s"]
    at = await last_index(pool)
    (count,) = await dated_counts(pool, ORG, YEAR, at)
    assert (count.people, count.roster_count, count.unserved) == (
        3,
        3,
        0,
    )
    found = await reconciliation(pool, ORG, "s", at)
    assert (found.programme.source, found.counts["both"], found.roster_complete) == (OURS, 3, True)


async def test_a_source_that_opens_a_programme_of_the_same_id_has_one_of_its_own(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = a_festival()(gift("s", "spring_festival", 3, "2022-01-21"))
    history.from_outside(
        programme("s", "spring_festival", "2022-01-01", population="named"),
        roster("s", "2022-01-01", [1]),
    )
    await history.told(simulated)
    assert (await reasons(pool, "wel-03")).keys() == {"programme:s", "programme:s@canteen"}
    at = await last_index(pool)
    ours = await reconciliation(pool, ORG, "s", at)
    theirs = await reconciliation(pool, ORG, "s", at, source=CANTEEN)
    assert (ours.programme.source, ours.counts["both"], ours.counts["roster_only"]) == (OURS, 1, 2)
    assert (theirs.programme.source, theirs.programme.population) == (CANTEEN, "named")
    assert (theirs.counts["both"], theirs.counts["recipient_only"]) == (1, 2)


async def test_a_resolution_is_of_the_meeting_its_source_means(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    ours = {"meeting_id": "m", "occurred_on": "2022-03-01"}
    history = History()(
        meeting_convened(**ours, kind="staff_congress"),
        resolution_passed(**ours, resolution_id="a"),
    ).from_outside(resolution_passed(**ours, resolution_id="b"))
    await history.told(simulated)
    assert await value(pool, "staff_congress_resolutions") == 2
    history.from_outside(meeting_convened(**ours, kind="committee"))
    await history.told(simulated)
    assert await value(pool, "staff_congress_resolutions") == 1


async def test_who_is_a_woman_and_who_is_one_person_no_other_source_says_of_ours(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    cover = [insured("a", "ankang", n, "2022-03-15") for n in (1, 2)]
    history = History()(*(staffed(n, "female") for n in (1, 2)), *cover).from_outside(
        staffed(1, "male"),
        member_changed(person_id=person(2), gender="male", posts=1),
        members_merged(person_id=person(2), kept_person_id=person(1)),
    )
    await history.told(simulated)
    assert await value(pool, "ankang_insured_women") == 2
    assert await value(pool, "ankang_insured") == 2
    assert await value(pool, "women_staff_in_post") == 2


async def test_what_another_source_merged_is_one_in_what_it_tells(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(insured("a", "ankang", 1, "2022-03-15")).from_outside(
        *(insured("b", "ankang", n, "2022-03-15") for n in (2, 3)),
        members_merged(person_id=person(3), kept_person_id=person(2)),
        members_merged(person_id=person(1), kept_person_id=person(2)),
    )
    await history.told(simulated)
    assert await value(pool, "ankang_insured") == 2


def staffed(number: int, gender: str) -> StaffRegistered:
    return staff_registered(person_id=person(number), gender=gender, occurred_on="2015-09-01")
