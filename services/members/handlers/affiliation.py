"""Commands about a union's move from one upper union to another (转隶)."""

from functools import reduce
from typing import cast

from services.members.commands import (
    CompleteAffiliationTransfer,
    RecordHandoverPrepared,
    StartAffiliationTransfer,
)
from services.members.domain import affiliation
from services.members.domain.affiliation import AffiliationEvent, Transfer
from services.members.handlers.streams import (
    Context,
    append,
    deciding_again,
    load_known,
    one_stream,
)
from services.members.queries import rosters
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Write


def transfer_stream(org_id: str, to_parent: str) -> str:
    """The stream of all transfers of a union to one upper union."""
    return f"{org_id}/affiliation-{to_parent}"


async def start_transfer(
    context: Context, request: Request, command: StartAffiliationTransfer
) -> Reply:
    """Begin a transfer; of two that begin at once, a primary key lets one."""

    async def attempt() -> Reply:
        stream, version, transfer = await _load(context, request, command.to_parent)
        pool = context.store.pool
        union = await rosters.union(pool, request.org_id) or {}
        events = affiliation.start_transfer(
            transfer,
            command,
            request.org_id,
            context.today(),
            parent=union.get("parent_org_id"),
            moving_to=union.get("moving_to"),
            above_new=await rosters.unions_above(pool, command.to_parent),
        )
        write = Write(stream, version, events)
        return await append(context, request, [write], one_stream(write))

    return await deciding_again(request, attempt)


async def record_prepared(
    context: Context, request: Request, command: RecordHandoverPrepared
) -> Reply:
    """Record how many membership files are ready."""

    async def attempt() -> Reply:
        stream, version, transfer = await _load(context, request, command.to_parent)
        events = affiliation.record_prepared(
            transfer,
            command,
            request.org_id,
            context.today(),
            members_now=await rosters.members_now(context.store.pool, request.org_id),
        )
        write = Write(stream, version, events)
        return await append(context, request, [write], one_stream(write))

    return await deciding_again(request, attempt)


async def complete_transfer(
    context: Context, request: Request, command: CompleteAffiliationTransfer
) -> Reply:
    """The union belongs to the new upper union from now on."""

    async def attempt() -> Reply:
        stream, version, transfer = await _load(context, request, command.to_parent)
        events = affiliation.complete_transfer(transfer, command, request.org_id, context.today())
        write = Write(stream, version, events)
        return await append(context, request, [write], one_stream(write))

    return await deciding_again(request, attempt)


async def _load(context: Context, request: Request, to_parent: str) -> tuple[str, int, Transfer]:
    await load_known(context, request, ())
    stream = transfer_stream(request.org_id, to_parent)
    loaded = await context.store.load(stream)
    request.check_version(stream, loaded.version)
    events = cast(list[AffiliationEvent], loaded.events)
    state = reduce(affiliation.evolve, events, cast(Transfer, affiliation.INITIAL))
    return stream, loaded.version, state
