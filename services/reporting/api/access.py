"""Who may ask what, and the two clocks of a question, as FastAPI dependencies.

Access is decided first: a question from somebody who may not ask it is not read further.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NamedTuple

import asyncpg
from fastapi import Depends, Header, Path, Query
from fastapi import Request as HttpRequest

from services.reporting.ingest.apply import Ingest
from services.reporting.queries.knowledge import Period, log_index_of, period_of
from services.reporting.queries.status import EndOffsets
from services.reporting.rebuild.coordinator import Rebuilt
from services.reporting.reconciliation.reconciler import Reconciler
from shared.clock import Clock
from shared.contract.envelope import Actor
from shared.contract.values import BusinessDate
from shared.errors import NotPermitted
from shared.http.auth import TokenVerifier

READERS = ("auditor", "operator", "chair", "clerk", "approver")
"""Who reads a union's figures, events and findings."""

WATCHERS = ("operator", "auditor")
"""Who reads how the service stands; only an operator changes it."""


class Reporting(NamedTuple):
    """What the routes need; `end_offsets` asks Kafka how far its topics go, `rebuild` is the work
    of an operator's rebuild."""

    pool: asyncpg.Pool
    tokens: TokenVerifier
    ingest: Ingest
    reconciler: Reconciler
    end_offsets: EndOffsets
    clock: Clock
    rebuild: Callable[[], Awaitable[Rebuilt]]


def reporting(http: HttpRequest) -> Reporting:
    """What this app was built with."""
    built: Reporting = http.app.state.reporting
    return built


Built = Annotated[Reporting, Depends(reporting)]
Bearer = Annotated[str | None, Header(alias="Authorization")]
Org = Annotated[str, Path(description="the union")]


async def reader(built: Built, org_id: Org, authorization: Bearer = None) -> Actor:
    """A reader of this union. Raises Unauthenticated, NotPermitted."""
    actor = await built.tokens.actor(authorization, *READERS)
    if not actor.may_act_for(org_id):
        raise NotPermitted(
            "union-not-yours", f"the token of {actor.subject} does not cover the union {org_id}"
        )
    return actor


async def watcher(built: Built, authorization: Bearer = None) -> Actor:
    """Who may see how the service stands. Raises Unauthenticated, NotPermitted."""
    return await built.tokens.actor(authorization, *WATCHERS)


async def operator(built: Built, authorization: Bearer = None) -> Actor:
    """Who may change how the service stands. Raises Unauthenticated, NotPermitted."""
    return await built.tokens.actor(authorization, "operator")


Reader = Annotated[Actor, Depends(reader)]
Watcher = Annotated[Actor, Depends(watcher)]
Operator = Annotated[Actor, Depends(operator)]

AsOf = Annotated[
    str | None,
    Query(description="as known at: a log_index, an instant, or the end of a day in China"),
]


class Question(NamedTuple):
    """What every question about a union names: the union, the days, what was known."""

    org_id: str
    period: Period
    as_of: str | None

    async def at(self, connection: Any) -> int:
        """The log_index it is answered at. Raises Invalid `as-of-invalid`."""
        return await log_index_of(connection, self.as_of)

    def head(self, at: int) -> dict[str, Any]:
        """What every answer begins with."""
        return {
            "org_id": self.org_id,
            "from": self.period.first,
            "to": self.period.last,
            "known_at": at,
        }


async def question(  # noqa: PLR0917 - FastAPI reads each from a parameter
    built: Built,
    _: Reader,
    org_id: Org,
    year: Annotated[int | None, Query(description="a calendar year, as a period")] = None,
    first: Annotated[BusinessDate | None, Query(alias="from")] = None,
    last: Annotated[BusinessDate | None, Query(alias="to")] = None,
    as_of: AsOf = None,
) -> Question:
    """A question about a period. Raises Invalid `period-missing`, `period-invalid`."""
    return Question(org_id, period_of(year, first, last), as_of)


Asked = Annotated[Question, Depends(question)]
