"""What all handlers share: one stream in, a decision, its events out."""

import contextlib
from collections.abc import Callable
from typing import Any

from services.events.commands.sourced import Sourced
from services.events.domain import decide, fold
from shared.contract.values import SHANGHAI
from shared.errors import NotYet, Refusal, StaleVersion
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore, Loaded, Write

ATTEMPTS = 3

Evolve = Callable[[Any, Any], Any]


async def write(
    store: EventStore,
    request: Request,
    thing: str,
    evolve: Evolve,
    command: Sourced,
    *looked_up: Any,
    opens: bool = False,
    more: Callable[[int], dict[str, Any]] = lambda _events: {},
) -> Reply:
    """Decide `command` on the union's stream `thing` and append; `more` adds to the reply, by the
    number of events.

    A command that `opens` its stream is decided at first as if nothing were there, unread: where
    something is, the append finds out. A race lost by a caller who stated no version is decided
    again. Raises the decision's refusals, StaleVersion where a version was stated, else NotYet
    `contended` after ATTEMPTS races.
    """
    stream = f"{request.org_id}/{thing}"
    today = store.clock().astimezone(SHANGHAI).date()

    async def attempt(found: Loaded) -> Reply:
        request.check_version(stream, found.version)
        state = fold(evolve, found.events)
        events = decide(state, command, request.org_id, today, *looked_up)
        version = found.version + len(events)
        reply = {"stream": stream, "version": version, "events": len(events), **more(len(events))}
        return await store.append(
            request, [Write(stream, found.version, events)], Reply(201, reply)
        )

    if opens and request.expected_version is None:
        # Of several refusals the first in order is said: what is there must be read for that.
        with contextlib.suppress(Refusal):
            return await attempt(Loaded([], 0))
    for _ in range(ATTEMPTS):
        try:
            return await attempt(await store.load(stream))
        except StaleVersion as lost:
            if request.expected_version is not None:
                raise
            last = lost
    raise NotYet("contended", f"{ATTEMPTS} races were lost, the last one: {last}")
