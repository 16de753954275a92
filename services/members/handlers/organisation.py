"""Commands about the union itself."""

from services.members.commands import DeclareStaffCount, RegisterOrganisation
from services.members.domain import organisation
from services.members.handlers.streams import (
    Context,
    append,
    deciding_again,
    fold_union,
    one_stream,
    union_stream,
)
from services.members.queries import rosters
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Write


async def register_organisation(
    context: Context, request: Request, command: RegisterOrganisation
) -> Reply:
    """Register a union in the tree."""

    async def attempt() -> Reply:
        stream = union_stream(request.org_id)
        loaded = await context.store.load(stream)
        request.check_version(stream, loaded.version)
        events = organisation.register_organisation(
            fold_union(loaded),
            command,
            request.org_id,
            context.today(),
            simulated=request.simulated,
            above_parent=await rosters.unions_above(context.store.pool, command.parent_org_id),
        )
        write = Write(stream, loaded.version, events)
        return await append(context, request, [write], one_stream(write))

    return await deciding_again(request, attempt)


async def declare_staff_count(
    context: Context, request: Request, command: DeclareStaffCount
) -> Reply:
    """Declare the unit's head count of a day."""

    async def attempt() -> Reply:
        stream = union_stream(request.org_id)
        loaded = await context.store.load(stream)
        union = organisation.acting(fold_union(loaded), request.org_id, request.simulated)
        request.check_version(stream, loaded.version)
        events = organisation.declare_staff_count(union, command, request.org_id, context.today())
        write = Write(stream, loaded.version, events)
        return await append(context, request, [write], one_stream(write))

    return await deciding_again(request, attempt)
