"""A key has one answer for ever, whichever attempt of a command hangs, and wherever it hangs."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import pytest

from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor
from shared.errors import Conflict, Invalid, SaidBefore
from shared.eventstore.database import open_pool
from shared.eventstore.idempotency import save_refusal, saved_reply
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import COPY_FROM_EVENTS, EventStore, Write
from tests.examples.events import issue_raised

CLERK = Actor("clerk-1", "clerk", frozenset({"clerk"}), frozenset({"tjtc"}))
ASKED = Request(CLERK, "tjtc", "key-1", b"body", "correlation")
REFUSED = Conflict(
    "issue-exists", "issue affiliation was raised", errors=[{"row": 1, "code": "x"}], found=3
)
OK = Reply(201, {"version": 1})


@pytest.fixture
async def store(database: str) -> AsyncIterator[EventStore]:
    pool = await open_pool(database)
    yield EventStore(pool, system_clock, source_of("benefits"))
    await pool.close()


def writes(count: int = 1) -> list[Write]:
    raised = issue_raised(occurred_on=date(2022, 12, 15), title="转隶未完成")
    return [Write(f"tjtc/issue-{n}", 0, [raised]) for n in range(count)]


async def event_count(store: EventStore) -> int:
    return int(await store.pool.fetchval("SELECT count(*) FROM events"))


@pytest.mark.parametrize("count", [1, COPY_FROM_EVENTS])
async def test_what_was_refused_cannot_be_done_by_an_attempt_that_hung(
    store: EventStore, count: int
) -> None:
    """The first attempt decided to write and hung; its retry was refused; now the first goes on."""
    assert await save_refusal(store.pool, ASKED, REFUSED) is None
    with pytest.raises(SaidBefore) as again:
        await store.append(ASKED, writes(count), OK)
    assert (again.value.status, again.value.code) == (409, "issue-exists")
    assert (again.value.errors, again.value.facts) == (REFUSED.errors, {"found": 3})
    assert await event_count(store) == 0


async def test_a_refusal_that_comes_after_the_command_was_done_is_its_reply(
    store: EventStore,
) -> None:
    await store.append(ASKED, writes(), OK)
    reply = await save_refusal(store.pool, ASKED, REFUSED)
    assert reply is not None and reply.replayed and reply.body == OK.body
    assert await event_count(store) == 1


async def test_a_refusal_waits_for_the_attempt_that_is_committing(store: EventStore) -> None:
    async with store.pool.acquire() as connection:
        committing = connection.transaction()
        await committing.start()
        await connection.execute(
            "INSERT INTO idempotency VALUES ($1, $2, $3, 201, $4)",
            CLERK.subject,
            ASKED.key,
            ASKED.body_hash,
            b'{"body":{"version":1},"position":""}',
        )
        refusing = asyncio.create_task(save_refusal(store.pool, ASKED, REFUSED))
        await asyncio.wait([refusing], timeout=0.3)
        assert not refusing.done()
        await committing.commit()
    reply = await refusing
    assert reply is not None and reply.status == 201


async def test_of_a_refusal_and_a_write_at_once_one_is_the_answer(store: EventStore) -> None:
    for n in range(30):
        asked = ASKED._replace(key=f"race-{n}")
        raised = [writes()[0]._replace(stream=f"tjtc/issue-race-{n}")]
        written, refused = await asyncio.gather(
            store.append(asked, raised, OK),
            save_refusal(store.pool, asked, REFUSED),
            return_exceptions=True,
        )
        if isinstance(written, SaidBefore):
            assert refused is None
        else:
            assert isinstance(refused, Reply) and isinstance(written, Reply)
            assert refused.body == written.body


async def test_a_refused_key_is_taken_for_another_body_too(store: EventStore) -> None:
    await save_refusal(store.pool, ASKED, REFUSED)
    with pytest.raises(Invalid) as reused:
        await saved_reply(store.pool, ASKED._replace(body_hash=b"another"))
    assert reused.value.code == "idempotency-key-reused"


async def test_without_a_key_nothing_is_kept(store: EventStore) -> None:
    assert await save_refusal(store.pool, ASKED._replace(key=None), REFUSED) is None
    assert await store.pool.fetchval("SELECT count(*) FROM idempotency") == 0
