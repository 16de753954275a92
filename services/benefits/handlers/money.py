"""Money: look up, load, decide, append."""

from services.benefits.commands.money import (
    AdjustBudget,
    ApproveBudget,
    PayExpenditure,
    ReceiveIncome,
)
from services.benefits.domain import streams
from services.benefits.domain.money import evolve
from services.benefits.handlers.deciding import write
from services.benefits.handlers.known import require_known
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore


async def approve_budget(store: EventStore, request: Request, command: ApproveBudget) -> Reply:
    """Record the year's budget of a known union."""
    await require_known(store, request)
    stream = streams.budget(request.org_id, command.budget_year)
    return await write(store, request, stream, evolve, command)


async def adjust_budget(store: EventStore, request: Request, command: AdjustBudget) -> Reply:
    """Record the budget's lines as they are from now on."""
    stream = streams.budget(request.org_id, command.budget_year)
    return await write(store, request, stream, evolve, command)


async def receive_income(store: EventStore, request: Request, command: ReceiveIncome) -> Reply:
    """Record money a known union received."""
    await require_known(store, request)
    stream = streams.income(request.org_id, command.income_id)
    return await write(store, request, stream, evolve, command)


async def pay_expenditure(store: EventStore, request: Request, command: PayExpenditure) -> Reply:
    """Book a payment of a known union; whoever asks is its approver."""
    await require_known(store, request)
    stream = streams.payment(request.org_id, command.payment_id)
    return await write(store, request, stream, evolve, command, approver=request.actor.subject)
