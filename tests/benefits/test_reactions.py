"""Our own copy of what members says: who was what on which day, however the facts arrive."""

from collections.abc import Sequence
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from services.benefits.domain.people import PersonStatus
from services.benefits.queries import people
from services.benefits.reactions import REACTIONS
from shared.contract.members import (
    EVENTS,
    MembersEvent,
)
from shared.contract.values import Population
from shared.replicas import members as replica
from shared.testing.http import InProcess, recorded
from tests.benefits.requests import (
    ANN,
    BO,
    CAI,
    CHILD,
    ORG,
    STRANGER,
)
from tests.examples.members import (
    member_died,
    member_joined,
    member_left,
    member_retired,
    member_transferred_out,
    staff_count_declared,
    staff_left,
    staff_registered,
)

JIA = "p-jia001"
JOINED = date(2020, 3, 1)
ENDED = date(2022, 3, 1)
EVE, NEXT = date(2022, 2, 28), date(2022, 3, 2)
JIA_JOINED = member_joined(person_id=JIA, occurred_on=JOINED)


async def says(service: InProcess, *events: MembersEvent) -> None:
    await service.hear(f"{ORG}/person-{JIA}", *events)


async def belongs(service: InProcess, population: Population, on: date) -> bool:
    return JIA in await people.belonging(service.store.pool, ORG, population, on)


async def status(service: InProcess, on: date) -> PersonStatus | None:
    return (await people.statuses_on(service.store.pool, ORG, on)).get(JIA)


async def test_every_fact_of_members_is_heard() -> None:
    assert set(REACTIONS) == set(EVENTS)


async def test_a_member_is_one_from_the_day_of_joining_on(service: InProcess) -> None:
    await says(service, JIA_JOINED)
    assert not await belongs(service, "members", date(2020, 2, 29))
    assert await belongs(service, "members", JOINED)


@pytest.mark.parametrize(
    "ending",
    [
        member_left(occurred_on=ENDED, person_id=JIA, reason="resigned"),
        member_transferred_out(occurred_on=ENDED, person_id=JIA),
        member_died(occurred_on=ENDED, person_id=JIA),
        member_retired(occurred_on=ENDED, person_id=JIA, membership_retained=False),
    ],
)
async def test_a_member_is_none_on_the_day_the_membership_ended(
    service: InProcess, ending: MembersEvent
) -> None:
    await says(service, JIA_JOINED, ending)
    assert await belongs(service, "members", EVE)
    assert not await belongs(service, "members", ENDED)


async def test_a_person_is_in_post_up_to_and_including_the_last_day(service: InProcess) -> None:
    left = staff_left(occurred_on=ENDED, person_id=JIA, reason="resigned")
    await says(service, staff_registered(person_id=JIA, occurred_on=JOINED, gender="female"), left)
    for population in ("staff", "women_staff"):
        assert await belongs(service, population, ENDED)
        assert not await belongs(service, population, NEXT)


async def test_women_staff_are_women_in_post(service: InProcess) -> None:
    await says(service, staff_registered(person_id=JIA, occurred_on=JOINED, gender="male"))
    assert await belongs(service, "staff", ENDED)
    assert not await belongs(service, "women_staff", ENDED)


async def test_a_retired_member_who_kept_membership_is_a_member_and_retired(
    service: InProcess,
) -> None:
    await says(service, JIA_JOINED, member_retired(occurred_on=ENDED, person_id=JIA))
    assert await status(service, EVE) == PersonStatus(is_member=True)
    assert await status(service, ENDED) == PersonStatus(is_member=True, is_retired=True)
    assert await belongs(service, "members", NEXT)


async def test_who_joins_again_is_a_member_again_and_the_gap_stays(service: InProcess) -> None:
    left = member_left(occurred_on=date(2021, 1, 1), person_id=JIA)
    again = member_joined(occurred_on=ENDED, person_id=JIA, kind="rejoined", from_org=None)
    await says(service, JIA_JOINED, left, again)
    days = [(EVE, False), (ENDED, True), (date(2020, 12, 31), True), (date(2021, 1, 1), False)]
    for day, expected in days:
        assert await belongs(service, "members", day) == expected, day


async def test_of_two_facts_of_one_day_the_later_said_holds(service: InProcess) -> None:
    left = member_left(occurred_on=ENDED, person_id=JIA, reason="other")
    again = member_joined(occurred_on=ENDED, person_id=JIA, kind="rejoined", from_org=None)
    await says(service, JIA_JOINED, left, again)
    assert await belongs(service, "members", ENDED)


async def test_facts_heard_twice_or_in_another_order_make_the_same_copy(service: InProcess) -> None:
    facts: Sequence[Any] = (
        staff_registered(person_id=JIA, occurred_on=JOINED),
        JIA_JOINED,
        member_retired(occurred_on=ENDED, person_id=JIA),
    )
    found = set()
    for order in permutations(enumerate(facts, start=1)):
        pool = service.store.pool
        await pool.execute("DELETE FROM known_changes WHERE person_id = $1", JIA)
        for version, event in (*order, *order):
            envelope = recorded(event, f"{ORG}/person-{JIA}", version)
            statement = REACTIONS[type(event)](event, envelope)
            await pool.executemany(statement.sql, statement.rows)
        found.add((await status(service, EVE), await status(service, ENDED)))
        assert await replica.heard_version(pool, f"{ORG}/person-{JIA}") == 3
    assert found == {
        (
            PersonStatus(is_member=True, is_staff=True),
            PersonStatus(is_member=True, is_retired=True, is_staff=True),
        ),
    }


async def test_the_copy_knows_people_dependants_and_how_far_it_has_heard(
    service: InProcess,
) -> None:
    pool = service.store.pool
    assert await replica.unknown_people(pool, ORG, [ANN, CHILD, STRANGER, CAI]) == {STRANGER}
    assert await replica.unknown_people(pool, "tjjt", [ANN]) == {ANN}
    await service.hear(
        f"{ORG}/organisation",
        staff_count_declared(occurred_on=ENDED, staff=520),
        after=1,
    )
    assert await replica.heard_version(pool, f"{ORG}/organisation") == 2
    assert await replica.heard_version(pool, f"{ORG}/person-{STRANGER}") == 0


async def test_everybodys_status_comes_in_one_answer(service: InProcess) -> None:
    assert await people.statuses_on(service.store.pool, ORG, ENDED) == {
        ANN: PersonStatus(is_member=True, is_staff=True),
        BO: PersonStatus(is_member=True, is_retired=True, is_staff=True),
        CAI: PersonStatus(is_staff=True),
        CHILD: PersonStatus(is_dependant=True),
    }


async def test_another_unions_people_are_not_ours(service: InProcess) -> None:
    abroad = member_joined(org_id="tjjt", person_id=JIA, occurred_on=JOINED)
    await service.hear(f"tjjt/person-{JIA}", abroad)
    assert not await belongs(service, "members", ENDED)
    assert await people.belonging(service.store.pool, "tjjt", "members", ENDED) == [JIA]
