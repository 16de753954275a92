"""One fact told by two sources counts once, and the other telling is shown beside the figure."""

from datetime import date

import asyncpg
import pytest

from services.reporting.figures import BY_NAME
from services.reporting.ingest.apply import Ingest
from services.reporting.queries.facts import read_facts
from services.reporting.queries.figure_events import Cursor, Page, events_of
from services.reporting.queries.figures import Value, values_at, values_listed
from services.reporting.queries.knowledge import Period
from services.reporting.queries.verdicts import verdicts
from services.reporting.rules.formulas.shared_terms import holiday_gifts
from shared.contract.catalogue import source_of
from shared.contract.envelope import DomainEvent
from tests.examples.events import (
    activity_held,
    attendance_recorded,
    incident_reported,
    issue_raised,
    participant_registered,
    period_attested,
    resolution_passed,
    volunteer_service_recorded,
)
from tests.reporting.history import CANTEEN, History
from tests.reporting.records import ORG
from tests.reporting.year import closed, gift, joined, person, returned, staffed

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
CAME = {"occurred_on": "2022-06-01", "activity_id": "a"}

FACTS: dict[str, DomainEvent] = {
    "gift_spring_festival_portions": gift("s", "spring_festival", 1, "2022-01-20"),
    "gift_spring_festival_amount": gift("s", "spring_festival", 1, "2022-01-20"),
    "gift_spring_festival_members": gift("s", "spring_festival", 1, "2022-01-20"),
    "attendances": attendance_recorded(**CAME, person_id=person(1)),
    "incidents": incident_reported(occurred_on="2022-03-03"),
    "issues_open": issue_raised(occurred_on="2021-03-03"),
}


async def value(pool: asyncpg.Pool, name: str, at: int = 99) -> Value:
    figures = [BY_NAME[name]]
    listed = await values_listed(pool, ORG, YEAR, at, figures)
    assert listed == await values_at(pool, ORG, YEAR, at, figures)
    return listed[name]


async def listed(pool: asyncpg.Pool, name: str) -> Page:
    return await events_of(pool, ORG, BY_NAME[name], YEAR, after=Cursor(99, 0, ""), limit=9)


@pytest.mark.parametrize("first", ["own", "outside"])
@pytest.mark.parametrize("name", FACTS)
async def test_what_two_sources_tell_counts_once_and_says_so(
    pool: asyncpg.Pool, simulated: Ingest, name: str, first: str
) -> None:
    fact, history = FACTS[name], History()
    _ = history(fact).from_outside(fact) if first == "own" else history.from_outside(fact)(fact)
    await history.told(simulated)
    found = await value(pool, name)
    assert (found.lines, found.told_twice) == (1, 1)
    assert "1项另有来源报告,只计一次" in found.notes
    page = await listed(pool, name)
    assert [event["source"] == CANTEEN for event in page.events] == [False]
    assert [each["source"] for each in page.conflicts] == [CANTEEN]


@pytest.mark.parametrize("name", FACTS)
async def test_what_one_source_tells_alone_is_no_conflict(
    pool: asyncpg.Pool, simulated: Ingest, name: str
) -> None:
    await History().from_outside(FACTS[name]).told(simulated)
    found = await value(pool, name)
    assert (found.lines, found.told_twice) == (1, 0)
    assert (await listed(pool, name)).conflicts == []


OF_ONE_DAY: dict[str, tuple[DomainEvent, DomainEvent]] = {
    "attendances": (
        attendance_recorded(**CAME, person_id=person(1), session=1),
        attendance_recorded(**CAME, person_id=person(1), session=2),
    ),
    "volunteer_days": (
        volunteer_service_recorded(person_id=person(1), service="blood-drive", days=1),
        volunteer_service_recorded(person_id=person(1), service="marathon", days=1),
    ),
}


@pytest.mark.parametrize("name", OF_ONE_DAY)
async def test_two_facts_of_one_day_and_person_do_not_fall_into_one(
    pool: asyncpg.Pool, simulated: Ingest, name: str
) -> None:
    ours, theirs = OF_ONE_DAY[name]
    await History()(ours).from_outside(theirs, ours).told(simulated)
    found = await value(pool, name)
    assert (found.value, found.lines, found.told_twice) == (2, 2, 1)


async def test_different_facts_of_two_sources_are_added(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    festival = [gift("s", "spring_festival", n, "2022-01-20") for n in (1, 2)]
    came = [attendance_recorded(**CAME, person_id=person(n)) for n in (1, 2)]
    await History()(festival[0], came[0]).from_outside(festival[1], came[1]).told(simulated)
    for name in ("gift_spring_festival_portions", "attendances"):
        assert ((found := await value(pool, name)).lines, found.told_twice) == (2, 0)


async def test_what_the_owner_took_back_counts_as_the_other_source_told_it(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    told = gift("s", "spring_festival", 1, "2022-01-20")
    history = History()(told).from_outside(told)(returned("s", 1, "2022-02-01"))
    await history.told(simulated)
    name = "gift_spring_festival_portions"
    assert ((then := await value(pool, name, 2)).lines, then.told_twice) == (1, 1)
    assert ((now := await value(pool, name)).lines, now.told_twice) == (1, 0)


async def test_what_is_told_twice_is_found_by_the_rule_on_gifts_and_added_up_by_none(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    told = gift("s", "spring_festival", 1, "2022-01-20")
    await History().from_outside(told)(told).told(simulated)
    facts = await read_facts(pool, ORG, *YEAR, 99)
    assert len(facts.deliveries) == 2
    assert [delivery.source for delivery in holiday_gifts(facts)] == ["/guildhall/benefits"]
    found = [v for v in await verdicts(pool, ORG, *YEAR, 99) if v.rule == "evd-06"]
    assert [verdict.reason for verdict in found] == ["gift-twice"]


MET = {"occurred_on": "2022-03-03", "meeting_id": "m"}
OTHERWISE: dict[str, tuple[DomainEvent, DomainEvent]] = {
    "incidents": (
        incident_reported(occurred_on="2022-03-03", subject="safety"),
        incident_reported(occurred_on="2022-05-05", subject="public_opinion"),
    ),
    "members_admitted": (joined(1, "2022-02-01"), joined(1, "2022-03-01", "transferred_in")),
    "members_on_roll": (joined(1, "2021-02-01"), joined(1, "2020-03-01")),
    "staff_in_post": (staffed(1, "2015-09-01"), staffed(1, "2016-09-01", female=True)),
    "gifts_missed": (
        closed("s", "birthday", "2022-12-30", [1]),
        closed("s", "other", "2022-12-01", [1]),
    ),
    "resolutions_passed": (
        resolution_passed(**MET, resolution_id="a", votes_for=50),
        resolution_passed(**MET | {"occurred_on": "2022-03-04"}, resolution_id="a"),
    ),
    "activities_held": (
        activity_held(activity_id="a", session=1, kind="culture"),
        activity_held(activity_id="a", session=1, kind="sport"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERWISE)
async def test_of_one_thing_told_otherwise_ours_is_counted_and_the_other_is_shown(
    pool: asyncpg.Pool, simulated: Ingest, name: str
) -> None:
    ours, theirs = OTHERWISE[name]
    await History().from_outside(theirs)(ours).told(simulated)
    found = await value(pool, name)
    assert (found.lines, found.told_twice) == (1, 1)
    page = await listed(pool, name)
    assert [event["source"] for event in page.events] == [source_of(ours.CONTEXT)]
    assert [each["source"] for each in page.conflicts] == [CANTEEN]


async def test_an_incident_of_another_source_contradicts_our_month_and_ours_ends_theirs(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    said = {"occurred_on": "2022-07-01", "subject": "safety"}
    history = History()(period_attested(**said, month="2022-06")).from_outside(
        incident_reported(incident_id="theirs", occurred_on="2022-06-30", subject="safety"),
        period_attested(**said, month="2022-05"),
    )
    await history.told(simulated)
    found = await value(pool, "incident_free_months_safety")
    assert (found.value, found.contradicted) == (2, 1)
    assert "1项另有来源所报与此不符" in found.notes
    page = await listed(pool, "incident_free_months_safety")
    assert [each["item"].partition(":")[0] for each in page.conflicts] == ["incident"]
    assert (await value(pool, "incidents_safety")).value == 1
    history(incident_reported(incident_id="o", occurred_on="2022-05-01", subject="safety"))
    await history.told(simulated)
    assert (await value(pool, "incident_free_months_safety")).value == 1


OTHER_THINGS: dict[str, tuple[DomainEvent, DomainEvent]] = {
    "attendances": (
        attendance_recorded(**CAME, person_id=person(1)),
        attendance_recorded(occurred_on="2022-06-01", activity_id="b", person_id=person(1)),
    ),
    "registrations": (
        participant_registered(**CAME, person_id=person(1)),
        participant_registered(occurred_on="2022-06-01", activity_id="b", person_id=person(1)),
    ),
    "gifts_returned": (returned("s", 1, "2022-02-01"), returned("t", 1, "2022-02-01")),
}


@pytest.mark.parametrize("name", OTHER_THINGS)
async def test_two_things_of_one_person_and_day_are_two_whoever_tells_them(
    pool: asyncpg.Pool, simulated: Ingest, name: str
) -> None:
    before = [gift(each, "spring_festival", 1, "2022-01-20") for each in ("s", "t")]
    ours, theirs = OTHER_THINGS[name]
    await History()(before[0], ours).from_outside(before[1], theirs).told(simulated)
    assert ((found := await value(pool, name)).lines, found.told_twice) == (2, 0)
