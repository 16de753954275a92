"""Commands about a union's move from one upper union to another (转隶)."""

from services.members.commands import (
    CompleteAffiliationTransfer,
    RecordHandoverPrepared,
    StartAffiliationTransfer,
)
from services.members.domain import affiliation
from services.members.domain.organisation import Registered
from services.members.handlers.streams import (
    Context,
    append,
    deciding_again,
    load_known,
    one_stream,
    union_stream,
)
from services.members.queries import rosters
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Write


async def start_transfer(
    context: Context, request: Request, command: StartAffiliationTransfer
) -> Reply:
    """Begin a transfer; of two that begin at once, the union's stream takes one."""

    async def attempt() -> Reply:
        union, version = await _load(context, request)
        events = affiliation.start_transfer(
            union,
            command,
            request.org_id,
            context.today(),
            above_new=await rosters.unions_above(context.store.pool, command.to_parent),
        )
        write = Write(union_stream(request.org_id), version, events)
        return await append(context, request, [write], one_stream(write))

    return await deciding_again(request, attempt)


async def record_prepared(
    context: Context, request: Request, command: RecordHandoverPrepared
) -> Reply:
    """Record how many membership files are ready."""

    async def attempt() -> Reply:
        union, version = await _load(context, request)
        events = affiliation.record_prepared(
            union,
            command,
            request.org_id,
            context.today(),
            members_now=await rosters.members_now(context.store.pool, request.org_id),
        )
        write = Write(union_stream(request.org_id), version, events)
        return await append(context, request, [write], one_stream(write))

    return await deciding_again(request, attempt)


async def complete_transfer(
    context: Context, request: Request, command: CompleteAffiliationTransfer
) -> Reply:
    """The union belongs to the new upper union from now on."""

    async def attempt() -> Reply:
        union, version = await _load(context, request)
        events = affiliation.complete_transfer(union, command, request.org_id, context.today())
        write = Write(union_stream(request.org_id), version, events)
        return await append(context, request, [write], one_stream(write))

    return await deciding_again(request, attempt)


async def _load(context: Context, request: Request) -> tuple[Registered, int]:
    known = await load_known(context, request, ())
    stream = union_stream(request.org_id)
    request.check_version(stream, known.versions[stream])
    return known.union, known.versions[stream]
