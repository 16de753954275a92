"""Nothing is answered from a stale projection: how they stand is looked at before an answer is
worked out and after it.

Only both together are enough. A table that is dropped meanwhile and made again by a rebuild would
have been read while it was empty.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
from fastapi import Request, Response
from fastapi.routing import APIRoute

from services.reporting.api.access import Built, Reader
from services.reporting.projections.checkpoints import BY_A_PERSON, Folded, folded
from services.reporting.rebuild.state import rebuild_states
from shared.errors import NotYet

ATTEMPTS = 3
"""A rebuild puts new tables in place of old ones while an answer is worked out: it is again."""

MISREAD = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError)


async def all_fresh(pool: asyncpg.Pool, *, thorough: bool = False) -> Folded:
    """How the projections stand. Raises NotYet `being-rebuilt`, `projection-differs`."""
    found = await folded(pool, thorough=thorough)
    if not found.stale:
        return found
    listed = [each._asdict() for each in found.stale]
    names = ", ".join(each.projection for each in found.stale)
    if any(each.reason in BY_A_PERSON for each in found.stale):
        raise NotYet(
            "projection-differs",
            f"not what the journal gives, and for a person to settle: {names}",
            projections=listed,
        )
    runs = next((each for each in await rebuild_states(pool) if each.running), None)
    progress = runs.progress if runs else 0.0
    raise NotYet(
        "being-rebuilt",
        f"folded anew from the journal, {progress:.0%} done: {names}",
        projections=listed,
        progress=progress,
    )


async def fresh(built: Built, _: Reader, http: Request) -> None:
    """Refuse what would be read from a stale projection, and remember how they stood."""
    http.state.folded = await all_fresh(built.pool)


class FromProjections(APIRoute):
    """A route whose answer comes from projections; its router depends on `fresh`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, whose answer is given only if they stand as when it began."""
        handler = super().get_route_handler()

        async def answer(http: Request) -> Response:
            pool = http.app.state.reporting.pool
            for _ in range(ATTEMPTS):
                http.state.folded = None
                response = None
                try:
                    response = await handler(http)
                except MISREAD:
                    if http.state.folded is None:
                        raise
                except asyncpg.DeadlockDetectedError:
                    continue  # who drops or swaps tables waited for us, and we for them
                before: Folded | None = http.state.folded
                now = await all_fresh(pool, thorough=response is None)
                if response is not None and before is not None and before.token == now.token:
                    return response
            raise NotYet(
                "being-rebuilt", "new tables take their place", progress=1.0, projections=[]
            )

        return answer
