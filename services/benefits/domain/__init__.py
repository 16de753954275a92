"""What the benefits context decides: pure, one module per aggregate, no clock and no I/O.

Every decision is `(state, command, org_id, today, *, looked_up) -> events`, where `today` is the
civil date in Asia/Shanghai and a state of None means that the thing does not exist. A decision
raises a named refusal instead, first come first in the order of its docstring. What is decided for
a whole roster comes back as one event and its people (`alike`).
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import reduce
from typing import Any

from services.benefits.commands import claims as asked_of_claims
from services.benefits.commands import gifts as asked_of_gifts
from services.benefits.commands import insurance as asked_of_insurance
from services.benefits.commands import money as asked_of_money
from services.benefits.commands import procurement as asked_of_procurement
from services.benefits.commands import programmes as asked_of_programmes
from services.benefits.domain import claims, gifts, insurance, money, procurement, programmes

Decision = Callable[..., Any]

DECISIONS: dict[type[Any], Decision] = {
    asked_of_programmes.OpenProgramme: programmes.open_programme,
    asked_of_programmes.FreezeRoster: programmes.freeze_roster,
    asked_of_programmes.ApplyForPortions: programmes.apply_for_portions,
    asked_of_programmes.ReceivePortions: programmes.receive_portions,
    asked_of_programmes.CloseProgramme: programmes.close_programme,
    asked_of_gifts.IssueGiftsToRoster: gifts.issue_gifts_to_roster,
    asked_of_gifts.IssueGift: gifts.issue_gift,
    asked_of_gifts.SignReceipts: gifts.sign_receipts,
    asked_of_gifts.ReturnGift: gifts.return_gift,
    asked_of_claims.FileClaim: claims.file_claim,
    asked_of_claims.ApproveClaim: claims.approve_claim,
    asked_of_claims.RejectClaim: claims.reject_claim,
    asked_of_claims.PayClaim: claims.pay_claim,
    asked_of_claims.ReverseClaim: claims.reverse_claim,
    asked_of_insurance.BuyPolicy: insurance.buy_policy,
    asked_of_insurance.InsurePeople: insurance.insure_people,
    asked_of_money.ApproveBudget: money.approve_budget,
    asked_of_money.AdjustBudget: money.adjust_budget,
    asked_of_money.ReceiveIncome: money.receive_income,
    asked_of_money.PayExpenditure: money.pay_expenditure,
    asked_of_procurement.DecideProcurement: procurement.decide_procurement,
    asked_of_procurement.SignContract: procurement.sign_contract,
}
"""Every command of the context and the function that decides it."""


def decide(state: Any, command: Any, org_id: str, today: date, **looked_up: Any) -> Any:
    """What `command` makes of `state`. Raises the refusals of its decision."""
    return DECISIONS[type(command)](state, command, org_id, today, **looked_up)


def fold(evolve: Callable[[Any, Any], Any], events: Iterable[Any]) -> Any:
    """The state after `events`, from nothing (None)."""
    return reduce(evolve, events, None)
