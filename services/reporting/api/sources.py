"""Routes about services that are not ours: which are heard, and what became of what they sent."""

from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.reporting.api.access import Built, RecordReader, Reporting, scope_of
from services.reporting.ingest.became_of import became_of
from services.reporting.ingest.of_source import Asked, of_source
from services.reporting.ingest.quarantine import Scope
from shared.contract.attributes import event_id_of
from shared.contract.catalogue import outside_topic
from shared.contract.envelope import Actor
from shared.contract.values import Slug
from shared.errors import ContractViolation, Invalid, Unknown
from shared.http.pages import AskedDate
from shared.http.problems import Json

router = APIRouter(tags=["sources"])

READ = "SELECT DISTINCT topic FROM positions"


@router.get("/v1/sources")
async def list_sources(built: Built, actor: RecordReader) -> Json:
    """Who is registered, for what of whom, and whether their topic is read; whose registration is
    wrong is not heard, and why is said. A producer sees its own."""
    read = {row["topic"] for row in await built.pool.fetch(READ)}
    scope = scope_of(built, actor)
    registered = [
        {
            "name": source.name,
            "topic": source.topic,
            "contact": source.contact,
            "types": sorted(source.types),
            "orgs": sorted(source.orgs),
            "reporting_alone": source.reporting_alone,
            "state": await _state(built, source.topic, read),
        }
        for source in built.register.registered.sources
        if _sees(scope, source.topic, source.orgs)
    ]
    wrong: list[dict[str, Any]] = [
        {"name": name, "state": "disabled", "why": why}
        for name, why in built.register.registered.faults.items()
        if scope.orgs is None
    ]
    unreadable = built.register.unreadable if scope.orgs is None else ""
    return Json({"sources": registered + wrong, "unreadable": unreadable})


@router.get("/v1/sources/{name}/events")
async def show_events_of_source(
    built: Built,
    actor: RecordReader,
    name: Slug,
    *,
    stream: Annotated[str | None, Query(max_length=500)] = None,
    since: Annotated[AskedDate | None, Query(description="received on this day or later")] = None,
    until: Annotated[AskedDate | None, Query(description="received on this day or before")] = None,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Json:
    """How many of its events were received, applied, held and refused, for what reason, on which
    day; of one stream or of some days where asked. Refuses unknown-source."""
    scope = _scope_for(built, actor, name)
    asked = Asked(stream, since, until, after, limit)
    return Json(await of_source(built.pool, name, scope, asked))


@router.get("/v1/sources/{name}/events/{event_id}")
async def show_what_became(
    built: Built,
    actor: RecordReader,
    name: Slug,
    event_id: str,
) -> Json:
    """What became of an event that an outside source sent: its place in the journal (`accepted`)
    and its records in quarantine. `event_id` is a UUID or a ULID. Refuses unknown-event."""
    return Json(await became_of(built.pool, name, _event_id(event_id), scope_of(built, actor)))


async def _state(built: Reporting, topic: str, read: Collection[str]) -> str:
    """Whether a topic was read, or is there to be read: the worker looks every few seconds."""
    if topic in read or await built.end_offsets([(topic, 0)]):
        return "heard"
    return "waiting-for-its-topic"


def _event_id(text: str) -> UUID:
    try:
        return event_id_of(text)
    except ContractViolation as why:
        raise Invalid("invalid-request", why.detail) from why


def _scope_for(built: Reporting, actor: Actor, name: str) -> Scope:
    scope = scope_of(built, actor)
    publisher = built.ingest.publishers.get(outside_topic(name))
    orgs = tuple(publisher.orgs or ()) if publisher else ()
    if not _sees(scope, outside_topic(name), orgs) or (publisher is None and scope.orgs):
        raise Unknown("unknown-source", f"no source {name} is registered, of which you may know")
    return scope


def _sees(scope: Scope, topic: str, orgs: tuple[str, ...]) -> bool:
    return scope.orgs is None or topic in scope.topics or not set(scope.orgs).isdisjoint(orgs)
