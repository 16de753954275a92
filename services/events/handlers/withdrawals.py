"""Entries taken back: load, decide, append."""

from services.events.domain.withdrawals import RULES
from shared.decider.withdrawal import WithdrawEntries
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.eventstore.withdraw import withdraw
from shared.replicas.members import require_known


async def withdraw_entries(store: EventStore, request: Request, command: WithdrawEntries) -> Reply:
    """Take entries of one stream back."""
    await require_known(store, request)
    return await withdraw(store, request, command, RULES)
