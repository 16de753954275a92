"""ACT-10: awards of a training stay within a share and an amount (培训优秀学员奖励).

Judged per training with awards. The amount is compared a head, as all awards together over all
winners, which is the least that one of them got; Tianjin's figures were not found.
"""

from collections.abc import Iterator

from services.reporting.projections.activities import Activity
from services.reporting.rules.dated import InForce, RuleValues
from services.reporting.rules.definition import Judgement, Reason
from services.reporting.rules.facts import Facts, once_each, subject
from services.reporting.rules.formulas.act_01 import participants

REASONS: tuple[Reason, ...] = (
    Reason("over-share", "fail", "培训获奖人次超过学员人数的规定比例", "medium"),
    Reason("over-amount", "fail", "培训奖励人均金额超过当地限额", "medium"),
    Reason("limits-unknown", "indeterminate", "当地培训奖励的比例与金额未查到,不能判为合规", "low"),
    Reason("people-uncounted", "indeterminate", "学员人数只知范围,获奖比例须按人核对", "low"),
    Reason("amount-uneven", "indeterminate", "奖励金额只知合计或未记,各人金额须核对", "low"),
    Reason("within-limits", "pass", "培训奖励的比例与金额合于当地规定"),
)


def judge(facts: Facts, values: RuleValues) -> Iterator[Judgement]:
    """One judgement per training with awards."""
    for training in once_each(facts.activities, lambda activity: activity.activity_id):
        day = training.awarded_on
        if training.kind != "training" or day is None or training.awarded is None:
            continue
        share, amount = values.on("share_percent", day), values.on("amount_fen", day)
        if share is None or amount is None:
            continue
        reason = _find(training, share, amount)
        fewest, most = participants(training)
        yield Judgement(
            subject("activity", training.activity_id, training.source),
            day,
            day,
            reason,
            (amount, share) if reason == "over-amount" else (share, amount),
            tuple(event for event in (training.planned, training.awarded) if event is not None),
            {
                "winners": training.award_recipients,
                "fewest": fewest,
                "most": most,
                "awards_fen": training.award_value_fen,
            },
        )


def _find(training: Activity, share: InForce, amount: InForce) -> str:
    if not isinstance(share.value, int) or not isinstance(amount.value, int):
        return "limits-unknown"
    winners, value = training.award_recipients, training.award_value_fen
    fewest, most = participants(training)
    if winners * 100 > share.value * most:
        return "over-share"
    if value > amount.value * winners:
        return "over-amount"
    if winners * 100 > share.value * fewest:
        return "people-uncounted"
    return "within-limits" if 0 < value <= amount.value else "amount-uneven"
