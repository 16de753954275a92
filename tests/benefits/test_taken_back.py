"""What members takes back or corrects, our own copy of it takes back and corrects, in any order."""

from datetime import date
from itertools import permutations

from services.benefits.queries import people
from shared.contract.members import MembersEvent
from shared.testing.http import InProcess
from tests.benefits.requests import ANN, BO, CHILD, ORG
from tests.examples.members import (
    dependant_declared,
    member_changed,
    member_joined,
    membership_withdrawn,
    registration_withdrawn,
    staff_registered,
)

DAY = date(2022, 3, 1)
JIA = "p-jia001"
STREAM = f"{ORG}/person-{JIA}"


async def members(service: InProcess) -> list[str]:
    return await people.belonging(service.store.pool, ORG, "members", DAY)


async def hear(service: InProcess, order: tuple[int, ...], said: list[MembersEvent]) -> None:
    for version in order:
        await service.hear(STREAM, said[version - 1], after=version - 1)


async def test_a_membership_withdrawn_was_none_and_what_is_entered_anew_is_one(
    service: InProcess,
) -> None:
    said: list[MembersEvent] = [
        member_joined(person_id=JIA, occurred_on="2020-01-01"),
        membership_withdrawn(person_id=JIA, entry_version=1),
        member_joined(person_id=JIA, occurred_on="2022-06-01"),
    ]
    for order in permutations((1, 2, 3)):
        await hear(service, order, said)
        assert await members(service) == [ANN, BO]
        late = await people.belonging(service.store.pool, ORG, "members", date(2022, 6, 1))
        assert late == [ANN, BO, JIA]


async def test_a_post_withdrawn_was_none(service: InProcess) -> None:
    stream = f"person-{ANN}"
    event = registration_withdrawn(entry_stream=stream, entry_version=1)
    await service.hear(f"{ORG}/{stream}", event, after=3)
    assert ANN not in await people.belonging(service.store.pool, ORG, "staff", DAY)
    assert ANN in await members(service)


async def test_a_dependant_withdrawn_is_none_of_this_person_and_may_be_of_another(
    service: InProcess,
) -> None:
    pool, stream = service.store.pool, f"person-{ANN}"
    assert (await people.statuses_on(pool, ORG, DAY))[CHILD].is_dependant
    event = registration_withdrawn(entry_stream=stream, entry_version=3)
    await service.hear(f"{ORG}/{stream}", event, after=3)
    assert CHILD not in await people.statuses_on(pool, ORG, DAY)
    anew = dependant_declared(person_id=BO, dependant_id=CHILD, occurred_on="2021-01-01")
    await service.hear(f"{ORG}/person-{BO}", anew, after=3)
    assert (await people.statuses_on(pool, ORG, DAY))[CHILD].is_dependant


async def test_a_gender_corrected_was_always_so_until_it_is_registered_anew(
    service: InProcess,
) -> None:
    pool = service.store.pool
    said: list[MembersEvent] = [
        staff_registered(person_id=JIA, gender="male", occurred_on="2020-01-01"),
        member_changed(person_id=JIA, gender="female"),
    ]
    for order in permutations((1, 2)):
        await hear(service, order, said)
        assert JIA in await people.belonging(pool, ORG, "women_staff", DAY)
    back = staff_registered(person_id=JIA, gender="male", occurred_on="2022-01-01", spell=2)
    await service.hear(STREAM, back, after=2)
    assert JIA not in await people.belonging(pool, ORG, "women_staff", DAY)
    assert JIA in await people.belonging(pool, ORG, "women_staff", date(2021, 1, 1))
