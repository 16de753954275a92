"""Our streams: their names, what stands in them, and appending with the registers."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from functools import reduce
from typing import NamedTuple, cast

import asyncpg

from services.members.domain import organisation, person
from services.members.domain.organisation import Organisation, OrganisationEvent, Registered
from services.members.domain.person import Person, PersonEvent
from services.members.queries.registers import entries
from services.members.queries.sealing import Sealer
from shared.contract.values import SHANGHAI
from shared.errors import NotYet, StaleVersion
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also, EventStore, Loaded, Write

ATTEMPTS = 3
GUARDED = frozenset({"person_records"})
"""Tables whose unique keys decide between two commands that no stream version keeps apart."""


class Context(NamedTuple):
    """What handlers are given."""

    store: EventStore
    sealer: Sealer

    def today(self) -> date:
        """The civil date in Asia/Shanghai."""
        return self.store.clock().astimezone(SHANGHAI).date()


class Known(NamedTuple):
    """What stands in the streams of a union and some of its people."""

    union: Registered
    people: dict[str, Person]
    versions: dict[str, int]


def union_stream(org_id: str) -> str:
    """The stream of the union itself."""
    return f"{org_id}/organisation"


def person_stream(org_id: str, person_id: str) -> str:
    """The stream of one person in one union."""
    return f"{org_id}/person-{person_id}"


async def load_known(context: Context, request: Request, person_ids: Iterable[str]) -> Known:
    """The acting union and the people, in one round trip.

    Raises Unknown `unknown-union`, NotPermitted `simulated-union-refused`.
    """
    org_id, ids = request.org_id, list(dict.fromkeys(person_ids))
    streams = [union_stream(org_id), *(person_stream(org_id, each) for each in ids)]
    found = await context.store.load_many(streams)
    union = organisation.acting(fold_union(found[streams[0]]), org_id, request.simulated)
    return Known(
        union,
        {each: _fold_person(found[person_stream(org_id, each)]) for each in ids},
        {stream: found[stream].version for stream in streams},
    )


def fold_union(loaded: Loaded) -> Organisation:
    """The union that its stream's events make."""
    events = cast(list[OrganisationEvent], loaded.events)
    return reduce(organisation.evolve, events, cast(Organisation, organisation.INITIAL))


def _fold_person(loaded: Loaded) -> Person:
    return reduce(person.evolve, cast(list[PersonEvent], loaded.events), person.INITIAL)


async def append(
    context: Context,
    request: Request,
    writes: Sequence[Write],
    reply: Reply,
    also: Sequence[Also] = (),
) -> Reply:
    """Append with the register entries of the events, and `also`, in one transaction."""
    return await context.store.append(request, writes, reply, [*entries(writes), *also])


def one_stream(write: Write, **more: str) -> Reply:
    """The reply to a command that wrote one stream."""
    version = write.expecting + len(write.events)
    return Reply(
        201, {"stream": write.stream, "version": version, "events": len(write.events), **more}
    )


async def deciding_again(request: Request, attempt: Callable[[], Awaitable[Reply]]) -> Reply:
    """Try up to three times where another command came first and the caller named no version.

    Raises StaleVersion where the caller stated a version, NotYet `contended` after ATTEMPTS races.
    """
    for _ in range(ATTEMPTS):
        try:
            return await attempt()
        except StaleVersion as lost:
            if request.expected_version is not None:
                raise
            last: Exception = lost
        except asyncpg.UniqueViolationError as raced:
            if raced.table_name not in GUARDED:
                raise
            last = raced
    raise NotYet("contended", f"{ATTEMPTS} races were lost, the last one: {last}")
