"""A command reads, decides and appends; a race that was lost is decided again on what is true."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime

import asyncpg
import pytest

from shared.clock import SimulatedClock, system_clock
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor
from shared.contract.events import IssueRaised, IssueResolved
from shared.errors import Conflict, NotYet, StaleVersion
from shared.eventstore.database import open_pool
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also, EventStore, Write
from shared.eventstore.write import (
    ATTEMPTS,
    one_stream,
    retry,
    state_of,
    today_of,
    write,
    write_knowing,
)
from tests.examples.events import issue_raised, issue_resolved

STREAM = "tjtc/issue-affiliation"
CLERK = Actor("clerk-1", "clerk", frozenset({"clerk"}), frozenset({"tjtc"}))
ASKED = Request(CLERK, "tjtc", None, b"body", "correlation")
RAISED, RESOLVED = issue_raised(title="转隶未完成"), issue_resolved()
OK = Reply(201, {})

Event = IssueRaised | IssueResolved
State = tuple[Event, ...]


def evolve(state: State | None, event: Event) -> State:
    return (*(state or ()), event)


class Attempts:
    """Fails so, in turn, and then succeeds; counts how often it was tried."""

    def __init__(self, *fails: Exception) -> None:
        self.fails, self.tried = list(fails), 0

    async def __call__(self) -> Reply:
        self.tried += 1
        if self.fails:
            raise self.fails.pop(0)
        return OK


LOST = [
    StaleVersion(STREAM, 1, 2),
    asyncpg.UniqueViolationError("claim_cases"),
    asyncpg.SerializationError("guard"),
    asyncpg.DeadlockDetectedError("deadlock"),
]


@pytest.mark.parametrize("lost", LOST, ids=lambda lost: type(lost).__name__)
async def test_a_lost_race_is_decided_again(lost: Exception) -> None:
    attempts = Attempts(*[lost] * (ATTEMPTS - 1))
    assert await retry(ASKED, attempts) == OK
    assert attempts.tried == ATTEMPTS


async def test_who_loses_every_race_is_told_to_come_again() -> None:
    attempts = Attempts(*[StaleVersion(STREAM, 1, 2)] * ATTEMPTS)
    with pytest.raises(NotYet, match="found 2") as why:
        await retry(ASKED, attempts)
    assert (why.value.code, attempts.tried) == ("contended", ATTEMPTS)


async def test_who_stated_a_version_is_told_at_once_that_it_is_stale() -> None:
    attempts = Attempts(StaleVersion(STREAM, 1, 2))
    with pytest.raises(StaleVersion):
        await retry(ASKED._replace(expected_version=1), attempts)
    assert attempts.tried == 1


@pytest.mark.parametrize("refusal", [Conflict("issue-exists", ""), ZeroDivisionError()])
async def test_what_is_no_race_is_not_tried_again(refusal: Exception) -> None:
    attempts = Attempts(refusal)
    with pytest.raises(type(refusal)):
        await retry(ASKED, attempts)
    assert attempts.tried == 1


def test_a_reply_says_how_far_the_stream_is_and_what_more_there_is() -> None:
    reply = one_stream(Write(STREAM, 3, [RAISED, RESOLVED]), 名=1)
    assert (reply.status, reply.replayed) == (201, False)
    assert reply.body == {"stream": STREAM, "version": 5, "events": 2, "名": 1}


def test_a_stream_that_is_not_there_has_no_state() -> None:
    assert state_of(evolve, Loaded([], 0)) is None
    assert state_of(evolve, Loaded([RAISED, RESOLVED], 2)) == (RAISED, RESOLVED)


@pytest.fixture
async def store(database: str) -> AsyncIterator[EventStore]:
    pool = await open_pool(database, size=4)
    yield EventStore(pool, system_clock, source_of("events"))
    await pool.close()


async def test_today_is_the_civil_day_in_china(store: EventStore) -> None:
    for hour, day in ((15, date(2022, 12, 31)), (16, date(2023, 1, 1))):
        store.clock = SimulatedClock(datetime(2022, 12, 31, hour, tzinfo=UTC))
        assert today_of(store) == day


class Deciding:
    """Decides to raise what was not raised; remembers the states it decided on."""

    def __init__(self) -> None:
        self.seen: list[State | None] = []

    def __call__(self, state: State | None, _today: date) -> Sequence[Event]:
        self.seen.append(state)
        if state is None:
            return [RAISED]
        if len(state) > 1:
            raise Conflict("issue-resolved", "已解决")
        return [RESOLVED]


async def test_each_command_decides_on_what_the_ones_before_wrote(store: EventStore) -> None:
    decide = Deciding()
    for version in (1, 2):
        reply = await write(store, ASKED, STREAM, evolve, decide)
        assert reply.body["version"] == version
    with pytest.raises(Conflict, match="已解决"):
        await write(store, ASKED, STREAM, evolve, decide)
    assert decide.seen == [None, (RAISED,), (RAISED, RESOLVED)]
    assert (await store.load(STREAM)).events == [RAISED, RESOLVED]


async def test_what_goes_into_our_own_tables_and_into_the_reply_goes_with_it(
    store: EventStore,
) -> None:
    await store.pool.execute("CREATE TABLE mine (stream text, events int)")
    reply = await write(
        store,
        ASKED,
        STREAM,
        evolve,
        Deciding(),
        also=lambda writes: [
            Also("INSERT INTO mine VALUES ($1, $2)", [(w.stream, len(w.events)) for w in writes])
        ],
        more=lambda events: {"题": events[0].title if isinstance(events[0], IssueRaised) else ""},
    )
    assert reply.body["题"] == "转隶未完成"
    assert [tuple(row) for row in await store.pool.fetch("SELECT * FROM mine")] == [(STREAM, 1)]


async def test_a_stream_that_is_opened_is_not_read_unless_something_is_there(
    store: EventStore,
) -> None:
    decide = Deciding()
    await write(store, ASKED, STREAM, evolve, decide, opens=True)
    assert decide.seen == [None]
    reply = await write(store, ASKED, STREAM, evolve, decide, opens=True)
    assert decide.seen == [None, None, (RAISED,)]
    assert reply.body["version"] == 2


async def test_a_stated_version_is_held_against_what_is_there(store: EventStore) -> None:
    await write(store, ASKED, STREAM, evolve, Deciding())
    for stated in (0, 2):
        with pytest.raises(StaleVersion, match=f"Expected version {stated} .* found 1"):
            asked = ASKED._replace(expected_version=stated)
            await write(store, asked, STREAM, evolve, Deciding(), opens=True)
    reply = await write(store, ASKED._replace(expected_version=1), STREAM, evolve, Deciding())
    assert reply.body["version"] == 2


async def test_what_a_decision_knows_is_looked_up_anew_in_every_attempt(store: EventStore) -> None:
    """Another writes between the look and the append: the second attempt sees who it was."""
    known: list[str | None] = []

    async def look(found: Loaded) -> str | None:
        if not known:
            other = ASKED._replace(actor=CLERK._replace(subject="other"))
            await store.append(other, [Write(STREAM, 0, [RAISED])], OK)
        known.append(found.actor_of(IssueRaised))
        return known[-1]

    def decide(state: State | None, _: date, raised_by: str | None) -> list[Event]:
        assert (state is None) == (raised_by is None)
        return [RESOLVED]

    reply = await write_knowing(store, ASKED, STREAM, evolve, look=look, decide=decide)
    assert (known, reply.body["version"]) == ([None, "other"], 2)
