"""What a stream of money says so far, and what a correction of it must agree with.

A reversal of more than was paid, or of another fund, and a correction of what never stood would
each be taken off sums to which nothing of the kind was ever added. The codes are those of our own
services, except `was-differs`: they write themselves what stood before.
"""

from datetime import date
from typing import Any, NamedTuple

from shared.contract.benefits import (
    ExpenditurePaid,
    ExpenditureReversed,
    IncomeCorrected,
    IncomeReceived,
)
from shared.contract.envelope import DomainEvent
from shared.errors import ContractViolation


class Paid(NamedTuple):
    """A payment that stands: what it was (fen), what of it is `left`."""

    of: tuple[str | None, str | None]
    on: date
    amount_fen: int
    left: int


class Received(NamedTuple):
    """An income as it stands; `adjusted`: corrected on a day of its own before."""

    source: str
    amount_fen: int
    adjusted: bool = False


Booked = Paid | Received | None
"""None: no money of this stream is known."""

MONEY: tuple[type[DomainEvent], ...] = (
    IncomeReceived,
    IncomeCorrected,
    ExpenditurePaid,
    ExpenditureReversed,
)


def booked(before: Booked, cls: type[DomainEvent], event: Any) -> Booked:
    """What stands in the stream once an event of the type does."""
    if cls is ExpenditurePaid:
        amount = event.amount_fen
        return Paid((event.fund, event.payer), event.occurred_on, amount, amount)
    if cls is IncomeReceived:
        return Received(event.source, event.amount_fen)
    if cls is IncomeCorrected:
        adjusted = event.posting == "adjustment"
        adjusted = adjusted or (isinstance(before, Received) and before.adjusted)
        return Received(event.source, event.amount_fen, adjusted)
    if cls is ExpenditureReversed and event.posting == "in_period":
        return None
    if cls is ExpenditureReversed and isinstance(before, Paid):
        return before._replace(left=before.left - event.amount_fen)
    return before


def check_booked(before: Booked, cls: type[DomainEvent], event: Any, *, whole: bool) -> None:
    """Raise ContractViolation where a correction does not meet what it corrects.

    Not `whole`: more may stand there than is known, so nothing is refused for want of it.
    """
    if cls is IncomeCorrected:
        if isinstance(before, Received):
            _check_correction(before, event)
        elif whole:
            raise ContractViolation("unknown-income", "no IncomeReceived stands in this stream")
    if cls is ExpenditureReversed:
        if isinstance(before, Paid):
            _check_reversal(before, event)
        elif whole:
            raise ContractViolation("payment-not-paid", "no ExpenditurePaid stands in this stream")


def _check_correction(before: Received, event: Any) -> None:
    if (event.was_source, event.was_fen) != (before.source, before.amount_fen):
        raise ContractViolation(
            "was-differs",
            f"{before.amount_fen} fen of {before.source} stand there, not {event.was_fen} of"
            f" {event.was_source}",
        )
    if before.adjusted and event.posting == "in_period":
        raise ContractViolation(
            "adjusted-before", "it was adjusted on a day of its own: adjust it again"
        )


def _check_reversal(before: Paid, event: Any) -> None:
    if (event.fund, event.payer) != before.of:
        raise ContractViolation(
            "payment-differs",
            f"fund and payer are {event.fund}, {event.payer}; of the payment {before.of[0]},"
            f" {before.of[1]}",
        )
    if event.occurred_on < before.on:
        raise ContractViolation("reversed-before-paid", f"it was paid on {before.on}")
    if event.amount_fen > before.left:
        raise ContractViolation(
            "more-than-paid", f"{event.amount_fen} fen of {before.left} that are left of it"
        )
    if event.posting == "in_period" and event.amount_fen != before.amount_fen:
        raise ContractViolation(
            "part-is-adjustment", "a part that came back did so on a day of its own: adjustment"
        )
