"""The books: money paid, money received, and every version of every year's budget, line by line."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Index, Key, Projection, changing, opening
from shared.contract.benefits import (
    BudgetAdjusted,
    BudgetApproved,
    ExpenditurePaid,
    ExpenditureReversed,
    IncomeCorrected,
    IncomeReceived,
)


class Payment(NamedTuple):
    """Money paid (fen), who asked for it and who approved it, by the event that says so (`paid`).

    What never was due has no row; `reversed_fen` is what came back, on the day `reversed_on` at
    last. `recorded_by` is the actor of that event. Our own service derives `requested_by` and
    `approved_by` from who acted; of another source they are what it says.
    """

    org_id: str
    source: str
    stream: str
    payment_id: str
    fund: str | None
    payer: str | None
    budget_line: str | None
    amount_fen: int
    amount_assumed: bool
    refers_to: str | None
    requested_by: str | None
    approved_by: str | None
    recorded_by: str
    decision_ref: str | None
    paid_on: date
    paid: UUID
    reversed_fen: int = 0
    reversed_on: date | None = None
    reversed_why: str | None = None
    reversed: UUID | None = None

    @property
    def left_fen(self) -> int:
        """What was paid and did not come back."""
        return self.amount_fen - self.reversed_fen


class Income(NamedTuple):
    """Money received (fen). `income_source` is the kind of income, `source` who reported it."""

    org_id: str
    source: str
    stream: str
    income_id: str
    income_source: str
    fund: str | None
    amount_fen: int
    amount_assumed: bool
    received_on: date
    received: UUID


class BudgetLineVersion(NamedTuple):
    """One line of one version of a year's budget (fen), in force from `in_force_from`.

    A version replaces all lines of the one before; `version` orders those of one day.
    """

    org_id: str
    decided: UUID
    budget_line: str
    source: str
    budget_year: int
    version: int
    kind: str
    amount_fen: int
    amount_assumed: bool
    approved_by: tuple[str, ...]
    in_force_from: date


BooksEvent = ExpenditurePaid | ExpenditureReversed | IncomeReceived | IncomeCorrected


def _stream_key(event: BooksEvent, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, entry.envelope.source, entry.envelope.stream)]


def _paid(_: Payment | None, event: ExpenditurePaid, entry: Entry, key: Key) -> Payment:
    return Payment(
        org_id=key[0],
        source=key[1],
        stream=key[2],
        payment_id=event.payment_id,
        fund=event.fund,
        payer=event.payer,
        budget_line=event.budget_line,
        amount_fen=event.amount_fen,
        amount_assumed=event.amount_assumed,
        refers_to=event.refers_to,
        requested_by=event.requested_by,
        approved_by=event.approved_by,
        recorded_by=entry.envelope.actor,
        decision_ref=event.decision_ref,
        paid_on=event.occurred_on,
        paid=entry.envelope.event_id,
    )


def _reversed(
    row: Payment | None, event: ExpenditureReversed, entry: Entry, _: Key
) -> Payment | None:
    if row is None or event.posting == "in_period":
        return None
    return row._replace(
        reversed_fen=row.reversed_fen + event.amount_fen,
        reversed_on=event.occurred_on,
        reversed_why=event.reason,
        reversed=entry.envelope.event_id,
    )


def _received(_: Income | None, event: IncomeReceived, entry: Entry, key: Key) -> Income:
    return Income(
        org_id=key[0],
        source=key[1],
        stream=key[2],
        income_id=event.income_id,
        income_source=event.source,
        fund=event.fund,
        amount_fen=event.amount_fen,
        amount_assumed=event.amount_assumed,
        received_on=event.occurred_on,
        received=entry.envelope.event_id,
    )


def _corrected(row: Income | None, event: IncomeCorrected, _: Entry, __: Key) -> Income | None:
    if row is None:
        return None
    return row._replace(
        fund=event.fund,
        income_source=event.source,
        received_on=event.received_on,
        amount_fen=event.amount_fen,
        amount_assumed=event.amount_assumed,
    )


def _line_keys(event: BudgetApproved | BudgetAdjusted, entry: Entry) -> Sequence[Key]:
    lines = dict.fromkeys(line.budget_line for line in event.lines)
    decided, source = entry.envelope.event_id, entry.envelope.source
    return [(event.org_id, decided, line, source) for line in lines]


def _line(
    _: BudgetLineVersion | None, event: BudgetApproved | BudgetAdjusted, entry: Entry, key: Key
) -> BudgetLineVersion:
    return BudgetLineVersion(
        org_id=key[0],
        decided=key[1],
        budget_line=key[2],
        source=key[3],
        budget_year=event.budget_year,
        version=entry.envelope.stream_version,
        kind="approved" if entry.envelope.type == BudgetApproved.type_name() else "adjusted",
        amount_fen=sum(line.amount_fen for line in event.lines if line.budget_line == key[2]),
        amount_assumed=event.amount_assumed,
        approved_by=event.approved_by,
        in_force_from=event.occurred_on,
    )


PAYMENTS = Projection(
    name="payments",
    row=Payment,
    key=("org_id", "source", "stream"),
    on={
        ExpenditurePaid: opening(_stream_key, _paid),
        ExpenditureReversed: changing(_stream_key, _reversed),
    },
    indexes=(Index(("org_id", "paid_on")),),
)
INCOMES = Projection(
    name="incomes",
    row=Income,
    key=("org_id", "source", "stream"),
    on={
        IncomeReceived: opening(_stream_key, _received),
        IncomeCorrected: changing(_stream_key, _corrected),
    },
    indexes=(Index(("org_id", "received_on")),),
)
BUDGET_LINES = Projection(
    name="budget_lines",
    row=BudgetLineVersion,
    key=("org_id", "decided", "budget_line", "source"),
    on={BudgetApproved: changing(_line_keys, _line), BudgetAdjusted: changing(_line_keys, _line)},
    indexes=(Index(("org_id", "budget_year")),),
)
