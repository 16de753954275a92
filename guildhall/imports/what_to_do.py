"""What a clerk does about a row that was entered before with something else: one table, by kind.

`guildhall command ORG NAME JSON` sends a command; `guildhall commands` lists what there is. A code
has its own line where it needs one; `differs` is for all others of the kind.
"""

TO_DO: dict[str, dict[str, str]] = {
    "staff": {
        "differs": "以已录入的为准则改正本行;已录入的有误:姓名、性别、出生月份用 change-member,"
        "部门变了用 change-department 登记(整表用 guildhall import departments),"
        "日期用 withdraw-entries 撤回后重新导入",
        "number-was-anothers": "该工号原属已离职的另一人:请核对,或为新人另编工号后再导入",
    },
    "members": {
        "differs": "核对入会日期与方式;已录入的有误用 withdraw-entries 撤回后重新导入;"
        "部门变了用 change-department 登记(整表用 guildhall import departments)"
    },
    "departments": {"differs": "该日已登记另一部门:已录入的有误用 withdraw-entries 撤回后重新导入"},
    "leavers": {"differs": "核对离开日期与方式;已录入的有误用 withdraw-entries 撤回后重新导入"},
    "dependants": {"differs": "同名家属已登记:核对关系与登记日期;若是另一人,姓名须能区分"},
    "activities": {
        "differs": "活动编号已用于另一内容:若是另一活动请另编号;未举办的可用 cancel-activity 取消",
        "session-held": "该场次已登记举办,日期不同:若是另一场请填另一场次",
    },
    "attendance": {
        "differs": "该人员在该场次已登记参加,日期不同:核对;已录入的有误用 withdraw-entries 撤回"
    },
    "meetings": {
        "differs": "会议编号已用于另一内容:若是另一会议请另编号;有误用 withdraw-entries 撤回"
    },
    "plan-items": {
        "differs": "计划编号已用于另一内容:若是另一事项请另编号;有误用 withdraw-entries 撤回"
    },
    "procurements": {
        "differs": "采购编号已用于另一内容:若是另一采购请另编号;有误用 withdraw-entries 撤回"
    },
    "receipts": {"differs": "签收只登记一次:核对签收日期与代签人"},
    "gifts": {
        "off-roster-reason-missing": "项目按名册发放而名册尚未冻结的,先用 freeze-roster 冻结名册;"
        "确在名册之外的,在“名册外原因”一栏写明",
        "differs": "若是另一件事,请另立项目(open-programme)后导入;"
        "同一件事确又发了一次用 issue-gift-again;"
        "已录入的有误用 return-gift(原因 entered_in_error)登记后重新导入",
    },
    "claims": {
        "withdrawn-before": "撤回得对:不用管,或从表中删去本行;确要重新申请:换一个申请编号",
        "differs": "申请编号已用于另一内容:若是另一申请请另编号;若已录入的有误,"
        "未支付的用 withdraw-claim 撤回,已支付的用 reverse-claim 冲销,再以新编号导入",
    },
    "insured": {
        "differs": "同一保单同一人只登记一次:"
        "录入有误的用 end-cover(原因 entered_in_error)撤销后重新导入"
    },
    "budget": {"differs": "该年度预算已批准:调整请用 adjust-budget"},
    "income": {
        "differs": "收入编号已用于另一内容:若是另一笔请另编号;已录入的有误用 correct-income 更正"
    },
    "payment-requests": {"differs": "支付编号已用于另一内容:若是另一笔请另编号"},
    "payments": {"differs": "该笔支出已入账:核对;已录入的有误用 reverse-expenditure 冲销"},
}
"""By kind, then by the code of the refusal."""

OTHERWISE = "请核对"

WHATEVER_KIND = {
    "withdrawn-before": "撤回得对:不用管,或从表中删去本行;确要重新录入:加 --enter-withdrawn 再导入",
    "merged-record": "该工号的档案已并入另一档案:用保留档案的工号重新导入;"
    "并错了的由主席用 unmerge-members 撤销合并",
}
"""By the code of a refusal that any kind may meet. `withdrawn-before`: nobody wants what was put
right undone by the same list, sent again with ten rows more."""


def what_to_do(kind: str, code: str) -> str:
    """What to do about a row of this kind that a service refuses with this code."""
    known = TO_DO.get(kind, {})
    return known.get(code) or WHATEVER_KIND.get(code) or known.get("differs") or OTHERWISE
