"""Policies and budgets as answered: the stream folded, the people under a policy counted."""

from typing import Any

from services.benefits import streams
from services.benefits.domain import insurance, money
from services.benefits.queries import deliveries
from shared.contract.benefits import PolicyBought
from shared.errors import Unknown
from shared.eventstore.store import EventStore
from shared.eventstore.write import state_of


async def policy(store: EventStore, org_id: str, policy_id: str) -> dict[str, Any]:
    """A policy and how many it covers, against how many the insurer was told.

    Raises Unknown `unknown-policy`.
    """
    found = await store.load(streams.policy(org_id, policy_id))
    bought = state_of(insurance.evolve, found)
    if not isinstance(bought, PolicyBought):
        raise Unknown("unknown-policy", f"no policy {policy_id}")
    covers = streams.insured_under(org_id, policy_id)
    _, insured = await deliveries.versions(store.pool, covers)
    return {
        **bought.model_dump(exclude={"org_id", "occurred_on", "source_recorded_on"}),
        "version": found.version,
        "bought_on": bought.occurred_on,
        "insured": len(insured),
    }


async def budget(store: EventStore, org_id: str, budget_year: int) -> dict[str, Any]:
    """A year's budget as adjusted so far, in fen. Raises Unknown `unknown-budget`."""
    found = await store.load(streams.budget(org_id, budget_year))
    state = state_of(money.evolve, found)
    if not isinstance(state, money.Budget):
        raise Unknown("unknown-budget", f"no budget of {budget_year}")
    return {
        "budget_year": budget_year,
        "version": found.version,
        "adjusted": state.adjusted,
        "lines": [line.model_dump() for line in state.lines],
        "total_fen": sum(line.amount_fen for line in state.lines),
    }
