"""A forged fact of members, valid in every way and published with stolen rights, in benefits' copy.

The owner's own event came too late and is quarantined. Once an operator has disowned the forgery
the ghost is unknown within seconds, nobody known is refused meanwhile, and nothing else changed.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from services.benefits.__main__ import PARTS
from shared.clock import system_clock
from shared.contract.document import document_of, leaf_hash
from shared.contract.envelope import Envelope
from shared.health import Health
from shared.kafka.acceptance import owner
from shared.kafka.access import KafkaAccess
from shared.metrics import COPY_REFILLING
from shared.replicas import refill
from shared.replicas.apply import Replica
from shared.replicas.records import Reader
from shared.replicas.refilling import Refilling
from shared.replicas.subscription import Subscription
from shared.tasks import end
from shared.testing.author import Author
from shared.testing.http import TEST_ORG, InProcess, in_process, token
from shared.testing.topics import make_topic
from tests.attacks.test_replicas import GHOST, Office, claims, joined, known, publish, quarantined
from tests.benefits.requests import ANN, BO
from tests.databases import NewDatabase
from tests.examples.members import organisation_registered
from tests.examples.reporting import event_disowned
from tests.shared.replicas.refilled import Topic, held

SECONDS = 10.0
"""In which a ghost is to be unknown, of a topic of a few records."""
TABLES = PARTS.copied["members"]
EMPTIED = ("replica_events", "replica_heads", "replica_quarantine", "replica_disowned",
    "subscription_positions", *TABLES)  # fmt: skip
CLAIMED, UNKNOWN = (201, ""), (422, "unknown-member")


class Scene(NamedTuple):
    """Benefits on a real clock, and topics in the place of members' and reporting's."""

    service: InProcess
    kafka: KafkaAccess
    topics: dict[str, str]

    async def publish(self, context: str, *envelopes: Envelope) -> None:
        await publish(self.kafka, self.topics[context], envelopes)

    async def until(self, person: str, answer: tuple[int, str]) -> float:
        """Wait until a claim for them is answered so; how long that took."""
        began = time.monotonic()
        async with asyncio.timeout(60):
            while await claims(self.service, person) != answer:
                await asyncio.sleep(0.05)
        return time.monotonic() - began

    @asynccontextmanager
    async def following(self) -> AsyncIterator[Health]:
        """The copies at work, as `serve` runs them."""
        store, health, parts = self.service.store, Health(), []
        for context, reactions in PARTS.reactions.items():
            reader = Reader(self.topics[context], owner(context), allow_simulated=False)
            tables = PARTS.copied[context]
            replica = Replica(store.pool, "benefits", reader, reactions, tables)
            parts.append(Subscription(replica, self.kafka, health).run())
            parts.append(Refilling(replica, self.kafka, health, store.settled.clear).run())
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            yield health
        finally:
            await end(*tasks)


@pytest.fixture
async def scene(new_database: NewDatabase, kafka: KafkaAccess, topic: str) -> AsyncIterator[Scene]:
    dsn = await new_database("shared.eventstore", "services.benefits")
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    topics = {name: f"{topic}.{name}" for name in PARTS.reactions}
    for name in topics.values():
        await make_topic(admin, name, 1)
    async with in_process(PARTS, dsn, system_clock) as service:
        yield Scene(service, kafka, topics)
    await admin.delete_topics([*topics.values()])
    await admin.close()


def forgery(office: Office) -> tuple[Envelope, Envelope]:
    """A ghost's registration, and what members itself stamps with that sequence: somebody of the
    same shard."""
    ghost = joined(GHOST)[0]
    forged = Author("members").write(ghost.stream_of(), ghost)
    somebody = next(
        event
        for event in (joined(f"p-{n:06d}")[0] for n in range(1000, 9000))
        if Author("members").write(event.stream_of(), event).shard == forged.shard
    )
    (real,) = office.says(somebody)
    return forged._replace(shard_sequence=real.shard_sequence), real


def says(author: Author, forged: Envelope) -> Envelope:
    """Reporting's word that members never wrote it."""
    event = event_disowned(
        disowned_source=forged.source,
        disowned_event_id=str(forged.event_id),
        leaf_sha256=leaf_hash(document_of(forged)).hex(),
    )
    return author.write(event.stream_of(), event)


async def refilling(scene: Scene) -> dict[str, Any]:
    """What an auditor is told of the copies' refills, by source."""
    bearer = {"Authorization": f"Bearer {token('auditor', orgs=('*',))}"}
    copies = (await scene.service.client.get("/v1/copies", headers=bearer)).json()
    return {copy["source"]: copy["refilling"] for copy in copies}


async def test_a_disowned_ghost_is_unknown_within_seconds_and_the_owners_event_is_applied(
    scene: Scene,
) -> None:
    office, pool = Office(), scene.service.store.pool
    opened = office.opens()
    forged, real = forgery(office)
    later, person = office.says(*joined(BO)), real.stream.removeprefix(f"{TEST_ORG}/person-")
    async with scene.following():
        await scene.publish("members", *opened, forged, real, *later)
        await known(pool, ANN, BO, GHOST)
        assert await claims(scene.service, GHOST) == CLAIMED
        assert await claims(scene.service, person) == UNKNOWN
        assert await quarantined(pool) == [("sequence-reused", real.event_id)]
        await scene.publish("reporting", says(Author("reporting"), forged))
        assert await scene.until(GHOST, UNKNOWN) < SECONDS
        assert await scene.until(person, CLAIMED) < SECONDS
        for each in (ANN, BO):
            assert (await claims(scene.service, each))[0] == 201
        assert await quarantined(pool) == []
        after = await held(pool, TABLES)
    await pool.execute(f"TRUNCATE {', '.join(EMPTIED)}")
    reader = Reader(scene.topics["members"], owner("members"), allow_simulated=False)
    replica = Replica(pool, "benefits", reader, PARTS.reactions["members"], TABLES)
    await Topic(replica).hears(*opened, real, *later)
    assert after == await held(pool, TABLES), "a copy that never saw the forgery"


async def test_while_it_is_refilled_who_is_known_can_claim_and_nobody_is_unknown(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refill stands still, and ends by another process: the first was killed."""
    office, pool = Office(), scene.service.store.pool
    opened = office.opens()
    forged, real = forgery(office)
    ended = refill.end

    async def never(*_: object) -> bool:
        return False

    monkeypatch.setattr(refill, "end", never)
    async with scene.following():
        await scene.publish("members", *opened, forged, real)
        await known(pool, ANN, GHOST)
        await scene.publish("reporting", says(Author("reporting"), forged))
        await scene.until("p-nobody", (503, "copy-being-refilled"))
        assert (await claims(scene.service, ANN))[0] == 201
        await scene.publish("members", *office.says(*joined(BO)))
        await known(pool, BO)
        assert (await claims(scene.service, BO))[0] == 201, "the copy goes on"
        answer = await scene.service.client.get("/readyz")
        assert answer.json()["checks"]["copy-of-members"].startswith("refilled: ")
        async with asyncio.timeout(20):
            while (await refilling(scene))["/guildhall/members"]["read"] < 5:
                await asyncio.sleep(0.05)
        assert (await refilling(scene))["/guildhall/reporting"] is None
        gauge = COPY_REFILLING.labels("benefits", scene.topics["members"])
        assert gauge._value.get() == 1
    monkeypatch.setattr(refill, "end", ended)
    async with scene.following():
        assert await scene.until(GHOST, UNKNOWN) < SECONDS
        assert (await claims(scene.service, "p-nobody")) == UNKNOWN
        async with asyncio.timeout(5):
            while gauge._value.get():
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("order", ["before", "after"])
async def test_a_ghost_union_is_forgotten_by_a_process_that_knew_it(
    scene: Scene, order: str
) -> None:
    """That a union exists is kept in the process: it is looked up anew once the copy was refilled.
    Disowned before it is read, it is never known."""
    office = Office()
    ghost = Author("members").write("tjtc/organisation", organisation_registered(simulated=False))
    disowning = says(Author("reporting"), ghost)
    async with scene.following():
        if order == "before":
            await scene.publish("reporting", disowning)
            await asyncio.sleep(1.5)
        await scene.publish("members", ghost, *office.says(*joined(ANN)))
        await known(scene.service.store.pool, ANN)
        if order == "after":
            assert await claims(scene.service, ANN) == CLAIMED
            await scene.publish("reporting", disowning)
        answer = (404, "unknown-union")
        assert await scene.until(ANN, answer) < SECONDS
