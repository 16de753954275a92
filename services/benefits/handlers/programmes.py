"""Programmes: look up, load, decide, append."""

from services.benefits.commands.programmes import (
    ApplyForPortions,
    CloseProgramme,
    FreezeRoster,
    OpenProgramme,
    ReceivePortions,
)
from services.benefits.domain import decide, fold, streams
from services.benefits.domain.programmes import Programme, evolve
from services.benefits.handlers.deciding import (
    deciding_again,
    one_stream,
    still_counting,
    today_of,
    write,
)
from services.benefits.handlers.known import require_caught_up, require_known
from services.benefits.queries import deliveries, known
from shared.contract.benefits import GiftIssued
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore, Write


async def open_programme(store: EventStore, request: Request, command: OpenProgramme) -> Reply:
    """Open a programme in a known union."""
    await require_known(store, request)
    stream = streams.programme(request.org_id, command.programme_id)
    return await write(store, request, stream, evolve, command)


async def apply_for_portions(
    store: EventStore, request: Request, command: ApplyForPortions
) -> Reply:
    """Apply for portions from the union above."""
    stream = streams.programme(request.org_id, command.programme_id)
    return await write(store, request, stream, evolve, command)


async def receive_portions(store: EventStore, request: Request, command: ReceivePortions) -> Reply:
    """Record portions that came from the union above."""
    stream = streams.programme(request.org_id, command.programme_id)
    return await write(store, request, stream, evolve, command)


async def freeze_roster(store: EventStore, request: Request, command: FreezeRoster) -> Reply:
    """Freeze the roster: the people listed, or whom our copy knows once it has caught up."""
    await require_known(store, request, command.person_ids or ())
    if command.person_ids is None:
        await require_caught_up(store, request)
    stream = streams.programme(request.org_id, command.programme_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        state: Programme | None = fold(evolve, found.events)
        belonging: list[str] = []
        if command.person_ids is None and state is not None:
            belonging = await known.belonging(
                store.pool, request.org_id, state.terms.population, command.as_of
            )
        events = decide(state, command, request.org_id, today_of(store), belonging=belonging)
        reply = one_stream(
            stream,
            found.version + len(events),
            len(events),
            count=events[0].count,
            sha256=events[0].sha256,
            link=programme_link(request.org_id, command.programme_id),
        )
        return await store.append(request, [Write(stream, found.version, events)], reply)

    return await deciding_again(request, attempt)


async def close_programme(store: EventStore, request: Request, command: CloseProgramme) -> Reply:
    """Close a programme; whoever issues at the same moment does so before it, or not at all."""
    stream = streams.programme(request.org_id, command.programme_id)
    gifts = streams.gifts_of(request.org_id, command.programme_id)

    async def attempt() -> Reply:
        issues = await deliveries.count_of(store.pool, gifts, GiftIssued.type_name())
        _, received = await deliveries.versions(store.pool, gifts)
        found = await store.load(stream)
        request.check_version(stream, found.version)
        events = decide(
            fold(evolve, found.events),
            command,
            request.org_id,
            today_of(store),
            received=received,
        )
        reply = one_stream(
            stream,
            found.version + len(events),
            len(events),
            issued=events[0].issued,
            missed=events[0].missed_count,
            link=programme_link(request.org_id, command.programme_id),
        )
        return await store.append(
            request,
            [Write(stream, found.version, events)],
            reply,
            [still_counting(stream, gifts, GiftIssued, issues)],
        )

    return await deciding_again(request, attempt)


def programme_link(org_id: str, programme_id: str) -> str:
    """Where a programme's counts are answered."""
    return f"/v1/{org_id}/programmes/{programme_id}"
