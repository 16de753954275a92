"""Figures of claims (慰问金、补助) and insurance. A reversed claim is not counted any more."""

from services.reporting.figures.definition import (
    Counted,
    Dropped,
    Effect,
    Figure,
    Rules,
    of_stream,
    once,
    stream_line,
)
from services.reporting.figures.gifts import CAPACITIES, OTHER_CAPACITIES, WORKERS
from services.reporting.journal.record import Entry
from shared.contract.benefits import (
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ClaimRejected,
    ClaimReversed,
    ClaimWithdrawn,
    CoverEnded,
    MemberInsured,
    PolicyBought,
)

CLAIMS: dict[str, str] = {
    "hospital": "住院慰问金",
    "serious_illness": "大病慰问金",
    "bereavement": "亲属去世慰问金",
    "hardship": "困难补助",
    "marriage": "结婚慰问金",
    "birth": "生育慰问金",
    "retirement": "退休慰问金",
}
NEVER_WAS = ("entered_in_error", "duplicate")
"""Why a cover ended, or a claim was withdrawn, that never was: it was neither filed nor ended."""

Step = ClaimFiled | ClaimApproved | ClaimRejected | ClaimWithdrawn
CLAIM_LINES = {"hospital": 19, "bereavement": 20}


def paid_claims(kind: str) -> tuple[str, ...]:
    """The lists of claims of a kind that were paid, in any capacity."""
    return tuple(f"claim.{kind}.{capacity}" for capacity in CAPACITIES)


def insured(plan: str, capacities: tuple[str, ...] = CAPACITIES) -> tuple[str, ...]:
    """The lists of people put under a plan in these capacities."""
    return tuple(f"insured.{plan}.{capacity}" for capacity in capacities)


def _step(step: str, event: Step, entry: Entry) -> Counted:
    name = f"claim_{step}"
    return stream_line(f"{name}.{event.kind}", name, event.person_id, event, entry)


def _filed(event: ClaimFiled, entry: Entry) -> tuple[Effect, ...]:
    return (_step("filed", event, entry),)


def _approved(event: ClaimApproved, entry: Entry) -> tuple[Effect, ...]:
    return (_step("approved", event, entry),)


def _rejected(event: ClaimRejected, entry: Entry) -> tuple[Effect, ...]:
    return (_step("rejected", event, entry),)


def _paid(event: ClaimPaid, entry: Entry) -> tuple[Effect, ...]:
    line = stream_line(
        f"claim.{event.kind}.{event.capacity}",
        "claim",
        event.person_id,
        event,
        entry,
        amount_fen=event.paid_fen,
        assumed=event.amount_assumed,
    )
    return (line,)


def _reversed(event: ClaimReversed, entry: Entry) -> tuple[Effect, ...]:
    return (
        Dropped(of_stream("claim", entry)),
        once(f"claim_reversed.{event.kind}", event.person_id, event, entry),
    )


def _withdrawn(event: ClaimWithdrawn, entry: Entry) -> tuple[Effect, ...]:
    if event.reason in NEVER_WAS:
        return tuple(Dropped(of_stream(step, entry)) for step in ("claim_filed", "claim_approved"))
    return (_step("withdrawn", event, entry),)


def _ended(event: CoverEnded, entry: Entry) -> tuple[Effect, ...]:
    if event.reason in NEVER_WAS:
        return (Dropped(of_stream("insured", entry)),)
    return (once(f"cover_ended.{event.plan}", event.person_id, event, entry),)


def _insured(event: MemberInsured, entry: Entry) -> tuple[Effect, ...]:
    name = f"insured.{event.plan}.{event.capacity}"
    return (stream_line(name, "insured", event.person_id, event, entry),)


def _bought(event: PolicyBought, entry: Entry) -> tuple[Effect, ...]:
    line = stream_line(
        f"policy.{event.plan}",
        "policy",
        event.policy_id,
        event,
        entry,
        quantity=event.insured_due,
        amount_fen=event.premium_fen,
        assumed=event.amount_assumed,
    )
    return (line,)


SUPPORT_RULES: Rules = {
    ClaimFiled: _filed,
    ClaimApproved: _approved,
    ClaimRejected: _rejected,
    ClaimPaid: _paid,
    ClaimReversed: _reversed,
    ClaimWithdrawn: _withdrawn,
    MemberInsured: _insured,
    CoverEnded: _ended,
    PolicyBought: _bought,
}


def _claim(kind: str) -> tuple[Figure, ...]:
    name, title, lists = f"claim_{kind}_paid", CLAIMS[kind], paid_claims(kind)
    line = CLAIM_LINES.get(kind, 0)
    members = (f"claim.{kind}.member",)
    workers = tuple(f"claim.{kind}.{capacity}" for capacity in WORKERS)
    return (
        Figure(name, f"{title}发放", "名", "persons", lists, report_line=line),
        Figure(f"{name}_members", f"{title}发放会员", "名", "persons", members),
        Figure(f"{name}_workers", f"{title}发放职工", "名", "persons", workers),
        Figure(f"{name}_amount", f"{title}金额", "元", "amount_fen", lists),
    )


def _steps(step: str, title: str) -> Figure:
    lists = tuple(f"claim_{step}.{kind}" for kind in CLAIMS)
    return Figure(f"claims_{step}", title, "件", "count", lists)


SUPPORT_FIGURES: tuple[Figure, ...] = (
    *(figure for kind in CLAIMS for figure in _claim(kind)),
    _steps("filed", "慰问金、补助申请"),
    _steps("approved", "慰问金、补助批准"),
    _steps("rejected", "慰问金、补助不予批准"),
    _steps("withdrawn", "慰问金、补助撤回"),
    _steps("reversed", "慰问金、补助冲销"),
    Figure(
        "ankang_insured_women", "安康保险女教工", "名", "persons", insured("ankang"),
        report_line=15, only="women",
    ),
    Figure("ankang_insured", "安康保险参保人员", "名", "persons", insured("ankang")),
    Figure(
        "serious_illness_insured_members", "大病保险会员", "名", "persons",
        insured("serious_illness", ("member",)), report_line=15,
    ),
    Figure(
        "serious_illness_insured", "大病保险参保人员", "名", "persons", insured("serious_illness")
    ),
    Figure(
        "serious_illness_insured_others", "大病保险非会员", "名", "persons",
        insured("serious_illness", OTHER_CAPACITIES),
    ),
    Figure(
        "covers_ended", "终止参保", "人次", "count",
        ("cover_ended.ankang", "cover_ended.serious_illness"),
    ),
    Figure(
        "policies_bought", "购买保险", "份", "count", ("policy.ankang", "policy.serious_illness")
    ),
    Figure(
        "insurance_premiums", "保险费", "元", "amount_fen",
        ("policy.ankang", "policy.serious_illness"),
    ),
)  # fmt: skip
