"""A forged record on members' topic, or a real one that no reaction can take, in benefits' replica.

Shown on 2026-11-29: one record that named members' source, whatever its shard, sequence, salt or
mode, made a ghost known, who could claim; a registration with `simulated` locked a real union out;
a `StaffLeft` of 9999-12-31 was read again for ever, and benefits learned nothing any more.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from services.benefits.__main__ import PARTS
from services.benefits.queries import people
from services.benefits.reactions import REACTIONS
from shared.clock import system_clock
from shared.contract.envelope import Envelope, shard_of
from shared.contract.members import MembersEvent
from shared.kafka import acceptance
from shared.kafka.acceptance import owner
from shared.kafka.access import KafkaAccess
from shared.kafka.cloudevents import Record, position_header, to_record
from shared.replicas.apply import Replica
from shared.replicas.members import heard_version, unknown_people
from shared.replicas.records import Reader
from shared.replicas.subscription import Subscription
from shared.tasks import end
from shared.testing.author import Author, in_binary_mode
from shared.testing.http import TEST_ORG, InProcess, in_process
from shared.testing.topics import make_topic
from tests.benefits.requests import ANN, BO, FILE_CLAIM
from tests.databases import NewDatabase
from tests.examples.members import (
    member_joined,
    organisation_registered,
    staff_count_declared,
    staff_left,
    staff_registered,
)

GHOST = "p-gh0st0"
ORGANISATION = f"{TEST_ORG}/organisation"


@pytest.fixture
async def service(new_database: NewDatabase) -> AsyncIterator[InProcess]:
    """Benefits on the real clock, and nothing heard yet."""
    dsn = await new_database("shared.eventstore", "services.benefits")
    async with in_process(PARTS, dsn, system_clock) as running:
        yield running


@pytest.fixture
async def members(kafka: KafkaAccess, topic: str) -> AsyncIterator[str]:
    """A topic in members' place."""
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    await make_topic(admin, topic, 1)
    yield topic
    await admin.delete_topics([topic])
    await admin.close()


class Office:
    """Members as it speaks: each event in its stream, stamped and dense."""

    def __init__(self) -> None:
        self.author = Author("members")

    def says(self, *events: MembersEvent) -> list[Envelope]:
        return [self.author.write(event.stream_of(), event) for event in events]

    def opens(self) -> list[Envelope]:
        """A real union with one member."""
        return self.says(organisation_registered(simulated=False), *joined(ANN))


def joined(person: str) -> list[MembersEvent]:
    day = date(2016, 1, 1)
    return [
        staff_registered(person_id=person, occurred_on=day),
        member_joined(person_id=person, occurred_on=day),
    ]


@asynccontextmanager
async def following(
    service: InProcess, kafka: KafkaAccess, topic: str, reactions: Any = REACTIONS
) -> AsyncIterator[None]:
    """The service's replica of members, at work on the topic."""
    reader = Reader(topic, owner("members"), allow_simulated=False)
    replica = Replica(service.store.pool, "benefits", reader, reactions)
    task = asyncio.create_task(Subscription(replica, kafka).run())
    try:
        yield
    finally:
        await end(task)


async def publish(kafka: KafkaAccess, topic: str, records: Iterable[Record | Envelope]) -> None:
    producer = AIOKafkaProducer(**kafka.client())
    await producer.start()
    for each in records:
        record = to_record(each) if isinstance(each, Envelope) else each
        await producer.send_and_wait(topic, record.value, record.key, 0, headers=record.headers)
    await producer.stop()


async def known(pool: asyncpg.Pool, *persons: str) -> None:
    """Wait until the replica knows them."""
    async with asyncio.timeout(30):
        while await unknown_people(pool, TEST_ORG, persons):
            await asyncio.sleep(0.05)


async def claims(service: InProcess, person: str) -> tuple[int, str]:
    """What a claim for them is answered."""
    body = {**FILE_CLAIM, "claim_id": f"care-{person}", "person_id": person}
    answer = await service.command("file-claim", body)
    return answer.status_code, answer.json().get("code", "")


async def quarantined(pool: asyncpg.Pool) -> list[tuple[str, UUID | None]]:
    rows = await pool.fetch(
        "SELECT reason, event_id FROM replica_quarantine WHERE state = 'open' ORDER BY id"
    )
    return [(row["reason"], row["event_id"]) for row in rows]


Forge = Callable[[Envelope], Record]


def in_binary(envelope: Envelope) -> Record:
    record = in_binary_mode(envelope)
    position = position_header(1, envelope.shard or 0, envelope.shard_sequence or 0)
    return record._replace(headers=[*record.headers, position])


def told(**changes: Any) -> Forge:
    return lambda envelope: to_record(envelope._replace(**changes))


FORGERIES: dict[str, tuple[str, Forge]] = {
    "another shard": (
        "wrong-shard",
        lambda e: to_record(e._replace(shard=((e.shard or 0) + 1) % 32)),
    ),
    "another source": ("unregistered-source", told(source="/guildhall/benefits")),
    "no salt": ("attribute-missing", told(salt="")),
    "no position": ("not-sequenced", told(shard=None, shard_sequence=None)),
    "binary mode": ("not-structured", in_binary),
    "a simulated clock": ("simulated-refused", told(simulated=True)),
    "another union": ("stream-not-of-union", told(org_id="tjjt")),
    "another stream": (
        "wrong-stream",
        told(stream=f"{TEST_ORG}/person-{ANN}", shard=shard_of(f"{TEST_ORG}/person-{ANN}")),
    ),
}
NOWHERE: dict[str, dict[str, int]] = {
    "a sequence from nowhere": {"shard_sequence": 4_000_000},
    "the last sequence": {"shard_sequence": 10**17},
    "an epoch from nowhere": {"epoch": 7},
}


def ghosts() -> list[Envelope]:
    """A ghost's registration and membership, by somebody who knows the next sequences."""
    before = Author("members")
    return [before.write(event.stream_of(), event) for event in joined(GHOST)]


@pytest.mark.parametrize("how", [*FORGERIES, *NOWHERE])
async def test_no_ghost_can_claim(
    service: InProcess, kafka: KafkaAccess, members: str, how: str
) -> None:
    office, pool = Office(), service.store.pool
    forge = FORGERIES[how][1] if how in FORGERIES else told(**NOWHERE[how])
    forged = [forge(envelope) for envelope in ghosts()[1:]]
    real = office.opens()
    async with following(service, kafka, members):
        await publish(kafka, members, [*real, *forged, *office.says(*joined(BO))])
        await known(pool, ANN, BO)
        assert await claims(service, GHOST) == (422, "unknown-member")
        assert (await claims(service, ANN))[0] == 201
        assert not (await people.statuses_on(pool, TEST_ORG, date(2022, 1, 1))).get(GHOST)
    if how in FORGERIES:
        assert [reason for reason, _ in await quarantined(pool)] == [FORGERIES[how][0]]
    else:
        assert await pool.fetchval("SELECT count(*) FROM replica_parked") == 1


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("clock", [True, False])
async def test_no_union_is_locked_out_by_a_registration_on_the_other_clock(
    service: InProcess, kafka: KafkaAccess, members: str, clock: bool, version: int
) -> None:
    """Whoever forges knows the next sequence; in one case the union was not heard of before."""
    office, pool = Office(), service.store.pool
    real = office.opens() if version == 2 else office.says(*joined(ANN))
    (forged,) = office.says(organisation_registered(simulated=True))
    forged = forged._replace(stream_version=version, simulated=clock)
    async with following(service, kafka, members):
        later = [] if version == 2 else office.says(organisation_registered(simulated=False))
        await publish(kafka, members, [*real, forged, *later, *office.says(*joined(BO))])
        await known(pool, ANN, BO)
        assert (await claims(service, ANN))[0] == 201
    reason = "simulated-refused" if clock else "attribute-invalid"
    assert await quarantined(pool) == [(reason, forged.event_id)]


@pytest.mark.parametrize("door", ["open", "shut"])
async def test_a_fact_that_no_calendar_goes_beyond_ends_nothing(
    service: InProcess,
    kafka: KafkaAccess,
    members: str,
    monkeypatch: pytest.MonkeyPatch,
    door: str,
) -> None:
    """Who leaves on the last day that dates have is in post on it, and for ever. Such a date is
    refused at the door today; a log from before may hold it."""
    office, pool = Office(), service.store.pool
    if door == "open":
        monkeypatch.setattr(acceptance, "check_event", lambda *_: None)
    last = [staff_left(person_id=ANN, occurred_on=day) for day in (date.max, date.min)]
    async with following(service, kafka, members):
        await publish(kafka, members, [*office.opens(), *office.says(*last, *joined(BO))])
        await known(pool, ANN, BO)
        assert (await claims(service, ANN))[0] == 201
    named = [reason for reason, _ in await quarantined(pool)]
    assert named == ([] if door == "open" else ["date-out-of-range"] * 2)
    heard = await heard_version(pool, f"{TEST_ORG}/person-{ANN}")
    assert heard == (4 if door == "open" else 2)


async def test_whatever_a_reaction_raises_the_rest_is_heard_and_the_record_is_named(
    service: InProcess, kafka: KafkaAccess, members: str
) -> None:
    office, pool = Office(), service.store.pool

    def broken(event: MembersEvent, envelope: Envelope) -> Any:
        raise struct.error(f"a defect that nobody knows, of {event} in {envelope}")

    one = office.says(staff_count_declared())
    reactions = {**REACTIONS, type(staff_count_declared()): broken}
    async with following(service, kafka, members, reactions):
        await publish(kafka, members, [*office.opens(), *one, *office.says(*joined(BO))])
        await known(pool, ANN, BO)
    assert await quarantined(pool) == [("reaction-failed", one[0].event_id)]
    assert await heard_version(pool, ORGANISATION) == 2
    # Mended, it is applied as the service starts.
    async with following(service, kafka, members):
        async with asyncio.timeout(30):
            while await quarantined(pool):
                await asyncio.sleep(0.05)


async def test_a_sequence_or_an_id_that_was_applied_is_nobody_elses(
    service: InProcess, kafka: KafkaAccess, members: str
) -> None:
    office, pool = Office(), service.store.pool
    real = office.opens()
    stream = f"{TEST_ORG}/person-{ANN}"
    again = member_joined(person_id=ANN, kind="rejoined", occurred_on=date(2021, 1, 1), spell=2)
    taken = Author("members").write(stream, again)
    forged = [
        taken._replace(shard_sequence=real[-1].shard_sequence, stream_version=3),
        taken._replace(shard_sequence=99, event_id=real[-1].event_id, stream_version=3),
    ]
    async with following(service, kafka, members):
        await publish(kafka, members, [*real, *forged, *office.says(*joined(BO))])
        await known(pool, ANN, BO)
    assert [reason for reason, _ in await quarantined(pool)] == ["sequence-reused", "id-reused"]
    assert await heard_version(pool, stream) == 2


async def test_a_forgery_that_is_no_event_does_not_cost_the_event_its_place(
    service: InProcess, kafka: KafkaAccess, members: str
) -> None:
    """It comes first, under the sequence that the owner stamps next."""
    office, pool = Office(), service.store.pool
    real = office.opens()
    last = real[-1]
    forged = last._replace(event_id=UUID(int=7), data=b'{"org_id":"tjtc"}')
    async with following(service, kafka, members):
        await publish(kafka, members, [*real[:-1], forged, *office.says(*joined(BO)), last])
        await known(pool, ANN, BO)
        async with asyncio.timeout(30):
            while await heard_version(pool, last.stream) < last.stream_version:
                await asyncio.sleep(0.05)
        assert (await claims(service, ANN))[0] == 201
    assert await quarantined(pool) == [("invalid-data", UUID(int=7))]
