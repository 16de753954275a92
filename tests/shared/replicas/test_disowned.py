"""What a context hears of reporting: which events no owner wrote."""

from uuid import UUID

import asyncpg
import pytest

from shared.contract.envelope import Envelope
from shared.contract.reporting import EVENTS, EventDisowned
from shared.eventstore.event_ids import uuid7
from shared.replicas import disowned, refill
from shared.replicas.apply import Replica
from shared.testing.author import Author
from tests.examples.reporting import event_disowned
from tests.shared.replicas.consumed import reader
from tests.shared.replicas.refilled import Topic

FORGED, OTHER = uuid7(), uuid7()
LEAF = "ab" * 32


@pytest.fixture
def topic(pool: asyncpg.Pool) -> Topic:
    """Reporting's topic, and the copy of it."""
    given = pool, "benefits", reader("reporting"), disowned.REACTIONS, disowned.TABLES
    return Topic(Replica(*given))


def says(author: Author, event_id: UUID, source: str = "/guildhall/members") -> Envelope:
    event = event_disowned(
        disowned_source=source, disowned_event_id=str(event_id), leaf_sha256=LEAF
    )
    return author.write(event.stream_of(), event)


async def noted(pool: asyncpg.Pool) -> list[tuple[str, UUID, bytes]]:
    rows = await pool.fetch("SELECT source, event_id, leaf FROM replica_disowned ORDER BY event_id")
    return [tuple(row) for row in rows]


async def test_what_was_disowned_is_noted_once_by_what_it_was(topic: Topic) -> None:
    author = Author("reporting")
    first, again = says(author, FORGED), says(author, FORGED)
    await topic.hears(first, again, first)
    leaf = bytes.fromhex(LEAF)
    assert await noted(topic.pool) == [("/guildhall/members", FORGED, leaf)]
    assert await topic.pool.fetchval("SELECT by_event_id FROM replica_disowned") == first.event_id


async def test_only_reporting_says_what_is_disowned_and_nothing_else_it_says_counts(
    topic: Topic,
) -> None:
    assert set(disowned.REACTIONS) == {EventDisowned} < set(EVENTS)
    stranger = Author("members").write("tjtc/disowned-x", event_disowned())
    await topic.hears(stranger)
    assert await noted(topic.pool) == []
    reasons = await topic.pool.fetch("SELECT reason FROM replica_quarantine")
    assert [row["reason"] for row in reasons] == ["unregistered-source"]


async def test_a_forged_disowning_is_undone_as_any_forged_event_is(topic: Topic) -> None:
    """Somebody stole reporting's rights, and had a true event of members disowned."""
    author = Author("reporting")
    forged = says(Author("reporting"), OTHER)
    await topic.hears(says(author, FORGED), forged)
    assert len(await noted(topic.pool)) == 2
    await topic.disowned(forged)
    assert await topic.refill()
    assert {row[1] for row in await noted(topic.pool)} >= {FORGED}
    assert OTHER not in {row[1] for row in await noted(topic.pool)}
    assert await refill.progress(topic.pool, "reporting") is None
