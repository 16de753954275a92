"""EVD-06: nobody receives twice for one occasion, from whatever fund or source (不得重复领取).

Claims: one person, one kind, one case. Gifts: one person and one occasion a year where the occasion
comes once a year, else one person and one programme.
"""

from collections import defaultdict
from collections.abc import Iterator

from services.reporting.projections.claims import Claim
from services.reporting.projections.deliveries import Delivery
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, named
from services.reporting.rules.formulas.shared_terms import days_of, gifts_kept, in_force, issued_of
from shared.contract.values import HOLIDAYS

REASONS: tuple[Reason, ...] = (
    Reason("once", "pass", "每人每事由只领取一次"),
    Reason("claim-twice", "fail", "同一人同一事由获批或支付了两次以上", "block"),
    Reason("gift-twice", "fail", "同一人同一慰问事由领取了两次以上", "block"),
    Reason(
        "claim-pending-twice",
        "indeterminate",
        "同一人同一事由提出了两次以上申请,尚未审批",
        "medium",
    ),
    Reason("case-missing", "indeterminate", "支付未注明事由编号,无法核对是否重复", "medium"),
)

YEARLY = HOLIDAYS | {"birthday", "womens_day", "marriage", "birth", "retirement"}
"""Occasions of which a second gift in one year needs a person's explanation."""

AHEAD = frozenset({"new_year", "spring_festival"})
"""Early in the year: what is issued from July on is for the festival of the next year."""


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per case claimed, and one per gift occasion and year (or programme)."""
    yield from _judge_claims(facts, values)
    yield from _judge_gifts(facts, values)


def _judge_claims(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    cases: dict[str, list[Claim]] = defaultdict(list)
    for claim in sorted(facts.claims, key=lambda claim: (claim.first_on, claim.events)):
        if claim.state not in {"rejected", "reversed", "withdrawn"}:
            case = claim.case_id or named("claim", claim.stream, claim.source)
            cases[f"claim-case:{claim.kind}.{claim.person_id}.{case}"].append(claim)
    for subject, claims in cases.items():
        granted = [claim for claim in claims if claim.state in {"approved", "paid"}]
        if len(granted) > 1:
            reason = "claim-twice"
        elif len(claims) > 1:
            reason = "claim-pending-twice"
        else:
            reason = "once" if claims[0].case_id else "case-missing"
        used = _on_days(values, claims)
        yield Judgement(
            subject,
            claims[0].first_on,
            max(claim.first_on for claim in claims),
            reason if used else "not-in-force",
            used,
            tuple(event for claim in claims for event in claim.events),
            {"claims": len(claims), "granted": len(granted)},
            (claims[0].person_id,),
        )


def _judge_gifts(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    occasions: dict[str, list[Delivery]] = defaultdict(list)
    for gift in gifts_kept(facts):
        occasions[_occurrence(gift)].append(gift)
    for subject, gifts in occasions.items():
        received: dict[str, list[Delivery]] = defaultdict(list)
        for gift in gifts:
            received[gift.person_id].append(gift)
        twice = [gift for got in received.values() for gift in got if len(got) > 1 or _again(gift)]
        used = in_force(gifts, values, "grants")
        reason = "gift-twice" if twice else "once"
        yield Judgement(
            subject,
            *days_of(gifts),
            reason if used else "not-in-force",
            used,
            issued_of(twice or gifts),
            {"recipients": len(received), "gifts": len(gifts)},
            tuple(gift.person_id for gift in twice),
        )


def _again(gift: Delivery) -> bool:
    """Whether it was handed to the person again for the same: a second birth is another."""
    return gift.again > int(gift.again_why == "another_birth")


def _occurrence(gift: Delivery) -> str:
    """Which occasion a gift is for: its subject."""
    if gift.occasion not in YEARLY:
        return f"gift-programme:{gift.programme_id}"
    ahead = gift.occasion in AHEAD and gift.issued_on.month >= 7
    return f"gift-occasion:{gift.occasion}.{gift.issued_on.year + ahead}"


def _on_days(values: RuleValues, claims: list[Claim]) -> tuple[InForce, ...]:
    found = (values.on("grants", claim.first_on) for claim in claims)
    return tuple(dict.fromkeys(entry for entry in found if entry is not None))
