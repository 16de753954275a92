"""A context's own copy of which unions and people there are, as members says it.

What a command is answered while the copy lags is in the contexts' test_api.py.
"""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor, DomainEvent
from shared.contract.members import EVENTS
from shared.errors import ContractViolation, Invalid, NotPermitted, NotYet, Unknown
from shared.eventstore.database import open_pool
from shared.eventstore.request import Request
from shared.eventstore.store import EventStore
from shared.replicas.members import (
    REACTIONS,
    heard_version,
    person_stream,
    require_caught_up,
    require_known,
    union_is_simulated,
    unknown_people,
)
from shared.testing.http import recorded
from tests.databases import NewDatabase
from tests.examples.members import (
    dependant_declared,
    member_joined,
    organisation_registered,
    staff_registered,
)

ANN, BO, CHILD = "p-000001", "p-000002", "p-000009"
CLERK = Actor("clerk-1", "clerk", frozenset({"clerk"}), frozenset({"tjtc"}))
ASKED = Request(CLERK, "tjtc", None, b"body", "correlation")


@pytest.fixture
async def store(new_database: NewDatabase) -> AsyncIterator[EventStore]:
    pool = await open_pool(await new_database("shared.eventstore", "services.events"), size=2)
    yield EventStore(pool, system_clock, source_of("events"))
    await pool.close()


async def hear(pool: asyncpg.Pool, event: DomainEvent, version: int = 1) -> None:
    statement = REACTIONS[type(event)](event, recorded(event, event.stream_of(), version))
    await pool.executemany(statement.sql, statement.rows)


def union(simulated: bool = False, org_id: str = "tjtc") -> DomainEvent:
    return organisation_registered(org_id=org_id, simulated=simulated)


def test_whatever_members_says_moves_the_copy() -> None:
    assert set(REACTIONS) == set(EVENTS)


async def test_who_was_spoken_of_is_known_in_that_union_and_no_other(store: EventStore) -> None:
    await hear(store.pool, staff_registered(person_id=ANN))
    await hear(store.pool, dependant_declared(person_id=BO, dependant_id=CHILD))
    assert await unknown_people(store.pool, "tjtc", [ANN, BO, CHILD, "p-999999"]) == {"p-999999"}
    assert await unknown_people(store.pool, "tjjt", [ANN]) == {ANN}
    assert await unknown_people(store.pool, "tjtc", []) == set()


async def test_hearing_it_late_or_again_changes_nothing(store: EventStore) -> None:
    stream = person_stream("tjtc", ANN)
    for version, heard in ((2, 2), (1, 2), (2, 2), (5, 5)):
        await hear(store.pool, member_joined(person_id=ANN), version)
        assert await heard_version(store.pool, stream) == heard
    await hear(store.pool, dependant_declared(person_id=BO, dependant_id=ANN))
    assert await heard_version(store.pool, stream) == 5
    assert await heard_version(store.pool, "tjtc/会员-无") == 0


@pytest.mark.parametrize("simulated", [True, False])
async def test_a_union_is_known_with_its_clock(store: EventStore, simulated: bool) -> None:
    assert await union_is_simulated(store.pool, "tjtc") is None
    await hear(store.pool, union(simulated))
    assert await union_is_simulated(store.pool, "tjtc") is simulated
    await require_known(store, ASKED._replace(simulated=simulated))
    with pytest.raises(NotPermitted, match="simulated-union-refused"):
        await require_known(store, ASKED._replace(simulated=not simulated))


async def test_a_union_of_the_other_clock_is_none_and_a_clock_is_never_another_later(
    store: EventStore,
) -> None:
    """It would lock every real command of the union out."""
    event = union(simulated=True)
    with pytest.raises(ContractViolation, match="attribute-invalid"):
        REACTIONS[type(event)](event, recorded(event, "tjtc/organisation", 1, simulated=False))
    await hear(store.pool, union(simulated=False))
    await hear(store.pool, union(simulated=True), 2)
    assert await union_is_simulated(store.pool, "tjtc") is False


async def test_a_union_heard_of_later_is_known_from_then_on(store: EventStore) -> None:
    with pytest.raises(Unknown, match="unknown-union"):
        await require_known(store, ASKED)
    await hear(store.pool, union())
    await require_known(store, ASKED)


async def test_everyone_who_is_not_known_is_listed_by_row(store: EventStore) -> None:
    await hear(store.pool, union())
    await hear(store.pool, staff_registered(person_id=ANN))
    await require_known(store, ASKED, [ANN])
    with pytest.raises(Invalid, match="unknown-member") as why:
        await require_known(store, ASKED, [BO, ANN, CHILD])
    rows = [(row["row"], row["person_id"]) for row in why.value.errors]
    assert rows == [(1, BO), (3, CHILD)]


async def test_who_wrote_what_the_copy_has_not_heard_is_to_wait(store: EventStore) -> None:
    await hear(store.pool, union())
    ann = person_stream("tjtc", ANN)
    behind = ASKED._replace(after=f"tjtc/organisation@1, {ann}@2")
    for version in (0, 1):
        if version:
            await hear(store.pool, staff_registered(person_id=ANN), version)
        with pytest.raises(NotYet, match=f"holds version {version} of {ann}, you wrote 2"):
            await require_caught_up(store, behind)
    with pytest.raises(NotYet, match="members-behind"):
        await require_known(store, behind, [BO])
    await require_known(store, behind, [ANN])
    await hear(store.pool, member_joined(person_id=ANN), 2)
    await require_caught_up(store, behind)


async def test_while_the_copy_is_refilled_who_is_known_is_and_nobody_is_unknown_for_good(
    store: EventStore,
) -> None:
    with pytest.raises(Unknown, match="unknown-union"):
        await require_known(store, ASKED)
    await store.pool.execute("INSERT INTO replica_refills VALUES ('/guildhall/members', 1, now())")
    await store.pool.execute("CREATE SCHEMA refill_members")
    await store.pool.execute("CREATE TABLE refill_members.subscription_positions (next_offset int)")
    with pytest.raises(NotYet, match="copy-being-refilled"):
        await require_known(store, ASKED)
    await hear(store.pool, union())
    await hear(store.pool, staff_registered(person_id=ANN))
    await require_known(store, ASKED, [ANN])
    with pytest.raises(NotYet, match=r"copy-being-refilled: .* 0 of 0 records"):
        await require_known(store, ASKED, [ANN, BO])
    await store.pool.execute("UPDATE replica_refills SET began_at = NULL")
    with pytest.raises(Invalid, match="unknown-member"):
        await require_known(store, ASKED, [ANN, BO])
