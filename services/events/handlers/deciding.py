"""What all handlers share: one stream in, a decision, its events out."""

from collections.abc import Callable
from typing import Any

from services.events.commands.sourced import Sourced
from services.events.domain import decide, fold
from shared.errors import NotYet, StaleVersion
from shared.request import Reply, Request
from shared.store import EventStore, Write
from shared.values import SHANGHAI

ATTEMPTS = 3

Evolve = Callable[[Any, Any], Any]


async def write(
    store: EventStore,
    request: Request,
    thing: str,
    evolve: Evolve,
    command: Sourced,
    *looked_up: Any,
    more: Callable[[int], dict[str, Any]] = lambda _events: {},
) -> Reply:
    """Decide `command` on the union's stream `thing` and append; `more` adds to the reply, by the
    number of events.

    A race lost by a caller who stated no version is decided again, at most ATTEMPTS times in all.
    Raises the decision's refusals, StaleVersion where a version was stated, else NotYet
    `contended`.
    """
    stream = f"{request.org_id}/{thing}"
    today = store.clock().astimezone(SHANGHAI).date()
    for _ in range(ATTEMPTS):
        found = await store.load(stream)
        request.check_version(stream, found.version)
        state = fold(evolve, found.events)
        events = decide(state, command, request.org_id, today, *looked_up)
        reply = Reply(
            201,
            {
                "stream": stream,
                "version": found.version + len(events),
                "events": len(events),
                **more(len(events)),
            },
        )
        try:
            return await store.append(request, [Write(stream, found.version, events)], reply)
        except StaleVersion as lost:
            if request.expected_version is not None:
                raise
            last = lost
    raise NotYet("contended", f"{ATTEMPTS} races were lost, the last one: {last}")
