"""PRV-10: a person, not the machine, turns a claim down (由人而不由机器决定).

Judged per rejected claim, by the role in which the rejection was written. The one account of
another source acts for all its people: whether one of them decided cannot be seen.
"""

from collections.abc import Iterator

from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, is_outside, named

REASONS: tuple[Reason, ...] = (
    Reason("person-decided", "pass", "申请由人驳回"),
    Reason("machine-decided", "fail", "申请由系统账户驳回,没有人作出决定", "high"),
    Reason(
        "self-declared", "indeterminate", "驳回由外部来源的账户代报,看不出是否由人决定", "medium"
    ),
)
MACHINES = frozenset({"producer", "operator", "system"})
"""Roles in which no person of the union decides a claim."""


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per claim that was rejected."""
    for claim in facts.claims:
        if claim.rejected_on is None or claim.rejected is None:
            continue
        decider = values.on("decider", claim.rejected_on)
        if decider is None:
            reason = "not-in-force"
        elif is_outside(claim.source):
            reason = "self-declared"
        else:
            machine = claim.rejecter_role in MACHINES
            reason = "machine-decided" if machine else "person-decided"
        yield Judgement(
            named("claim", claim.stream, claim.source),
            claim.rejected_on,
            claim.rejected_on,
            reason,
            (decider,) if decider is not None else (),
            (claim.rejected,),
            {"role": claim.rejecter_role or ""},
            (claim.person_id,),
        )
