"""What else must hold of a line: asked of the facts as known at the same time, never assumed."""

from datetime import date
from typing import get_args

import asyncpg

from services.reporting.figures import BY_NAME
from services.reporting.figures.definition import Only
from services.reporting.ingest.apply import Ingest
from services.reporting.queries.beyond_the_list import CONDITIONS, holds
from services.reporting.queries.figures import Value, values_at
from services.reporting.queries.knowledge import Period
from tests.examples.benefits import member_insured
from tests.examples.events import incident_reported, period_attested
from tests.examples.members import members_merged, staff_registered
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import joined, left, person, staffed

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))


def test_every_condition_has_its_sql() -> None:
    assert CONDITIONS.keys() == set(get_args(Only))
    assert holds(None, "$5") == "true"
    assert "{" not in "".join(holds(only, "$5") for only in CONDITIONS)


async def value(pool: asyncpg.Pool, name: str, at: int) -> Value:
    return (await values_at(pool, ORG, YEAR, at, [BY_NAME[name]]))[name]


async def test_people_whose_gender_nobody_registered_are_told_beside_the_women(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        *(
            member_insured(
                occurred_on="2022-03-15", policy_id="a", plan="ankang", person_id=person(n)
            )
            for n in (1, 2, 3)
        ),
        staff_registered(person_id=person(1), gender="female"),
        staff_registered(person_id=person(2), gender="male"),
    ).told(simulated)
    name = "ankang_insured_women"
    assert ((then := await value(pool, name, 3)).value, then.without_gender) == (0, 3)
    assert "3名性别未登记,未计入" in then.notes
    assert ((now := await value(pool, name, 5)).value, now.without_gender) == (1, 1)


async def test_a_woman_whose_records_were_merged_and_merged_again_is_one_woman(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    insured = member_insured(
        occurred_on="2022-03-15", policy_id="a", plan="ankang", person_id=person(1)
    )
    await History()(
        insured,
        staff_registered(person_id=person(4), gender="female"),
        *(members_merged(person_id=person(n), kept_person_id=person(n + 1)) for n in (1, 2, 3)),
    ).told(simulated)
    name = "ankang_insured_women"
    told = [await value(pool, name, at) for at in (2, 3, 4, 5)]
    assert [(each.value, each.without_gender) for each in told] == [(0, 1)] * 3 + [(1, 0)]


async def test_of_a_stock_those_are_without_gender_who_stand_at_its_end_from_whenever(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        joined(1, "2019-03-01"), joined(2, "2022-03-01"), joined(3, "2023-03-01"),
        joined(4, "2019-03-01"), left(4, "2022-06-30"), joined(5, "2019-03-01"), staffed(5),
        members_merged(person_id=person(1), kept_person_id=person(2)),
    ).told(simulated)  # fmt: skip
    name = "women_members_on_roll"
    assert ((then := await value(pool, name, 7)).value, then.without_gender) == (0, 2)
    assert (await value(pool, name, 8)).without_gender == 1, "two records of one person"


async def test_a_month_ceases_to_be_free_when_an_incident_becomes_known(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        period_attested(occurred_on="2022-07-01", month="2022-06", subject="safety"),
        incident_reported(occurred_on="2022-06-30", subject="safety"),
    ).told(simulated)
    assert (await value(pool, "incident_free_months_safety", 1)).value == 1
    assert (await value(pool, "incident_free_months_safety", 2)).value == 0
