"""NO-2: money to persons only on the grounds allowed (不准滥发奖金、津贴、补贴).

Judged per calendar year, on what events tell of money to single people: gifts in cash or by
transfer, and claims paid so. Hospital, death and hardship are allowed grounds (NAT-2017 art. 8-9);
serious illness is in no list that was read. Payments that name nobody are not seen here.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.projections.claims import Claim
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, told_once
from services.reporting.rules.formulas.shared_terms import (
    PAYER_UNKNOWN,
    gifts_kept,
    issued_of,
    whole_year,
)

REASONS: tuple[Reason, ...] = (
    Reason(
        "allowed-grounds-only", "pass", "发给个人的现金、转账只见于住院、去世、困难等准许的事由"
    ),
    Reason("money-without-ground", "fail", "在准许的事由以外向个人发放现金或转账", "block"),
    Reason(
        "ground-unlisted", "indeterminate", "事由(如大病)不在已见的准许事由内,须查明依据", "medium"
    ),
    PAYER_UNKNOWN,
    Reason(
        "fund-unknown", "indeterminate", "有慰问金未注明经费来源,无法核对是否由工会支付", "medium"
    ),
)
GRAVEST_FIRST = (
    "money-without-ground",
    PAYER_UNKNOWN.code,
    "fund-unknown",
    "ground-unlisted",
    "allowed-grounds-only",
)
MONEY = frozenset({"cash", "transfer"})
UNLISTED = frozenset({"serious_illness"})


class Paid(NamedTuple):
    """Money to one person: when, by which events, and how it stands to the grounds allowed."""

    on: date
    person: str
    events: tuple[UUID, ...]
    reason: str
    ground: InForce | None


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per calendar year in which a union gave money to single people."""
    years: dict[int, list[Paid]] = defaultdict(list)
    for paid in sorted((*_gifts(facts, values), *_claims(facts, values)), key=_order):
        years[paid.on.year].append(paid)
    for year, all_paid in years.items():
        found = [paid for paid in all_paid if paid.ground is not None]
        reasons = {paid.reason for paid in found}
        reason = next((code for code in GRAVEST_FIRST if code in reasons), "not-in-force")
        concerned = [paid for paid in found if paid.reason == reason] or all_paid
        decides = reason not in {"not-in-force", "allowed-grounds-only"}
        yield Judgement(
            f"year:{year}",
            *whole_year(year),
            reason,
            tuple(dict.fromkeys(paid.ground for paid in concerned if paid.ground is not None)),
            tuple(event for paid in concerned for event in paid.events),
            {"payments": len(all_paid), "concerned": len(concerned) if decides else 0},
            tuple(paid.person for paid in concerned) if decides else (),
        )


def _gifts(facts: Facts, values: RuleValues) -> Iterator[Paid]:
    for gift in told_once(gifts_kept(facts)):
        if gift.payment_form in MONEY and gift.payer != "administration":
            ground = values.on("grounds", gift.issued_on)
            reason = "money-without-ground" if gift.payer is not None else PAYER_UNKNOWN.code
            yield Paid(gift.issued_on, gift.person_id, issued_of([gift]), reason, ground)


def _claims(facts: Facts, values: RuleValues) -> Iterator[Paid]:
    for claim in told_once(facts.claims):
        if (
            claim.state == "paid"
            and claim.paid_on is not None
            and claim.paid is not None
            and claim.payment_form in MONEY
            and claim.fund != "administration"
        ):
            ground = values.on("grounds", claim.paid_on)
            allowed = ground.value if ground and isinstance(ground.value, tuple) else ()
            yield Paid(
                claim.paid_on, claim.person_id, (claim.paid,), _of_claim(claim, allowed), ground
            )


def _of_claim(claim: Claim, allowed: tuple[object, ...]) -> str:
    """An allowed ground is one whoever paid; of any other, who did decides."""
    if claim.kind in allowed:
        return "allowed-grounds-only"
    if claim.kind in UNLISTED:
        return "ground-unlisted"
    return "money-without-ground" if claim.fund is not None else "fund-unknown"


def _order(paid: Paid) -> tuple[date, tuple[UUID, ...]]:
    return paid.on, paid.events
