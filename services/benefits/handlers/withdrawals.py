"""Entries taken back: load, decide, append; and what else rests on them, beyond their stream."""

from collections.abc import Sequence
from typing import cast

from services.benefits import streams
from services.benefits.domain import claims
from services.benefits.domain.claims import ClaimEvent
from services.benefits.domain.withdrawals import (
    RULES,
    require_case_free,
    require_nobody_holds,
)
from services.benefits.handlers.guards import still_counting
from services.benefits.queries import claims as claims_read
from services.benefits.queries import deliveries
from services.benefits.tables import claim_as_it_stands
from shared.contract.benefits import (
    ClaimFiled,
    GiftIssued,
    MemberInsured,
    PolicyBought,
    ProgrammeOpened,
)
from shared.decider.fold import fold
from shared.decider.withdrawal import Recorded, WithdrawEntries
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import Also, EventStore
from shared.eventstore.withdraw import left_of, withdraw
from shared.replicas.members import require_known


async def withdraw_entries(store: EventStore, request: Request, command: WithdrawEntries) -> Reply:
    """Take entries of one stream back. Whoever issues or insures at the same moment does so before
    it, or not at all."""
    await require_known(store, request)

    async def also(found: Loaded, entries: Sequence[Recorded]) -> Sequence[Also]:
        rows = await _nobody_holds(store, command.stream, entries)
        filed = next((each for each in found.events if isinstance(each, ClaimFiled)), None)
        return rows + ([] if filed is None else await _claim(store, found, entries, filed))

    return await withdraw(store, request, command, RULES, also=also)


async def _nobody_holds(store: EventStore, stream: str, entries: Sequence[Recorded]) -> list[Also]:
    """Guards: nothing was issued in a programme that never was, nobody covered by such a policy."""
    guards = []
    for entry in entries:
        by: type[GiftIssued | MemberInsured]
        match entry.event:
            case ProgrammeOpened(org_id=org_id, programme_id=programme_id):
                held_in, by = streams.gifts_of(org_id, programme_id), GiftIssued
            case PolicyBought(org_id=org_id, policy_id=policy_id):
                held_in, by = streams.insured_under(org_id, policy_id), MemberInsured
            case _:
                continue
        ever = await deliveries.count_of(store.pool, held_in, by.type_name())
        _, held = await deliveries.versions(store.pool, held_in)
        require_nobody_holds(entry, stream, len(held))
        guards.append(still_counting(stream, held_in, by, ever))
    return guards


async def _claim(
    store: EventStore, found: Loaded, entries: Sequence[Recorded], filed: ClaimFiled
) -> list[Also]:
    """The index of claims as the claim's other events make it."""
    left = cast(list[ClaimEvent], [each.event for each in left_of(found, entries)])
    state = fold(claims.evolve, left, None)
    stands = isinstance(state, claims.Filed | claims.Approved | claims.Paid)
    if stands and filed.case_id is not None:
        same_case = await claims_read.active(
            store.pool, filed.org_id, filed.person_id, filed.kind, filed.case_id
        )
        require_case_free(filed.claim_id, same_case)
    return [claim_as_it_stands(filed, left)]
