"""PRC-02: single source needs one of the three situations of 政府采购法 art. 31.

The law binds fiscal money (PRC-01): the union's own funds are outside it, and where it is not known
what a fund is, a missing basis leaves the question open.
"""

from collections.abc import Iterator

from services.reporting.projections.procurements import Procurement
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import UNION_MONEY, Facts, named

REASONS: tuple[Reason, ...] = (
    Reason("basis-lawful", "pass", "单一来源采购符合法定情形之一"),
    Reason("basis-missing", "fail", "单一来源采购未写明法定情形", "high"),
    Reason(
        "original-contract-missing",
        "indeterminate",
        "添购情形缺原合同金额,无法核对百分之十限制",
        "medium",
    ),
    Reason(
        "fund-nature-unknown",
        "indeterminate",
        "资金是否属财政性资金不明,且未写明法定情形",
        "medium",
    ),
    Reason("not-fiscal-money", "not_applicable", "工会自有经费采购,不属财政性资金"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per procurement from a single source."""
    for procurement in facts.procurements:
        if procurement.method == "single_source":
            yield _judge_procurement(procurement, values)


def _judge_procurement(procurement: Procurement, values: RuleValues) -> Judgement:
    lawful = values.on("bases", procurement.decided_on)
    added = values.on("follow_on_percent", procurement.decided_on)
    used = (lawful,) if lawful else ()
    if lawful is None:
        reason = "not-in-force"
    elif procurement.fund in UNION_MONEY:
        reason = "not-fiscal-money"
    elif procurement.basis == "follow_on":
        reason, used = "original-contract-missing", (*used, *((added,) if added else ()))
    elif isinstance(lawful.value, tuple) and procurement.basis in lawful.value:
        reason = "basis-lawful"
    elif procurement.fund == "administration":
        reason = "basis-missing"
    else:
        reason = "fund-nature-unknown"
    return Judgement(
        named("procurement", procurement.stream, procurement.source),
        procurement.decided_on,
        procurement.decided_on,
        reason,
        used,
        (procurement.decided,),
        {"basis": procurement.basis or "none", "fund": procurement.fund or "unknown"},
    )
