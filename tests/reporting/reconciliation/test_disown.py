"""A forged event that took an owner's place is put right by a command, as events."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from services.reporting.ingest import quarantine, settle
from services.reporting.ingest.apply import Ingest
from services.reporting.projections.as_of import LIVE
from services.reporting.reconciliation import disown as module
from services.reporting.reconciliation.comparison import Comparison, ends_of
from services.reporting.reconciliation.disown import Disowned, Disowning, disown
from services.reporting.reconciliation.owner_client import OwnerClient
from services.reporting.reconciliation.progress import journal_progress
from shared.contract.catalogue import topic_of
from shared.contract.document import document_of
from shared.contract.envelope import SHARDS, Envelope
from shared.contract.reporting import EventDisowned
from shared.errors import Conflict, NotYet, Unknown
from shared.eventstore.event_ids import uuid7
from shared.kafka.cloudevents import position_header
from shared.relay.shard_log import STAMP
from shared.tasks import end
from shared.testing.author import Author
from tests.examples.benefits import gift_returned
from tests.reporting.reconciliation.owner_log import OwnerLog
from tests.reporting.records import OPERATOR, ORG, Partition, gift, gift_stream

SOURCE = "/guildhall/benefits"


class Forged:
    """Three gifts; before the owner's third arrived, a forger's took its sequence."""

    def __init__(self, ingest: Ingest) -> None:
        self.ingest, self.owner, self.silent = ingest, OwnerLog(), False
        self.compared = True
        self.author, self.partition = Author(), Partition()
        self.own = Partition(topic_of("reporting"), number=1)
        self.real = [self.author.write(gift_stream(n), gift(n)) for n in range(3)]
        *_, third = self.real
        data = gift(2, quantity=99).model_dump_json().encode()
        self.forgery = third._replace(event_id=uuid7(), data=data)
        # All in one shard, so that the third is the next of it.
        self.owner.write(self.real)

    async def arrives(self) -> None:
        """The journal takes the forgery, and the owner's event for one that comes too late."""
        await self.read([*self.real[:2], self.forgery, self.real[2]])
        (row,) = await quarantine.listed(self.ingest.pool)
        assert (row["reason"], row["event_id"]) == ("sequence-reused", self.real[2].event_id)

    async def read(self, envelopes: list[Envelope]) -> None:
        raws = [self.partition.raw(envelope) for envelope in envelopes]
        await self.ingest.apply(raws, self.partition.move(raws))

    async def relayed(self) -> None:
        """Reporting's own events come back from Kafka, as its relay sends them."""
        for row in await self.ingest.pool.fetch(STAMP, list(range(SHARDS)), 100):
            header = position_header(row["epoch"], row["shard"], row["sequence"])
            content = ("content-type", b"application/cloudevents+json")
            raw = self.own.junk(row["document"], row["stream"].encode())
            raw = raw._replace(headers=[content, header])
            await self.ingest.apply([raw], self.own.move([raw]))

    async def disown(self, event: Envelope, **changes: Any) -> Disowned:
        """The operator disowns an event, while the relay is at work."""

        def answer(request: httpx.Request) -> httpx.Response:
            told = None if self.silent else self.owner.answer(request)
            return told or httpx.Response(503)

        async def relay() -> None:
            while True:
                await self.relayed()
                await asyncio.sleep(0.05)

        asked = Disowning(SOURCE, event.event_id, "forged", "not in its log")._replace(**changes)
        relaying = asyncio.create_task(relay())
        try:
            async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
                owners = OwnerClient(client, {"benefits": "http://benefits"})
                if self.compared and not self.silent:
                    pool = self.ingest.pool
                    have = (await journal_progress(pool, ["benefits"]))[SOURCE].have
                    ends = ends_of({"shards": self.owner.heads()}, have)
                    await Comparison(pool).round(owners, "benefits", SOURCE, ends)
                return await disown(self.ingest, owners, OPERATOR, asked)
        finally:
            if relaying.done():
                relaying.result()
            await end(relaying)


@pytest.fixture
async def forged(ingest: Ingest) -> Forged:
    forged = Forged(ingest)
    await forged.arrives()
    return forged


async def portions(pool: asyncpg.Pool) -> list[int]:
    rows = await pool.fetch(
        f"SELECT quantity FROM {LIVE}.deliveries WHERE valid_to = {2**63 - 1}"
        " AND returned IS NULL ORDER BY person_id"
    )
    return [row["quantity"] for row in rows]


async def test_the_forgery_goes_and_what_the_owner_wrote_counts(
    forged: Forged, pool: asyncpg.Pool
) -> None:
    assert await portions(pool) == [1, 1, 99]
    found = await forged.disown(forged.forgery)
    assert found == Disowned(3, 4, str(forged.real[2].event_id))
    assert await portions(pool) == [1, 1, 1]
    assert await quarantine.listed(pool) == []
    assert await forged.disown(forged.forgery) == Disowned(3, 4, None)  # idempotent
    said = await pool.fetch(
        "SELECT document FROM events WHERE type = $1", EventDisowned.type_name()
    )
    assert len(said) == 1
    assert b'"reason":"forged"' in said[0]["document"]
    assert b"not in its log" not in said[0]["document"]


async def test_what_follows_in_the_stream_waits_for_what_gave_way(
    forged: Forged, pool: asyncpg.Pool
) -> None:
    """Applied before it, a return would meet no gift, and the gift would then stand."""
    third = forged.real[2]
    goes_back = gift_returned(
        org_id=ORG,
        programme_id="mid-autumn-2022",
        person_id="p-00000002",
        occurred_on="2022-09-08",
    )
    later = [
        forged.author.write(third.stream, goes_back),
        forged.author.write(gift_stream(3), gift(3)),
    ]
    forged.owner.write(later)
    await forged.read(later)
    assert [row["reason"] for row in await quarantine.listed(pool)] == [
        "sequence-reused",
        "version-gap",
    ]
    assert await portions(pool) == [1, 1, 99, 1]
    await forged.disown(forged.forgery)
    assert await portions(pool) == [1, 1, 1]  # two of before, and the next one
    assert await quarantine.listed(pool) == []
    rows = await pool.fetch(
        "SELECT stream_version FROM journal WHERE stream = $1 AND event_id <> $2"
        " ORDER BY log_index",
        third.stream,
        forged.forgery.event_id,
    )
    assert [row["stream_version"] for row in rows] == [1, 2]


async def test_what_the_owner_wrote_is_applied_though_it_comes_after_the_disowning(
    ingest: Ingest, pool: asyncpg.Pool
) -> None:
    forged = Forged(ingest)
    await forged.read([*forged.real[:2], forged.forgery])
    assert (await forged.disown(forged.forgery)).applied is None
    await forged.read([forged.real[2]])
    assert await portions(pool) == [1, 1, 1]
    again = forged.real[2]._replace(event_id=uuid7())
    await forged.read([again])  # the place is its own now
    assert [row["reason"] for row in await quarantine.listed(pool)] == ["sequence-reused"]


async def test_a_retry_gives_nobody_the_place_of_an_event_that_counts(
    forged: Forged, pool: asyncpg.Pool
) -> None:
    (row,) = await quarantine.listed(pool)
    retried = await settle.retry(forged.ingest, row["id"], "operator-1")
    assert (retried.applied, retried.still_quarantined) == (0, 1)
    assert await portions(pool) == [1, 1, 99]


async def test_what_the_owner_wrote_is_nobodys_to_disown(
    forged: Forged, pool: asyncpg.Pool
) -> None:
    with pytest.raises(Conflict) as refused:
        await forged.disown(forged.real[1])
    assert refused.value.code == "the-owners-event"
    forged.owner.write([forged.real[1]._replace(data=forged.real[0].data)])
    with pytest.raises(Conflict):  # other bytes, and its own all the same
        await forged.disown(forged.real[1])
    assert await pool.fetchval("SELECT count(*) FROM events") == 0


async def test_what_no_comparison_has_named_is_nobodys_to_disown(
    forged: Forged, pool: asyncpg.Pool
) -> None:
    """An owner's answer of one moment is not enough: it may have stamped the event elsewhere."""
    forged.compared = False
    with pytest.raises(Conflict) as refused:
        await forged.disown(forged.forgery)
    assert refused.value.code == "not-disputed"
    assert await pool.fetchval("SELECT count(*) FROM events") == 0


async def test_nothing_is_disowned_unless_the_owner_says_what_it_wrote(
    forged: Forged, pool: asyncpg.Pool
) -> None:
    forged.silent = True
    with pytest.raises(NotYet) as refused:
        await forged.disown(forged.forgery)
    assert refused.value.code == "owner-silent"
    with pytest.raises(Unknown):
        await forged.disown(forged.forgery, event_id=uuid7())
    with pytest.raises(Unknown):
        await forged.disown(forged.forgery, source="/guildhall/members")
    assert await pool.fetchval("SELECT count(*) FROM events") == 0


async def test_what_the_owner_has_lost_can_be_disowned_with_nothing_in_its_place(
    forged: Forged, pool: asyncpg.Pool
) -> None:
    forged.owner.stamped[forged.real[0].shard or 0, forged.real[0].shard_sequence or 0] = None
    found = await forged.disown(forged.real[0], reason="lost_by_owner")
    assert found == Disowned(1, 4, None)
    assert await portions(pool) == [1, 99]


async def test_a_command_does_not_wait_for_ever(
    forged: Forged, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FOLD_SECONDS", 0.2)
    monkeypatch.setattr(forged, "relayed", lambda: asyncio.sleep(0))
    assert await forged.disown(forged.forgery) == Disowned(3, None, None)


def test_a_forgery_has_the_document_of_nobody(ingest: Ingest) -> None:
    forged = Forged(ingest)
    assert document_of(forged.forgery) != document_of(forged.real[2])
