"""What our copy holds after members spoke, on a real PostgreSQL; repeating changes nothing."""

import asyncpg
import pytest

from services.events.reactions import REACTIONS
from shared.contract import members
from shared.replicas import members as replica
from shared.testing.http import TEST_ORG, InProcess
from tests.events.requests import (
    ANN,
    BODIES,
    CAI,
    STRANGER,
)
from tests.examples.members import dependant_declared, organisation_registered, staff_registered


async def test_a_union_is_known_with_its_clock(service: InProcess) -> None:
    pool = service.store.pool
    assert await replica.union_is_simulated(pool, "realunion") is None
    await service.hear("realunion/organisation", organisation_registered(org_id="realunion"))
    assert await replica.union_is_simulated(pool, "realunion") is False
    assert await replica.union_is_simulated(pool, TEST_ORG) is True


async def test_a_person_is_known_in_their_union_once_anything_is_said_of_them(
    service: InProcess,
) -> None:
    pool = service.store.pool
    assert await replica.unknown_people(pool, TEST_ORG, [ANN, STRANGER]) == {STRANGER}
    await service.hear(f"{TEST_ORG}/person-{STRANGER}", staff_registered(person_id=STRANGER))
    assert await replica.unknown_people(pool, TEST_ORG, [ANN, STRANGER]) == set()
    assert await replica.unknown_people(pool, "other", [ANN]) == {ANN}


async def test_a_dependant_is_known_through_the_member_who_declared_them(
    service: InProcess,
) -> None:
    stream, child = f"{TEST_ORG}/person-{ANN}", "p-annschild"
    await service.hear(stream, dependant_declared(person_id=ANN, dependant_id=child), after=1)
    assert await replica.unknown_people(service.store.pool, TEST_ORG, [child]) == set()
    assert await replica.heard_version(service.store.pool, stream) == 2


async def test_what_is_heard_again_changes_nothing(service: InProcess) -> None:
    stream = f"{TEST_ORG}/person-{CAI}"
    await service.hear(stream, staff_registered(person_id=CAI), after=4)
    await service.hear(stream, staff_registered(person_id=CAI))
    assert await replica.heard_version(service.store.pool, stream) == 5
    await service.hear(f"{TEST_ORG}/organisation", organisation_registered(simulated=True))
    assert await replica.union_is_simulated(service.store.pool, TEST_ORG) is True


async def test_what_our_copy_hears_while_a_command_looks_it_up_is_known(
    service: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    position, plan = replica.heard_version, BODIES["plan-activity"]

    async def heard_meanwhile(pool: asyncpg.Pool, stream: str) -> int:
        await service.hear(stream, organisation_registered(org_id="nowhere", simulated=True))
        return await position(pool, stream)

    monkeypatch.setattr(replica, "heard_version", heard_meanwhile)
    after = {"Guildhall-After": "nowhere/organisation@1"}
    answer = await service.command("plan-activity", plan, org="nowhere", headers=after)
    assert answer.status_code == 201, answer.text


def test_every_event_of_members_moves_the_position() -> None:
    assert set(REACTIONS) == set(members.EVENTS)
