"""Commands about a union's move from one upper union to another (转隶)."""

from services.members import streams
from services.members.commands.affiliation import (
    CompleteAffiliationTransfer,
    RecordHandoverPrepared,
    StartAffiliationTransfer,
)
from services.members.domain import affiliation, organisation
from services.members.handlers.context import Context, require_union
from services.members.queries import rosters
from services.members.tables import rows_of, still_a_tree
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Write
from shared.eventstore.write import one_stream, retry, state_of, today_of, write_knowing


async def start_transfer(
    context: Context, request: Request, command: StartAffiliationTransfer
) -> Reply:
    """Begin a transfer; of two that begin at once, the union's stream takes one."""
    store, org_id = context.store, request.org_id
    await require_union(store, request)
    stream = streams.organisation(org_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        events = affiliation.start_transfer(
            state_of(organisation.evolve, found),
            command,
            org_id,
            today_of(store),
            above_new=await rosters.unions_above(store.pool, command.to_parent),
        )
        starting = Write(stream, found.version, events)
        return await store.append(request, [starting], one_stream(starting), rows_of([starting]))

    return await retry(request, attempt)


async def record_prepared(
    context: Context, request: Request, command: RecordHandoverPrepared
) -> Reply:
    """Record how many membership files are ready."""
    store, org_id = context.store, request.org_id
    await require_union(store, request)
    stream = streams.organisation(org_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        events = affiliation.record_prepared(
            state_of(organisation.evolve, found),
            command,
            org_id,
            today_of(store),
            members_now=await rosters.members_now(store.pool, org_id),
        )
        recording = Write(stream, found.version, events)
        return await store.append(request, [recording], one_stream(recording))

    return await retry(request, attempt)


async def complete_transfer(
    context: Context, request: Request, command: CompleteAffiliationTransfer
) -> Reply:
    """The union belongs to the new upper union from now on."""
    store, org_id = context.store, request.org_id
    await require_union(store, request)

    async def look(_: Loaded) -> list[str]:
        return await rosters.unions_above(store.pool, command.to_parent)

    return await write_knowing(
        store,
        request,
        streams.organisation(org_id),
        organisation.evolve,
        look=look,
        decide=lambda state, today, above_new: affiliation.complete_transfer(
            state, command, org_id, today, above_new=above_new
        ),
        also=lambda writes, _: [*rows_of(writes), still_a_tree(org_id)],
    )
