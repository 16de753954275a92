"""Figures of money: what the union received and paid, and how it bought. Amounts are integer fen.

The books are `ExpenditurePaid` alone; only what the union itself paid is its own spending.
"""

from typing import get_args

from services.reporting.figures.definition import Effect, Figure, Rules, once
from services.reporting.journal.record import Entry
from shared.contract.benefits import (
    ContractSigned,
    ExpenditurePaid,
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
    line = once(
        f"income.{event.source}",
        event.income_id,
        event,
        entry,
        amount_fen=event.amount_fen,
        assumed=event.amount_assumed,
    )
    return (line,)


def _paid(event: ExpenditurePaid, entry: Entry) -> tuple[Effect, ...]:
    line = once(
        f"spent.{event.payer or UNKNOWN}.{event.fund or UNKNOWN}",
        event.payment_id,
        event,
        entry,
        amount_fen=event.amount_fen,
        assumed=event.amount_assumed,
    )
    return (line,)


def _decided(event: ProcurementDecided, entry: Entry) -> tuple[Effect, ...]:
    name, amount = f"procurement.{event.method}", event.amount_fen
    return (once(name, event.procurement_id, event, entry, amount_fen=amount),)


def _signed(event: ContractSigned, entry: Entry) -> tuple[Effect, ...]:
    return (once("contract", event.procurement_id, event, entry, amount_fen=event.amount_fen),)


MONEY_RULES: Rules = {
    IncomeReceived: _received,
    ExpenditurePaid: _paid,
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
