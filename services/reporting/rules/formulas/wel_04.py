"""WEL-04: all holiday gifts together stay within a cap per person and calendar year (每人每年限额).

Running total per person against the cap in force on each day of issue. A cap counts only while it
is confirmed: where it is UNKNOWN, the last known one is named and nothing passes or fails on it.
"""

from collections.abc import Iterator

from services.reporting.projections.deliveries import Delivery
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts
from services.reporting.rules.formulas.shared_terms import (
    PAYER_UNKNOWN,
    Worth,
    by_year,
    holiday_gifts,
    issued_of,
    whole_year,
)

REASONS: tuple[Reason, ...] = (
    Reason("within-cap", "pass", "全年节日慰问品每人合计不超过限额"),
    Reason("over-cap", "fail", "有人全年节日慰问品合计超过每人限额", "block"),
    Reason(
        "over-last-known-cap",
        "indeterminate",
        "当年限额未查到;按最后已知限额则有人超过,须先查明当年限额",
        "high",
    ),
    Reason(
        "over-cap-unproven",
        "indeterminate",
        "计入假定金额或上级所发慰问品后有人超过限额,须先查明金额与来源",
        "high",
    ),
    Reason("cap-unknown", "indeterminate", "当年每人限额未查到,不能判为合规", "medium"),
    PAYER_UNKNOWN,
    Reason("amount-missing", "indeterminate", "有慰问品未记金额,无法与限额比较", "medium"),
    Reason("amount-assumed", "indeterminate", "有慰问品的金额是假定的,不能据以判为合规", "medium"),
)


class Year:
    """One calendar year's running totals against the caps of its days."""

    def __init__(self, facts: Facts, values: RuleValues) -> None:
        self.facts, self.values = facts, values
        self.worth: dict[str, Worth] = {}
        self.over: dict[str, list[Delivery]] = {}
        self.over_unproven: set[str] = set()
        self.over_last_known: set[str] = set()
        self.caps: dict[InForce, None] = {}
        self.broken: dict[InForce, None] = {}
        self.last_known: InForce | None = None

    def add(self, gift: Delivery) -> None:
        """Add the next gift of the year."""
        person, day = gift.person_id, gift.issued_on
        worth = self.worth[person] = self.worth.get(person, Worth()).plus(gift, self.facts)
        cap = self.values.on("cap_fen", day)
        if cap is None:
            return
        self.caps[cap] = None
        if isinstance(cap.value, int):
            if worth.proven > cap.value:
                self.over.setdefault(person, []).append(gift)
                self.broken[cap] = None
            elif worth.stated > cap.value:
                self.over_unproven.add(person)
        else:
            self.last_known = self.values.last_known("cap_fen", day)
            last = self.last_known.value if self.last_known else None
            if isinstance(last, int) and worth.stated > last:
                self.over_last_known.add(person)

    def reason(self) -> str:
        """The gravest of what was found."""
        if self.over:
            return "over-cap"
        if self.over_last_known:
            return "over-last-known-cap"
        if self.over_unproven:
            return "over-cap-unproven"
        if any(cap.value is None for cap in self.caps):
            return "cap-unknown"
        if any(worth.missing for worth in self.worth.values()):
            return "amount-missing"
        if any(worth.assumed for worth in self.worth.values()):
            return "amount-assumed"
        if any(worth.unsaid for worth in self.worth.values()):
            return PAYER_UNKNOWN.code
        return "within-cap" if self.caps else "not-in-force"

    def numbers(self) -> dict[str, int | str]:
        """What was compared: persons, the highest total, amounts missing, the last known cap."""
        worths = self.worth.values()
        told: dict[str, int | str] = {
            "persons": len(self.worth),
            "highest_total_fen": max((worth.stated for worth in worths), default=0),
            "amounts_missing": sum(worth.missing for worth in worths),
            "amounts_assumed": sum(worth.assumed for worth in worths),
        }
        if self.last_known is not None and isinstance(self.last_known.value, int):
            told["last_known_cap_fen"] = self.last_known.value
            told["last_known_until"] = str(self.last_known.effective_to)
        return told


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per calendar year with holiday gifts."""
    for number, gifts in by_year(holiday_gifts(facts)).items():
        year = Year(facts, values)
        for gift in gifts:
            year.add(gift)
        reason = year.reason()
        persons = {
            "over-cap": set(year.over),
            "over-last-known-cap": year.over_last_known,
            "over-cap-unproven": year.over_unproven,
        }.get(reason, set())
        evidence = [gift for gift in gifts if not persons or gift.person_id in persons]
        used = dict(year.broken if reason == "over-cap" else year.caps)
        yield Judgement(
            f"year:{number}",
            *whole_year(number),
            reason,
            _decisive_first(used),
            issued_of(evidence),
            year.numbers(),
            tuple(persons),
        )


def _decisive_first(used: dict[InForce, None]) -> tuple[InForce, ...]:
    """Unknown values first: they decide, and their clause is the one to show."""
    return tuple(sorted(used, key=lambda entry: entry.value is not None))
