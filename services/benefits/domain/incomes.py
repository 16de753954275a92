"""Income (收入): entered once; who sends the same list again is told what differs."""

from datetime import date

from services.benefits.commands.money import ReceiveIncome
from services.benefits.domain.money import Booked, Money, MoneyEvent
from shared.contract.benefits import IncomeReceived
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.errors import Conflict


def receive_income(
    state: Money, command: ReceiveIncome, org_id: str, today: date
) -> list[MoneyEvent]:
    """Raises Invalid `date-in-future`; Conflict `income-exists` (`differs`)."""
    not_in_future(today, command.received_on, command.source_recorded_on)
    if isinstance(state, Booked) and isinstance(state.event, IncomeReceived):
        stands = state.event
        raise Conflict(
            "income-exists",
            f"{command.income_id} is in the books",
            differs=differing(
                occurred_on=(stands.occurred_on, command.received_on),
                source=(stands.source, command.source),
                fund=(stands.fund, command.fund),
                amount_fen=(stands.amount_fen, command.amount_fen),
                amount_assumed=(stands.amount_assumed, command.amount_assumed),
            ),
        )
    return [
        IncomeReceived(
            org_id=org_id,
            occurred_on=command.received_on,
            income_id=command.income_id,
            source=command.source,
            fund=command.fund,
            amount_fen=command.amount_fen,
            amount_assumed=command.amount_assumed,
            source_recorded_on=command.source_recorded_on,
        )
    ]
