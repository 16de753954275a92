"""WEL-05: holiday gifts stay within a share of the union's whole income of the year (天津 50%).

Running total of gifts from the union's own money against the share in force on each day of issue,
of the income of that calendar year. Before the year is over its income is not known to be whole, so
too much is only suspected.
"""

from collections.abc import Iterator

from services.reporting.projections.deliveries import Delivery
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, told_once
from services.reporting.rules.formulas.shared_terms import (
    PAYER_UNKNOWN,
    Worth,
    by_year,
    holiday_gifts,
    issued_of,
    whole_year,
)

REASONS: tuple[Reason, ...] = (
    Reason("within-share", "pass", "节日慰问品总额未超过当年经费总收入的规定比例"),
    Reason("over-share", "fail", "节日慰问品总额超过当年经费总收入的规定比例", "block"),
    Reason(
        "over-last-known-share", "indeterminate",
        "当年比例未查到;按最后已知比例则已超过,须先查明当年比例", "high",
    ),
    Reason("share-unknown", "indeterminate", "当年比例上限未查到,不能判为合规", "medium"),
    Reason("income-missing", "indeterminate", "当年没有经费收入记录,无法计算比例", "medium"),
    Reason(
        "over-share-so-far", "indeterminate",
        "按已入账的收入已超过规定比例,但当年收入未完整或金额有假定", "high",
    ),
    PAYER_UNKNOWN,
    Reason("amount-missing", "indeterminate", "有慰问品未记金额,无法计算比例", "medium"),
    Reason("amount-assumed", "indeterminate", "慰问品或收入的金额有假定的,不能判为合规", "medium"),
)  # fmt: skip


class Year:
    """One calendar year: its income, and the running total of gifts against the shares."""

    def __init__(self, facts: Facts, values: RuleValues, year: int) -> None:
        self.facts, self.values = facts, values
        self.is_over = facts.known_on > whole_year(year)[1]
        incomes = told_once(facts.incomes)
        self.incomes = [income for income in incomes if income.received_on.year == year]
        self.income_fen = sum(income.amount_fen for income in self.incomes)
        self.assumed_fen = sum(i.amount_fen for i in self.incomes if i.amount_assumed)
        self.worth = Worth()
        self.shares: dict[InForce, None] = {}
        self.broken: dict[InForce, None] = {}
        self.over_so_far = self.over_last_known = False
        self.last_known: InForce | None = None

    def add(self, gift: Delivery) -> None:
        """Add the next gift of the year."""
        self.worth = worth = self.worth.plus(gift, self.facts)
        share = self.values.on("share_percent", gift.issued_on)
        if share is None:
            return
        self.shares[share] = None
        if isinstance(share.value, int):
            proven_income = self.income_fen - self.assumed_fen
            if self.is_over and worth.proven * 100 > share.value * self.income_fen:
                self.broken[share] = None
            elif worth.stated * 100 > share.value * proven_income:
                self.over_so_far = True
        else:
            self.last_known = self.values.last_known("share_percent", gift.issued_on)
            last = self.last_known.value if self.last_known else None
            if isinstance(last, int):
                self.over_last_known |= worth.stated * 100 > last * self.income_fen

    def reason(self) -> str:
        """The gravest of what was found."""
        found = (
            ("not-in-force", not self.shares),
            ("over-share", bool(self.broken and self.incomes)),
            ("over-last-known-share", bool(self.over_last_known and self.incomes)),
            ("share-unknown", any(share.value is None for share in self.shares)),
            ("income-missing", not self.incomes),
            ("over-share-so-far", self.over_so_far),
            ("amount-missing", self.worth.missing > 0),
            (PAYER_UNKNOWN.code, self.worth.unsaid > 0),
            ("amount-assumed", self.worth.assumed > 0 or self.assumed_fen > 0),
        )
        return next((code for code, holds in found if holds), "within-share")

    def numbers(self) -> dict[str, int | str]:
        """What was compared, in fen, and the last known share where none is known."""
        told: dict[str, int | str] = {
            "gifts_fen": self.worth.stated,
            "income_fen": self.income_fen,
            "amounts_missing": self.worth.missing,
            "amounts_assumed": self.worth.assumed,
        }
        if self.last_known is not None and isinstance(self.last_known.value, int):
            told["last_known_share_percent"] = self.last_known.value
            told["last_known_until"] = str(self.last_known.effective_to)
        return told


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per calendar year with holiday gifts that are, or may be, of its own money."""
    own = [gift for gift in holiday_gifts(facts) if gift.payer in {"own", None}]
    for number, gifts in by_year(own).items():
        year = Year(facts, values, number)
        for gift in gifts:
            year.add(gift)
        reason = year.reason()
        used = year.broken if reason == "over-share" else year.shares
        yield Judgement(
            f"year:{number}",
            *whole_year(number),
            reason,
            # Unknown values first: they decide, and their clause is the one to show.
            tuple(sorted(used, key=lambda entry: entry.value is not None)),
            (*issued_of(gifts), *(income.received for income in year.incomes)),
            year.numbers(),
        )
