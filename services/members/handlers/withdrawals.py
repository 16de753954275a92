"""Entries taken back: load, decide, append; the registers become what the other events make."""

from collections.abc import Sequence

from services.members.domain.withdrawals import RULES, takes_back
from services.members.handlers.context import Context, require_union
from services.members.tables import anew, still_a_tree
from shared.decider.withdrawal import Recorded, WithdrawEntries
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also
from shared.eventstore.withdraw import left_of, withdraw


async def withdraw_entries(context: Context, request: Request, command: WithdrawEntries) -> Reply:
    """Take entries of one stream back."""
    await require_union(context.store, request)

    async def also(found: Loaded, entries: Sequence[Recorded]) -> Sequence[Also]:
        left = [(each.version, each.event) for each in left_of(found, entries)]
        return [*anew(command.stream, left), still_a_tree(request.org_id)]

    return await withdraw(context.store, request, command, RULES, takes_back, also=also)
