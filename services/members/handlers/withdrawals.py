"""Entries taken back: load, decide, append; the registers become what the other events make."""

from collections.abc import Sequence

from services.members import streams
from services.members.domain import merging
from services.members.domain.withdrawals import RULES
from services.members.handlers.context import Context, require_union
from services.members.queries import person_records
from services.members.tables import anew, none_led_to, still_a_tree
from shared.decider.withdrawal import Recorded, WithdrawEntries
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also
from shared.eventstore.withdraw import left_of, withdraw


async def withdraw_entries(context: Context, request: Request, command: WithdrawEntries) -> Reply:
    """Take entries of one stream back."""
    await require_union(context.store, request)

    async def also(found: Loaded, entries: Sequence[Recorded]) -> Sequence[Also]:
        left = left_of(found, entries)
        nobody = not merging.entries_of(left) and merging.merge_of(left) is None
        rows = anew(command.stream, [] if nobody else [(each.version, each.event) for each in left])
        guards = [still_a_tree(request.org_id)]
        if nobody:
            guards.append(await _nobody_led_to(context, request.org_id, command.stream))
        return [*rows, *guards]

    return await withdraw(context.store, request, command, RULES, also=also)


async def _nobody_led_to(context: Context, org_id: str, stream: str) -> Also:
    """A guard: whose registration is taken back is nobody that others were merged into."""
    person_id = stream.removeprefix(streams.person(org_id, ""))
    merged = await person_records.merged_into(context.store.pool, org_id, person_id)
    merging.require_no_merged(person_id, merged)
    return none_led_to(org_id, person_id)
