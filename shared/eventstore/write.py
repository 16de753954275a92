"""From a stream to its next events: read, decide, append; a lost race is decided again.

    await write(store, request, stream, evolve, lambda state, today: approve_claim(state, …, today))

Everything a decision rests on is read inside the attempt, so that a retry decides on what is true
by then.
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar, cast

import asyncpg

from shared.contract.envelope import DomainEvent
from shared.contract.values import SHANGHAI
from shared.decider.fold import fold
from shared.errors import NotYet, Refusal, StaleVersion
from shared.eventstore.existing_entry import telling_existing_entry
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also, EventStore, Write

ATTEMPTS = 4

LOST_RACES = (
    StaleVersion,
    asyncpg.UniqueViolationError,  # of a service's own table, such as two claims of one case
    asyncpg.SerializationError,  # a guard found another stream changed
    asyncpg.DeadlockDetectedError,
)

S = TypeVar("S")
E = TypeVar("E", bound=DomainEvent)
K = TypeVar("K")

Evolve = Callable[[S | None, E], object]
"""A domain's `evolve`. The state is what it takes, None included, and so what it answers: its own
answer is mostly never None, and inferring the state from that too would lose the None."""

Decide = Callable[[S | None, date], Sequence[E]]


def today_of(store: EventStore) -> date:
    """The civil date in Asia/Shanghai."""
    return store.clock().astimezone(SHANGHAI).date()


async def retry(request: Request, attempt: Callable[[], Awaitable[Reply]]) -> Reply:
    """Run `attempt`; a race it lost is decided again, on what is true by then.

    Raises StaleVersion where the caller stated a version, NotYet `contended` after ATTEMPTS races.
    """
    for _ in range(ATTEMPTS):
        try:
            return await attempt()
        except LOST_RACES as lost:
            if isinstance(lost, StaleVersion) and request.expected_version is not None:
                raise
            last = lost
    raise NotYet("contended", f"{ATTEMPTS} races were lost, the last one: {last}")


async def write(
    store: EventStore,
    request: Request,
    stream: str,
    evolve: Evolve[S, E],
    decide: Decide[S, E],
    *,
    also: Callable[[Sequence[Write]], Sequence[Also]] = lambda _writes: (),
    more: Callable[[Sequence[E]], Mapping[str, Any]] = lambda _events: {},
    opens: bool = False,
) -> Reply:
    """Decide on one stream and append; `also` goes into our own tables, `more` into the reply.

    A command that `opens` its stream is decided at first as if nothing were there, unread: where
    something is, the append finds out; a preview appends nothing, and reads. Raises the decision's
    refusals and those of `retry`.
    """

    async def attempt(found: Loaded) -> Reply:
        request.check_version(stream, found.version)
        with telling_existing_entry({stream: found}):
            events = decide(state_of(evolve, found), today_of(store))
        appending = Write(stream, found.version, events)
        reply = one_stream(appending, **more(events))
        return await store.append(request, [appending], reply, also([appending]))

    if opens and request.expected_version is None and not request.preview:
        # Of several refusals the first in order is said: what is there must be read for that.
        with contextlib.suppress(Refusal):
            return await attempt(Loaded([], 0))

    async def read_first() -> Reply:
        return await attempt(await store.load(stream))

    return await retry(request, read_first)


async def write_knowing(
    store: EventStore,
    request: Request,
    stream: str,
    evolve: Evolve[S, E],
    *,
    look: Callable[[Loaded], Awaitable[K]],
    decide: Callable[[S | None, date, K], Sequence[E]],
    also: Callable[[Sequence[Write], K], Sequence[Also]] = lambda _writes, _known: (),
) -> Reply:
    """Decide on one stream and on what `look` finds beside it: who recorded what in it, or what
    stands elsewhere. It looks anew in every attempt; what may change elsewhere until the commit
    needs a guard of `also` (guards.py).

    Raises the decision's refusals and those of `retry`.
    """

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        known = await look(found)
        with telling_existing_entry({stream: found}):
            events = decide(state_of(evolve, found), today_of(store), known)
        appending = Write(stream, found.version, events)
        return await store.append(
            request, [appending], one_stream(appending), also([appending], known)
        )

    return await retry(request, attempt)


def state_of(evolve: Evolve[S, E], found: Loaded) -> S | None:
    """The state of a stream, without what was withdrawn. Its events are those that `evolve` takes:
    the contract's `stream_of` says which types share a stream."""
    evolved = cast(Callable[[S | None, E], S | None], evolve)
    return fold(evolved, cast(Sequence[E], found.effective), None)


def one_stream(write: Write, **more: Any) -> Reply:
    """The reply of a command that wrote one stream."""
    version = write.expecting + len(write.events)
    return Reply(
        201, {"stream": write.stream, "version": version, "events": len(write.events), **more}
    )
