"""Whatever was forged in members' name, once it is disowned our copy is one that never saw it."""

import copy
import random
from collections.abc import AsyncIterator
from datetime import date
from typing import Any, NamedTuple

import asyncpg
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.benefits.reactions import REACTIONS, TABLES
from shared.contract.envelope import Envelope
from shared.contract.members import MembersEvent
from shared.eventstore.database import open_pool
from shared.eventstore.event_ids import uuid7
from shared.replicas import refill
from shared.replicas.apply import Replica
from shared.testing.author import Author
from tests.examples.members import (
    dependant_declared,
    member_joined,
    member_left,
    member_retired,
    members_merged,
    members_unmerged,
    membership_withdrawn,
    organisation_registered,
    staff_left,
    staff_registered,
)
from tests.shared.replicas.consumed import reader
from tests.shared.replicas.refilled import LOG, Topic, held

PEOPLE = tuple(f"p-{n:06d}" for n in range(4))
MADE = (staff_registered, staff_left, member_joined, member_left, member_retired)
EMPTIED = (*TABLES, "replica_events", "replica_heads", "replica_parked", "replica_quarantine",
    "replica_disowned", "replica_refills", "subscription_positions")  # fmt: skip


class Record(NamedTuple):
    """An event on the topic, and whether members wrote it."""

    envelope: Envelope
    is_forged: bool


def said(kind: int, person: str, day: date) -> MembersEvent:
    """Something about a person, their child or their union."""
    if kind < len(MADE):
        made: Any = MADE[kind]
        event: MembersEvent = made(person_id=person, occurred_on=day)
        return event
    if kind == len(MADE):
        return dependant_declared(person_id=person, dependant_id="p-ch1ld0", occurred_on=day)
    if kind == len(MADE) + 1:
        return membership_withdrawn(person_id=person, occurred_on=day)
    if kind == len(MADE) + 2:
        kept = PEOPLE[day.day % len(PEOPLE)]
        made_of = members_merged if day.month % 2 else members_unmerged
        return made_of(person_id=person, kept_person_id=kept, occurred_on=day)
    return organisation_registered(simulated=False)


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    """What members and a forger published, in turn: the forger knows the next sequences, and takes
    them, or comes too late. Some records come twice, some a little late."""
    office, records = Author("members"), list[Record]()
    forger, earlier = office, office
    steps = st.tuples(
        st.sampled_from(("office", "forger", "late forger")),
        st.integers(0, len(MADE) + 3),
        st.sampled_from(PEOPLE),
        st.dates(date(2019, 1, 1), date(2022, 1, 1)),
    )
    for who, kind, person, day in draw(st.lists(steps, min_size=1, max_size=24)):
        event = said(kind, person, day)
        if who == "office":
            earlier, forger = forger, copy.deepcopy(office)
            records.append(Record(office.write(event.stream_of(), event), False))
            forger = copy.deepcopy(office)
        else:
            as_of = copy.deepcopy(forger if who == "forger" else earlier)
            written = as_of.write(event.stream_of(), event)._replace(event_id=uuid7())
            records.append(Record(written, True))
    chance = random.Random(draw(st.integers(0, 99)))
    again = [each for each in records if chance.random() < 0.2]
    order = {n: n + chance.random() * draw(st.sampled_from((0, 3))) for n in range(len(records))}
    return [records[n] for n in sorted(order, key=order.__getitem__)] + again


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(database, size=3)
    yield pool
    await pool.close()


async def emptied(pool: asyncpg.Pool) -> Topic:
    """A copy that has heard nothing."""
    await pool.execute(f"TRUNCATE {', '.join(EMPTIED)}")
    await pool.execute("DROP SCHEMA IF EXISTS refill_members CASCADE")
    given = pool, "benefits", reader("members"), REACTIONS, TABLES
    return Topic(Replica(*given))


@settings(suppress_health_check=list(HealthCheck), max_examples=60)
@given(history=histories(), batch=st.integers(1, 9), data=st.data())
async def test_the_copy_is_as_one_that_never_saw_what_was_forged(
    pool: asyncpg.Pool, history: list[Record], batch: int, data: st.DataObject
) -> None:
    clean = await emptied(pool)
    await clean.hears(*(each.envelope for each in history if not each.is_forged), batch=batch)
    wanted = await held(pool, TABLES)

    topic = await emptied(pool)
    forged = {each.envelope.event_id: each.envelope for each in history if each.is_forged}
    begins = data.draw(st.integers(0, len(history)))
    at = {event_id: data.draw(st.integers(0, len(history))) for event_id in forged}
    for n, record in enumerate(history):
        await topic.disowned(*(forged[each] for each in forged if at[each] == n))
        if n == begins and (under_way := await refill.begin(topic.replica)) is not None:
            await topic.reads(topic.replica.beside(under_way), 0, data.draw(st.integers(0, n)))
        await topic.hears(record.envelope)
    await topic.disowned(*forged.values())
    await refill.settle(topic.replica)
    while await refill.begin(topic.replica) is not None:
        await topic.refill(batch)
    assert await held(pool, TABLES) == wanted
    assert (await topic.replica.positions())[*LOG, 0] == len(history)


BY_HAND = {
    "members_streams": "INSERT INTO members_streams VALUES ('tjtc/person-p-ghost1', 3)",
    "known_unions": "UPDATE known_unions SET simulated = NOT simulated",
    "known_merges": "DELETE FROM known_merges",
    "known_changes": "INSERT INTO known_changes (version, org_id, person_id,"
    " effective_on, is_member) VALUES (9, 'tjtc', 'p-ghost1', '2020-01-01', true)",
    "known_dependants": "UPDATE known_dependants SET declared_by = 'p-ghost1'",
    "known_withdrawals": "DELETE FROM known_withdrawals",
}
"""What a superuser does to our copy without an event: of every table."""


async def test_what_a_hand_did_to_our_copy_is_found_and_put_right_by_a_refill(
    pool: asyncpg.Pool,
) -> None:
    topic, office = await emptied(pool), Author("members")
    events = [said(kind, PEOPLE[0], date(2020, 1, 1)) for kind in range(len(MADE) + 4)]
    events += [members_merged(person_id=PEOPLE[1], kept_person_id=PEOPLE[2])]
    await topic.hears(*(office.write(each.stream_of(), each) for each in events))
    wanted = await held(pool, TABLES)
    assert BY_HAND.keys() == set(TABLES)
    for table, statement in BY_HAND.items():
        assert not (await pool.execute(statement)).endswith(" 0"), table
    assert await refill.begin(topic.replica) is None, "nobody asked, and no event says so"
    await refill.ask(pool, topic.replica.source, "operator", "a row was put in by hand")
    assert await topic.refill()
    assert await held(pool, TABLES) == wanted
    found = await refill.last(pool, topic.replica.source)
    assert found is not None
    assert (found["asked_by"], found["why"]) == ("operator", "a row was put in by hand")
    assert found["changed"].keys() == set(TABLES)
    assert found["changed"]["known_changes"] == {"removed": 1, "added": 0}
    assert await refill.begin(topic.replica) is None, "once"


async def test_every_table_that_a_reaction_writes_is_one_of_the_copy(pool: asyncpg.Pool) -> None:
    """Emptied of all of them, and read anew, nothing is left of before."""
    written = set()
    for kind in range(len(MADE) + 4):
        event = said(kind, PEOPLE[0], date(2020, 1, 1))
        reaction = REACTIONS[type(event)]
        sql = reaction(event, Author("members").write(event.stream_of(), event)).sql
        words = sql.split()
        written |= {words[n + 2] for n, word in enumerate(words) if word == "INSERT"}
    assert written == set(TABLES)
