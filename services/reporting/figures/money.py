"""Figures of money: what the union received and paid, and how it bought. Amounts are integer fen.

The books are `ExpenditurePaid` alone; only what the union itself paid is its own spending.
"""

from typing import get_args

from services.reporting.figures.definition import (
    Counted,
    Dropped,
    Effect,
    Figure,
    Rules,
    of_event,
    of_stream,
    once,
    stream_line,
)
from services.reporting.journal.record import Entry
from shared.contract.benefits import (
    ContractSigned,
    ExpenditurePaid,
    ExpenditureReversed,
    IncomeCorrected,
    IncomeReceived,
    ProcurementDecided,
)
from shared.contract.values import Fund, IncomeSource, Payer, ProcurementMethod

FUNDS: tuple[str, ...] = get_args(Fund)
PAYERS: tuple[str, ...] = get_args(Payer)
UNKNOWN = "unknown"
"""Of a payment whose source did not say: it is in every sum of all, and in none of a named one."""
METHODS: tuple[str, ...] = get_args(ProcurementMethod)


def spent(
    payers: tuple[str, ...] = (*PAYERS, UNKNOWN), funds: tuple[str, ...] = (*FUNDS, UNKNOWN)
) -> tuple[str, ...]:
    """The lists of payments by these payers from these funds."""
    return tuple(f"spent.{payer}.{fund}" for payer in payers for fund in funds)


def _received(event: IncomeReceived, entry: Entry) -> tuple[Effect, ...]:
    line = stream_line(
        f"income.{event.source}",
        "income",
        event.income_id,
        event,
        entry,
        amount_fen=event.amount_fen,
        assumed=event.amount_assumed,
    )
    return (line,)


def _corrected(event: IncomeCorrected, entry: Entry) -> tuple[Effect, ...]:
    """In its own period the line is replaced; an adjustment takes off what stood, on its own day,
    and adds what is right."""
    name, was = f"income.{event.source}", f"income.{event.was_source}"
    amount, assumed = event.amount_fen, event.amount_assumed
    if event.posting == "in_period":
        item = of_stream("income", entry)
        day, who = event.received_on, event.income_id
        return (Counted(name, item, who, day, amount_fen=amount, assumed=assumed),)
    day, who = event.occurred_on, event.income_id
    return (
        Counted(was, of_event("income_off", entry), who, day, 0, -event.was_fen),
        Counted(name, of_event("income_on", entry), who, day, 0, amount, assumed),
    )


def _paid(event: ExpenditurePaid, entry: Entry) -> tuple[Effect, ...]:
    line = stream_line(
        f"spent.{event.payer or UNKNOWN}.{event.fund or UNKNOWN}",
        "payment",
        event.payment_id,
        event,
        entry,
        amount_fen=event.amount_fen,
        assumed=event.amount_assumed,
    )
    return (line,)


def _reversed(event: ExpenditureReversed, entry: Entry) -> tuple[Effect, ...]:
    """What never was due drops from its period; what came back is taken off on its own day."""
    name = f"spent.{event.payer or UNKNOWN}.{event.fund or UNKNOWN}"
    who, amount = event.payment_id, event.amount_fen
    told = once("spent_reversed", who, event, entry, amount_fen=amount)
    if event.posting == "in_period":
        return (Dropped(of_stream("payment", entry)), told)
    return (once(name, who, event, entry, quantity=0, amount_fen=-amount), told)


def _decided(event: ProcurementDecided, entry: Entry) -> tuple[Effect, ...]:
    name, amount = f"procurement.{event.method}", event.amount_fen
    subject = event.procurement_id
    return (stream_line(name, "procurement", subject, event, entry, amount_fen=amount),)


def _signed(event: ContractSigned, entry: Entry) -> tuple[Effect, ...]:
    subject, amount = event.procurement_id, event.amount_fen
    return (stream_line("contract", "contract", subject, event, entry, amount_fen=amount),)


MONEY_RULES: Rules = {
    IncomeReceived: _received,
    IncomeCorrected: _corrected,
    ExpenditurePaid: _paid,
    ExpenditureReversed: _reversed,
    ProcurementDecided: _decided,
    ContractSigned: _signed,
}

MONEY_FIGURES: tuple[Figure, ...] = (
    Figure(
        "income_received", "收入", "元", "amount_fen",
        tuple(f"income.{source}" for source in get_args(IncomeSource)),
    ),
    Figure("dues_received", "会费收入", "元", "amount_fen", ("income.dues",)),
    Figure("expenditure_paid", "支出", "元", "amount_fen", spent()),
    Figure("own_expenditure_paid", "本级支出", "元", "amount_fen", spent(("own",))),
    Figure(
        "expenditure_payer_unknown", "支付方不明的支出", "元", "amount_fen", spent((UNKNOWN,))
    ),
    Figure(
        "expenditure_fund_unknown", "经费来源不明的支出", "元", "amount_fen",
        spent(funds=(UNKNOWN,)),
    ),
    Figure(
        "union_funds_paid", "工会经费支出", "元", "amount_fen", spent(funds=("union_funds",))
    ),
    Figure("care_fund_paid", "关爱基金支出", "元", "amount_fen", spent(funds=("care_fund",))),
    Figure("expenditure_reversed", "支出冲销、退款", "元", "amount_fen", ("spent_reversed",)),
    Figure(
        "procurements_decided", "采购决定", "项", "count",
        tuple(f"procurement.{method}" for method in METHODS),
    ),
    Figure(
        "single_source_procurements", "单一来源采购", "项", "count",
        ("procurement.single_source",), report_line=29,
    ),
    Figure("contracts_signed", "采购合同", "份", "count", ("contract",)),
)  # fmt: skip
