"""Money: look up, load, decide, append."""

from services.benefits import streams
from services.benefits.commands.money import (
    AdjustBudget,
    ApproveBudget,
    CorrectIncome,
    PayExpenditure,
    ReceiveIncome,
    RequestExpenditure,
    ReverseExpenditure,
)
from services.benefits.domain import incomes, money, money_corrections
from services.benefits.tables import rows_of
from shared.contract.benefits import ExpenditurePaid, ExpenditureRequested, IncomeReceived
from shared.eventstore.loaded import Loaded
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore
from shared.eventstore.write import write, write_knowing
from shared.replicas.members import require_known


async def approve_budget(store: EventStore, request: Request, command: ApproveBudget) -> Reply:
    """Record the year's budget of a known union."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.budget(org_id, command.budget_year),
        money.evolve,
        lambda state, today: money.approve_budget(state, command, org_id, today),
    )


async def adjust_budget(store: EventStore, request: Request, command: AdjustBudget) -> Reply:
    """Record the budget's lines as they are from now on."""
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.budget(org_id, command.budget_year),
        money.evolve,
        lambda state, today: money.adjust_budget(state, command, org_id, today),
    )


async def receive_income(store: EventStore, request: Request, command: ReceiveIncome) -> Reply:
    """Record money a known union received."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.income(org_id, command.income_id),
        money.evolve,
        lambda state, today: incomes.receive_income(state, command, org_id, today),
    )


async def request_expenditure(
    store: EventStore, request: Request, command: RequestExpenditure
) -> Reply:
    """Record that a known union's money was asked for; whoever sends it is who asked."""
    await require_known(store, request)
    org_id = request.org_id
    return await write(
        store,
        request,
        streams.payment(org_id, command.payment_id),
        money.evolve,
        lambda state, today: money.request_expenditure(state, command, org_id, today),
        also=rows_of,
    )


async def pay_expenditure(store: EventStore, request: Request, command: PayExpenditure) -> Reply:
    """Book a payment; whoever sends it is its approver, and who asked is read with its stream."""
    approver, org_id = request.actor.subject, request.org_id
    return await write_knowing(
        store,
        request,
        streams.payment(org_id, command.payment_id),
        money.evolve,
        look=_requested_by,
        decide=lambda state, today, requested_by: money.pay_expenditure(
            state, command, org_id, today, approver=approver, requested_by=requested_by
        ),
        also=lambda writes, _: rows_of(writes),
    )


async def correct_income(store: EventStore, request: Request, command: CorrectIncome) -> Reply:
    """Restate an income; who recorded it is read with its stream."""
    corrector, org_id = request.actor.subject, request.org_id
    return await write_knowing(
        store,
        request,
        streams.income(org_id, command.income_id),
        money.evolve,
        look=_recorded_by,
        decide=lambda state, today, recorded_by: money_corrections.correct_income(
            state, command, org_id, today, corrector=corrector, recorded_by=recorded_by
        ),
    )


async def reverse_expenditure(
    store: EventStore, request: Request, command: ReverseExpenditure
) -> Reply:
    """Undo a payment, or record what of it came back; who paid is read with its stream."""
    reverser, org_id = request.actor.subject, request.org_id
    return await write_knowing(
        store,
        request,
        streams.payment(org_id, command.payment_id),
        money.evolve,
        look=_paid_by,
        decide=lambda state, today, paid_by: money_corrections.reverse_expenditure(
            state, command, org_id, today, reverser=reverser, paid_by=paid_by
        ),
        also=lambda writes, _: rows_of(writes),
    )


async def _recorded_by(income: Loaded) -> str:
    return income.actor_of(IncomeReceived) or ""


async def _paid_by(payment: Loaded) -> str:
    return payment.actor_of(ExpenditurePaid) or ""


async def _requested_by(payment: Loaded) -> str:
    return payment.actor_of(ExpenditureRequested) or ""
