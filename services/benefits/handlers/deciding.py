"""What all handlers share: a stream in, a decision, its events out; a lost race decided again."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

import asyncpg

from services.benefits.domain import decide, fold
from services.benefits.domain.streams import Range
from shared.contract.envelope import DomainEvent
from shared.contract.values import SHANGHAI
from shared.errors import NotYet, StaleVersion
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also, EventStore, Write

ATTEMPTS = 4

LOST_RACES = (
    StaleVersion,
    asyncpg.UniqueViolationError,  # of our own tables: another claim of the case was filed
    asyncpg.SerializationError,  # require_version, require_count
    asyncpg.DeadlockDetectedError,
)

Evolve = Callable[[Any, Any], Any]


def today_of(store: EventStore) -> date:
    """The civil date in Asia/Shanghai."""
    return store.clock().astimezone(SHANGHAI).date()


async def deciding_again(request: Request, attempt: Callable[[], Awaitable[Reply]]) -> Reply:
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
    evolve: Evolve,
    command: Any,
    *,
    also: Callable[[Sequence[DomainEvent]], Sequence[Also]] = lambda _events: (),
    **looked_up: Any,
) -> Reply:
    """Decide `command` on one stream and append; `also` goes with the events into our own tables.

    Raises the decision's refusals, StaleVersion, NotYet `contended`.
    """

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        state = fold(evolve, found.events)
        events = decide(state, command, request.org_id, today_of(store), **looked_up)
        reply = one_stream(stream, found.version + len(events), len(events))
        return await store.append(
            request, [Write(stream, found.version, events)], reply, also(events)
        )

    return await deciding_again(request, attempt)


def one_stream(stream: str, version: int, events: int, **more: Any) -> Reply:
    """The reply of a command that wrote one stream."""
    return Reply(201, {"stream": stream, "version": version, "events": events, **more})


def still_at(stream: str, version: int) -> Also:
    """The appending transaction fails unless `stream`, which it does not write, is unchanged."""
    return Also("SELECT require_version($1, $2)", [(stream, version)])


def still_counting(guarded: str, streams: Range, event: type[DomainEvent], expected: int) -> Also:
    """The appending transaction fails unless `expected` such events, its own included, are there.

    It waits for whoever wrote with `still_at(guarded, …)`, and makes later ones wait.
    """
    row = (guarded, event.type_name(), *streams, expected)
    return Also("SELECT require_count($1, $2, $3, $4, $5)", [row])
