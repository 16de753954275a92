"""Two records of one person: both streams are read, one is written."""

from services.members import streams
from services.members.commands.merging import MergeMembers, UnmergeMembers
from services.members.domain import merging, person
from services.members.handlers.context import Context, require_union
from services.members.tables import in_turn, merge_row, unmerge_row
from shared.eventstore.guards import still_at
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Write
from shared.eventstore.withdraw import left_of, recorded
from shared.eventstore.write import one_stream, retry, state_of, today_of


async def merge_members(context: Context, request: Request, command: MergeMembers) -> Reply:
    """Merge one record into another."""
    store, org_id = context.store, request.org_id
    await require_union(store, request)
    stream = streams.person(org_id, command.person_id)
    kept = streams.person(org_id, command.kept_person_id)

    async def attempt() -> Reply:
        found = await store.load_many([stream, kept])
        request.check_version(stream, found[stream].version)
        of_it = found[stream]
        events = merging.merge_members(
            recorded(of_it),
            command,
            stream,
            today_of(store),
            kept=state_of(person.evolve, found[kept]),
            entries=merging.entries_of(left_of(of_it, [])),
        )
        writing = Write(stream, of_it.version, events)
        rows = merge_row(org_id, command.person_id, command.kept_person_id)
        guards = [] if kept == stream else [still_at(kept, found[kept].version)]
        return await store.append(request, [writing], one_stream(writing), [*rows, *guards])

    return await retry(request, attempt)


async def unmerge_members(context: Context, request: Request, command: UnmergeMembers) -> Reply:
    """Undo a merge."""
    store, org_id = context.store, request.org_id
    await require_union(store, request)
    stream = streams.person(org_id, command.person_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        events = merging.unmerge_members(recorded(found), command, today_of(store), org_id)
        writing = Write(stream, found.version, events)
        rows = [*unmerge_row(org_id, command.person_id), *in_turn(writing)]
        return await store.append(request, [writing], one_stream(writing), rows)

    return await retry(request, attempt)
