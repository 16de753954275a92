"""The words for codes that services answer with; each is a message of the catalogues."""

from services.console.navigation import _

SEVERITIES = {
    "block": _("阻断"),
    "high": _("高"),
    "medium": _("中"),
    "low": _("低"),
    "info": _("提示"),
}
BARS = {"block": 4, "high": 3, "medium": 2, "low": 1, "info": 0}
"""How many of the four bars of a severity are full."""

OUTCOMES = {
    "fail": _("不合规"),
    "indeterminate": _("无法判定"),
    "pass": _("通过"),
    "not_applicable": _("不适用"),
}
ROLES = {
    "clerk": _("经办人"),
    "approver": _("审批人"),
    "chair": _("工会主席"),
    "cashier": _("出纳"),
    "auditor": _("审计员"),
    "operator": _("运行人员"),
    "producer": _("外部来源"),
}
UNITS = {
    "名": _("名"),
    "份": _("份"),
    "次": _("次"),
    "件": _("件"),
    "项": _("项"),
    "月": _("月"),
    "元": _("元"),
    "人次": _("人次"),
    "天": _("天"),
    "人": _("人"),
    "场": _("场"),
    "条": _("条"),
    "个": _("个"),
    "起": _("起"),
}
CLAIM_KINDS = {
    "hospital": _("住院慰问"),
    "serious_illness": _("大病慰问"),
    "bereavement": _("亲属去世慰问"),
    "hardship": _("困难补助"),
    "marriage": _("结婚慰问"),
    "birth": _("生育慰问"),
    "retirement": _("退休慰问"),
}
REJECTIONS = {
    "not_covered": _("不在范围"),
    "evidence_missing": _("缺单据"),
    "claimed_before": _("同一事项已申请"),
    "too_late": _("已过期限"),
    "withdrawn": _("本人撤回"),
}
RULE_STATES = {
    "implemented": _("已判"),
    "not_written": _("可判未写"),
    "not_decidable": _("尚不能判"),
    "merged": _("已并入"),
    "not_for_a_machine": _("不由机器判"),
}
WORDS = {
    "severity": SEVERITIES,
    "bars": BARS,
    "outcome": OUTCOMES,
    "role": ROLES,
    "rule_state": RULE_STATES,
    "unit": UNITS,
}
