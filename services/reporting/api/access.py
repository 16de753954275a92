"""Who may ask what, and the two clocks of a question, as FastAPI dependencies.

Access is decided first: a question from somebody who may not ask it is not read further.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NamedTuple

import asyncpg
from fastapi import Depends, Path, Query
from fastapi import Request as HttpRequest

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import Register
from services.reporting.ingest.quarantine import Scope
from services.reporting.queries.knowledge import Period, log_index_of, period_of
from services.reporting.queries.status import EndOffsets
from services.reporting.rebuild.outcome import Rebuilt
from services.reporting.reconciliation.reconciler import Reconciler
from services.reporting.reports.press import Press
from shared.clock import Clock
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor
from shared.eventstore.store import EventStore
from shared.http.access import WATCHERS, of_covered, of_every_union, of_union
from shared.http.auth import TokenVerifier
from shared.http.pages import AskedDate, AskedYear

READERS = ("auditor", "operator", "chair", "clerk", "approver")
"""Who reads a union's figures, events and findings."""


class Reporting(NamedTuple):
    """What the routes need; `end_offsets` asks Kafka how far its topics go, `rebuild` is the work
    of an operator's rebuild, `register` says which other sources are heard, `press` makes the files
    of reports."""

    pool: asyncpg.Pool
    tokens: TokenVerifier
    ingest: Ingest
    reconciler: Reconciler
    end_offsets: EndOffsets
    clock: Clock
    rebuild: Callable[..., Awaitable[Rebuilt]]
    register: Register = Register(None)
    press: Press = Press()

    @property
    def store(self) -> EventStore:
        """Reporting's own event store."""
        return EventStore(self.pool, self.ingest.clock, source_of("reporting"))


def reporting(http: HttpRequest) -> Reporting:
    """What this app was built with."""
    built: Reporting = http.app.state.reporting
    return built


Built = Annotated[Reporting, Depends(reporting)]
Org = Annotated[str, Path(description="the union")]


def scope_of(built: Reporting, actor: Actor) -> Scope:
    """The records in quarantine that an actor may see: of the unions that the token covers; for a
    producer those on the topics that are registered for its account, and nothing else."""
    if actor.role == "producer":
        sent = [
            topic
            for topic, publisher in built.ingest.publishers.items()
            if actor.subject in publisher.accounts
        ]
        return Scope([], sent)
    return Scope(None if actor.for_every_union else sorted(actor.orgs))


Reader = Annotated[Actor, of_union(*READERS)]
Officer = Annotated[Actor, of_union(*READERS, "cashier")]
"""Whoever does something for a union: a cashier reads no figures, and is told what day it is."""
Watcher = Annotated[Actor, of_every_union(*WATCHERS)]
Operator = Annotated[Actor, of_every_union("operator")]
RecordReader = Annotated[Actor, of_covered(*WATCHERS, "producer")]
Settler = Annotated[Actor, of_covered("operator")]

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
    year: Annotated[AskedYear | None, Query(description="a calendar year, as a period")] = None,
    first: Annotated[AskedDate | None, Query(alias="from")] = None,
    last: Annotated[AskedDate | None, Query(alias="to")] = None,
    as_of: AsOf = None,
) -> Question:
    """A question about a period. Raises Invalid `period-missing`, `period-invalid`."""
    return Question(org_id, period_of(year, first, last), as_of)


Asked = Annotated[Question, Depends(question)]
