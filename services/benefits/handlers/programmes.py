"""Programmes: look up, load, decide, append."""

from services.benefits import streams
from services.benefits.commands.programmes import (
    ApplyForPortions,
    CloseProgramme,
    FreezeRoster,
    OpenProgramme,
    ReceivePortions,
    RenameProgramme,
)
from services.benefits.domain import programmes
from services.benefits.handlers.guards import still_counting
from services.benefits.queries import deliveries, people
from shared.contract.benefits import GiftIssued
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore, Write
from shared.eventstore.write import one_stream, retry, state_of, today_of, write
from shared.replicas.members import merged_people, require_caught_up, require_known


async def open_programme(store: EventStore, request: Request, command: OpenProgramme) -> Reply:
    """Open a programme in a known union."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.programme(org_id, command.programme_id),
        programmes.evolve,
        lambda state, today: programmes.open_programme(state, command, org_id, today),
    )


async def rename_programme(store: EventStore, request: Request, command: RenameProgramme) -> Reply:
    """Correct a programme's name."""
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.programme(org_id, command.programme_id),
        programmes.evolve,
        lambda state, today: programmes.rename_programme(state, command, org_id, today),
    )


async def apply_for_portions(
    store: EventStore, request: Request, command: ApplyForPortions
) -> Reply:
    """Apply for portions from the union above."""
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.programme(org_id, command.programme_id),
        programmes.evolve,
        lambda state, today: programmes.apply_for_portions(state, command, org_id, today),
    )


async def receive_portions(store: EventStore, request: Request, command: ReceivePortions) -> Reply:
    """Record portions that came from the union above."""
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.programme(org_id, command.programme_id),
        programmes.evolve,
        lambda state, today: programmes.receive_portions(state, command, org_id, today),
    )


async def freeze_roster(store: EventStore, request: Request, command: FreezeRoster) -> Reply:
    """Freeze the roster: the people listed, or whom our replica knows once it has caught up."""
    await require_known(store, request, command.person_ids or ())
    if command.person_ids is None:
        await require_caught_up(store, request)
    org_id = request.org_id
    stream = streams.programme(org_id, command.programme_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        state = state_of(programmes.evolve, found)
        belonging: list[str] = []
        if command.person_ids is None and state is not None:
            belonging = await people.belonging(
                store.pool, org_id, state.terms.population, command.as_of
            )
        events = programmes.freeze_roster(
            state, command, org_id, today_of(store), belonging=belonging
        )
        freezing = Write(stream, found.version, events)
        reply = one_stream(
            freezing,
            count=events[0].count,
            sha256=events[0].sha256,
            link=programme_link(org_id, command.programme_id),
        )
        return await store.append(request, [freezing], reply)

    return await retry(request, attempt)


async def close_programme(store: EventStore, request: Request, command: CloseProgramme) -> Reply:
    """Close a programme; whoever issues at the same moment does so before it, or not at all."""
    org_id = request.org_id
    stream = streams.programme(org_id, command.programme_id)
    gifts = streams.gifts_of(org_id, command.programme_id)

    async def attempt() -> Reply:
        issues = await deliveries.count_of(store.pool, gifts, GiftIssued.type_name())
        _, received = await deliveries.versions(store.pool, gifts)
        merged = await merged_people(store.pool, org_id)
        found = await store.load(stream)
        request.check_version(stream, found.version)
        state = state_of(programmes.evolve, found)
        events = programmes.close_programme(
            state, command, org_id, today_of(store), received=received, merged=merged
        )
        closing = Write(stream, found.version, events)
        reply = one_stream(
            closing,
            issued=events[0].issued,
            missed=events[0].missed_count,
            link=programme_link(org_id, command.programme_id),
        )
        guard = still_counting(stream, gifts, GiftIssued, issues)
        return await store.append(request, [closing], reply, [guard])

    return await retry(request, attempt)


def programme_link(org_id: str, programme_id: str) -> str:
    """Where a programme's counts are answered."""
    return f"/v1/{org_id}/programmes/{programme_id}"
