"""The event store: one transaction, one winner, nothing on a refusal."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date

import asyncpg
import pytest

from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor, shard_of
from shared.contract.events import IssueRaised, IssueResolved
from shared.errors import Invalid, StaleVersion
from shared.eventstore.database import open_pool
from shared.eventstore.idempotency import saved_reply
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import COPY_FROM_EVENTS, EventStore, Write
from tests.examples.events import issue_raised, issue_resolved

STREAM = "tjtc/issue-affiliation"
DAY, LATER = date(2022, 12, 15), date(2023, 6, 1)
OK = Reply(201, {"stream": STREAM, "version": 1})


@pytest.fixture
async def store(database: str) -> AsyncIterator[EventStore]:
    pool = await open_pool(database, size=25)
    yield EventStore(pool, system_clock, source_of("benefits"))
    await pool.close()


def request(key: str | None = None, body: bytes = b"body") -> Request:
    actor = Actor("clerk-1", "clerk", frozenset({"clerk"}), frozenset({"tjtc"}))
    return Request(actor, "tjtc", key, body, "correlation")


def raised(issue: str = "affiliation") -> IssueRaised:
    return issue_raised(occurred_on=DAY, issue_id=issue, title="转隶未完成")


def resolved() -> IssueResolved:
    return issue_resolved(occurred_on=LATER)


async def rows(store: EventStore) -> tuple[int, int]:
    counts = await store.pool.fetchrow(
        "SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM outbox) AS outbox"
    )
    return counts["events"], counts["outbox"]


async def test_events_are_read_back_as_written(store: EventStore) -> None:
    await store.append(request(), [Write(STREAM, 0, [raised(), resolved()])], OK)
    loaded = await store.load(STREAM)
    assert loaded.events == [raised(), resolved()]
    assert loaded.version == 2
    assert await rows(store) == (2, 2)


async def test_a_stale_writer_learns_what_is_true_and_writes_nothing(store: EventStore) -> None:
    await store.append(request(), [Write(STREAM, 0, [raised()])], OK)
    other = Write("tjtc/issue-other", 0, [raised("other")])
    with pytest.raises(StaleVersion, match=f"Expected version 0 of {STREAM}, found 1"):
        await store.append(request(), [other, Write(STREAM, 0, [resolved()])], OK)
    assert await rows(store) == (1, 1)


async def test_of_twenty_writers_who_saw_one_version_one_wins(store: EventStore) -> None:
    async def write() -> bool:
        try:
            await store.append(request(), [Write(STREAM, 0, [raised()])], OK)
        except StaleVersion:
            return False
        return True

    assert sum(await asyncio.gather(*[write() for _ in range(20)])) == 1
    assert await rows(store) == (1, 1)


async def test_the_same_key_and_body_is_answered_once_even_when_sent_at_once(
    store: EventStore,
) -> None:
    async def write(number: int) -> Reply:
        stream = f"tjtc/issue-{number}"
        reply = Reply(201, {"stream": stream})
        return await store.append(request("key-1"), [Write(stream, 0, [raised()])], reply)

    replies = await asyncio.gather(*[write(number) for number in range(10)])
    assert len({str(reply.body) for reply in replies}) == 1
    assert await rows(store) == (1, 1)


async def test_a_key_used_with_another_body_is_refused(store: EventStore) -> None:
    await store.append(request("key-1", b"one"), [Write(STREAM, 0, [raised()])], OK)
    with pytest.raises(Invalid) as refusal:
        await saved_reply(store.pool, request("key-1", b"two"))
    assert refusal.value.code == "idempotency-key-reused"


@pytest.mark.parametrize("count", [1, COPY_FROM_EVENTS + 1])
async def test_a_bulk_write_is_whole_or_not_at_all(store: EventStore, count: int) -> None:
    await store.append(request(), [Write(STREAM, 0, [raised()])], OK)
    many: list[Write] = [Write(f"tjtc/issue-{n}", 0, [raised()]) for n in range(count)]
    with pytest.raises(StaleVersion):
        await store.append(request("k"), [*many, Write(STREAM, 0, [raised()])], OK)
    assert await rows(store) == (1, 1)
    assert (await store.append(request("k"), many, OK)).body == OK.body
    assert await rows(store) == (count + 1, count + 1)


async def test_events_that_cannot_be_made_while_others_are_written_take_those_with_them(
    store: EventStore,
) -> None:
    """A bulk write is made while PostgreSQL takes what was made before."""

    def writes() -> Iterator[Write]:
        for n in range(5 * COPY_FROM_EVENTS):
            yield Write(f"tjtc/issue-{n}", 0, [raised()])
        raise RuntimeError("the domain failed")

    with pytest.raises(RuntimeError, match="the domain failed"):
        await store.append(request("k"), writes(), OK)
    assert await rows(store) == (0, 0)
    assert await saved_reply(store.pool, request("k")) is None
    await store.append(request("k"), [Write(STREAM, 0, [raised()])], OK)
    assert await rows(store) == (1, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET document = ''",
        "DELETE FROM events",
        "TRUNCATE events",
        "DELETE FROM shard_log",
        "SET session_replication_role = replica; DELETE FROM events",
    ],
)
async def test_events_and_shard_log_are_append_only(store: EventStore, statement: str) -> None:
    await store.append(request(), [Write(STREAM, 0, [raised()])], OK)
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await store.pool.execute(statement)


def test_shards_are_part_of_the_contract() -> None:
    """Frozen: another value here would send a stream to another partition."""
    assert shard_of("tjtc/person-p-000001") == 15
    assert shard_of("tjtc/programme-spring-2022") == 26


@pytest.mark.parametrize("streams", [200, COPY_FROM_EVENTS])
async def test_a_reply_states_the_last_position_of_each_shard_it_wrote(
    store: EventStore, streams: int
) -> None:
    many = [Write(f"tjtc/issue-{n}", 0, [raised(), resolved()]) for n in range(streams)]
    reply = await store.append(request("k"), many, OK)
    stated = request()._replace(after=reply.position).stated_positions()
    assert len(stated) == 32
    assert all(version == 2 for _, version in stated)
    last = {shard_of(write.stream): write.stream for write in many}
    assert {stream for stream, _ in stated} == set(last.values())
    replayed = await saved_reply(store.pool, request("k"))
    assert replayed is not None
    assert replayed.position == reply.position


async def test_a_stream_tells_who_recorded_each_event(store: EventStore) -> None:
    stream = "tjtc/issue-affiliation"
    await store.append(request(), [Write(stream, 0, [raised()])], OK)
    other = request()._replace(actor=request().actor._replace(subject="王梅"))
    await store.append(other, [Write(stream, 1, [resolved()])], OK)
    found = await store.load(stream)
    assert found.actors == ["clerk-1", "王梅"]
    assert (found.actor_of(IssueRaised), found.actor_of(IssueResolved)) == ("clerk-1", "王梅")
    assert (await store.load("tjtc/issue-none")).actor_of(IssueRaised) is None
