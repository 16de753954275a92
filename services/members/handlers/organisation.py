"""Commands about the union itself."""

from services.members import streams
from services.members.commands.organisation import (
    CorrectOrganisation,
    DeclareStaffCount,
    RegisterOrganisation,
)
from services.members.domain import organisation
from services.members.handlers.context import Context, require_union
from services.members.queries import rosters
from services.members.tables import rows_of, still_a_tree
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Write
from shared.eventstore.write import one_stream, retry, state_of, today_of, write


async def register_organisation(
    context: Context, request: Request, command: RegisterOrganisation
) -> Reply:
    """Register a union in the tree, which stays one whatever else moves in it meanwhile."""
    store, org_id = context.store, request.org_id
    stream = streams.organisation(org_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        events = organisation.register_organisation(
            state_of(organisation.evolve, found),
            command,
            org_id,
            today_of(store),
            simulated=request.simulated,
            above_parent=await rosters.unions_above(store.pool, command.parent_org_id),
        )
        registering = Write(stream, found.version, events)
        reply = one_stream(registering)
        return await store.append(
            request, [registering], reply, [*rows_of([registering]), still_a_tree(org_id)]
        )

    return await retry(request, attempt)


async def correct_organisation(
    context: Context, request: Request, command: CorrectOrganisation
) -> Reply:
    """Correct what is registered of a union; the tree stays one, as when it was registered."""
    store, org_id = context.store, request.org_id
    await require_union(store, request)
    stream = streams.organisation(org_id)

    async def attempt() -> Reply:
        found = await store.load(stream)
        request.check_version(stream, found.version)
        events = organisation.correct_organisation(
            state_of(organisation.evolve, found),
            command,
            org_id,
            today_of(store),
            above_parent=await rosters.unions_above(store.pool, command.parent_org_id),
        )
        correcting = Write(stream, found.version, events)
        rows = [*rows_of([correcting]), still_a_tree(org_id)]
        return await store.append(request, [correcting], one_stream(correcting), rows)

    return await retry(request, attempt)


async def declare_staff_count(
    context: Context, request: Request, command: DeclareStaffCount
) -> Reply:
    """Declare the unit's head count of a day."""
    await require_union(context.store, request)
    org_id = request.org_id
    return await write(
        context.store,
        request,
        streams.organisation(org_id),
        organisation.evolve,
        lambda state, today: organisation.declare_staff_count(state, command, org_id, today),
        also=rows_of,
    )
