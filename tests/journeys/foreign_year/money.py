"""The finance system: budget, income, the books, and what was bought how."""

from datetime import date
from typing import Any

from tests.journeys.foreign_year.claims import Finance

DAY = date(2022, 4, 1)
NONE = {"fund": None, "payer": None}
WELFARE, CULTURE = "staff_activity.welfare", "staff_activity.culture"


def tell(finance: Finance) -> None:
    """The year's money."""
    budget(finance)
    income(finance)
    books(finance)
    reversals(finance)
    procurement(finance)


def budget(finance: Finance) -> None:
    """The year's budget, adjusted once."""
    for kind, day, fen in (
        ("BudgetApproved", date(2022, 1, 14), 300000000),
        ("BudgetAdjusted", date(2022, 8, 30), 320000000),
    ):
        finance.book.say(
            f"benefits.{kind}",
            "budget-2022",
            day,
            budget_year=2022,
            lines=[
                {"budget_line": WELFARE, "amount_fen": fen},
                {"budget_line": CULTURE, "amount_fen": 8000000},
            ],
            approved_by=["committee", "audit-committee", "above"],
        )


def receive(
    finance: Finance, name: str, on: date, source: str, fen: int, *, counted: bool = True
) -> tuple[str, int]:
    """Money came in."""
    if counted and on.year == 2022:
        finance.count.add("income_received", fen)
        if source == "dues":
            finance.count.add("dues_received", fen)
    return finance.book.say(
        "benefits.IncomeReceived",
        f"income-{name}",
        on,
        income_id=name,
        source=source,
        amount_fen=fen,
        **({} if source == "other" else {"fund": "union_funds"}),
    )


def income(finance: Finance) -> None:
    """Dues by the month, and the rest; one withdrawn, three corrected."""
    for month in range(1, 13):
        receive(finance, f"dues-{month}", date(2022, month, 28), "dues", 1200000 + month)
    for number, source in enumerate(
        (
            "allocation",
            "superior_subsidy",
            "administrative_subsidy",
            "donation",
            "interest",
            "other",
        )
    ):
        receive(finance, f"in-{number}", date(2022, 7, 1), source, 500000 + number)
    receive(finance, "last", date(2022, 12, 31), "dues", 70)
    receive(finance, "next", date(2023, 1, 1), "dues", 71)
    entry = receive(finance, "error", DAY, "dues", 999, counted=False)
    finance.withdraw("income-error", DAY, entry)
    # Truly allocation, and more; said in the period of the income.
    receive(finance, "wrong", DAY, "dues", 400000, counted=False)
    finance.count.add("income_received", 450000)
    correct(
        finance, "wrong", date(2022, 4, 2), 450000, was=400000, posting="in_period", received=DAY
    )
    # Of last year, whose books are closed: the difference is of the day of its correction.
    receive(finance, "closed", date(2021, 11, 1), "dues", 100000)
    finance.count.add("income_received", 30000)
    finance.count.add("dues_received", -100000)
    correct(
        finance,
        "closed",
        date(2022, 5, 2),
        130000,
        was=100000,
        posting="adjustment",
        received=date(2021, 11, 1),
    )
    # Of this year, corrected next year in the books of next year: this year stands.
    receive(finance, "later", date(2022, 11, 1), "dues", 200000)
    correct(
        finance,
        "later",
        date(2023, 5, 2),
        210000,
        was=200000,
        posting="adjustment",
        received=date(2022, 11, 1),
    )


def correct(
    finance: Finance, name: str, on: date, fen: int, *, was: int, posting: str, received: date
) -> None:
    """Dues that were an allocation, of another amount."""
    finance.book.say(
        "benefits.IncomeCorrected",
        f"income-{name}",
        on,
        income_id=name,
        source="allocation",
        fund="union_funds",
        amount_fen=fen,
        received_on=received.isoformat(),
        was_source="dues",
        was_fen=was,
        posting=posting,
        reason="wrong_amount",
    )


def count_payment(finance: Finance, fen: int, fund: str | None, payer: str | None) -> None:
    """What of the books a payment is, or, with less than nothing, what is taken off."""
    finance.count.add("expenditure_paid", fen)
    if payer == "own":
        finance.count.add("own_expenditure_paid", fen)
    if payer is None:
        finance.count.add("expenditure_payer_unknown", fen)
    if fund is None:
        finance.count.add("expenditure_fund_unknown", fen)
    if fund == "union_funds":
        finance.count.add("union_funds_paid", fen)
    if fund == "care_fund":
        finance.count.add("care_fund_paid", fen)


def spend(
    finance: Finance,
    name: str,
    on: date,
    fen: int,
    *,
    fund: str | None = "union_funds",
    payer: str | None = "own",
    counted: bool = True,
    **data: Any,
) -> None:
    """A payment; what is not known is left out."""
    if counted and on.year == 2022:
        count_payment(finance, fen, fund, payer)
    known = {"fund": fund, "payer": payer}
    finance.book.say(
        "benefits.ExpenditurePaid",
        f"payment-{name}",
        on,
        payment_id=name,
        amount_fen=fen,
        **{key: value for key, value in known.items() if value is not None},
        **data,
    )


def books(finance: Finance) -> None:
    """Payments of every fund and payer, and with fields that are not known."""
    funds = ("union_funds", "care_fund", "superior_grant", "administration", "special", None)
    payers = ("own", "superior", "administration", None)
    for place, fund in enumerate(funds):
        for number, payer in enumerate(payers):
            fen = 10000 * (place + 1) + number
            day = date(2022, place + 1, 20 + number)
            line: dict[str, Any] = {"budget_line": WELFARE} if number % 2 else {}
            spend(finance, f"x-{place}-{number}", day, fen, fund=fund, payer=payer, **line)
    spend(
        finance,
        "spring",
        date(2022, 1, 21),
        73000000,
        budget_line=WELFARE,
        refers_to=f"{finance.book.org}/programme-spring-2022",
        requested_by="clerk-1",
        approved_by="head-1",
        decision_ref="minutes-2022-01",
    )
    spend(finance, "first", date(2022, 1, 1), 1)
    spend(finance, "last", date(2022, 12, 31), 2)
    spend(finance, "before", date(2021, 12, 31), 4)
    spend(finance, "after", date(2023, 1, 1), 8)


def reversals(finance: Finance) -> None:
    """Payments undone in their period, on another day, wholly and in part, and said anew."""
    spend(finance, "twice", DAY, 100000, counted=False)
    undo(finance, "twice", date(2022, 4, 5), 100000, posting="in_period", reason="duplicate")
    spend(finance, "wrong", DAY, 600000, counted=False)
    undo(finance, "wrong", date(2022, 4, 5), 600000, posting="in_period", reason="wrong_amount")
    spend(finance, "right", DAY, 60000)
    # A refund in the year takes off the year; of last year's payment it takes off this year.
    spend(finance, "part", DAY, 500000)
    undo(finance, "part", date(2022, 9, 5), 120000, posting="adjustment", reason="refunded")
    count_payment(finance, -120000, "union_funds", "own")
    spend(finance, "old", date(2021, 10, 1), 300000)
    undo(finance, "old", date(2022, 2, 5), 50000, posting="adjustment", reason="refunded")
    count_payment(finance, -50000, "union_funds", "own")
    # Nobody knows the fund or the payer, nor does who paid it back.
    spend(finance, "unsaid", DAY, 40000, fund=None, payer=None)
    undo(
        finance, "unsaid", date(2022, 9, 6), 15000, posting="adjustment", reason="refunded", **NONE
    )
    count_payment(finance, -15000, None, None)
    # Of this year, refunded next year: this year stands.
    spend(finance, "late", date(2022, 12, 1), 90000)
    undo(finance, "late", date(2023, 1, 5), 90000, posting="adjustment", reason="refunded")


def undo(
    finance: Finance, name: str, on: date, fen: int, *, posting: str, reason: str, **of: Any
) -> None:
    """A reversal, or money that came back."""
    finance.book.say(
        "benefits.ExpenditureReversed",
        f"payment-{name}",
        on,
        payment_id=name,
        amount_fen=fen,
        posting=posting,
        reason=reason,
        **{"fund": "union_funds", "payer": "own", **of},
    )
    if on.year == 2022:
        finance.count.add("expenditure_reversed", fen)


def procurement(finance: Finance) -> None:
    """Everything that was bought, and its contracts; one decision withdrawn."""
    methods = ("open_tender", "negotiation", "inquiry", "single_source", "direct", "single_source")
    for number, method in enumerate(methods):
        name = f"buy-{number}"
        stream, day = f"procurement-{name}", date(2022, 8, 20)
        basis = {"basis": "only_supplier"} if method == "single_source" else {}
        decided = finance.book.say(
            "benefits.ProcurementDecided",
            stream,
            day,
            procurement_id=name,
            title="采购",
            method=method,
            supplier="天津市第四中心医院",
            amount_fen=100000,
            fund="administration",
            **basis,
        )
        if number == 5:
            finance.withdraw(stream, day, decided)
            continue
        finance.count.add("procurements_decided")
        finance.count.add("single_source_procurements", int(method == "single_source"))
        if number < 3:
            finance.book.say(
                "benefits.ContractSigned",
                stream,
                date(2022, 9, 2),
                procurement_id=name,
                supplier="天津市第四中心医院",
                amount_fen=100000,
            )
            finance.count.add("contracts_signed")
