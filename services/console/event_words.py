"""Events in words: what each type is called, what its fields and their codes mean."""

from typing import Any, NamedTuple

from services.console.navigation import _
from shared.contract.fields import MEANINGS

TITLES = {
    "ActivityCancelled": _("活动取消"),
    "ActivityHeld": _("活动举办一场"),
    "ActivityPlanned": _("活动计划"),
    "AffiliationTransferCompleted": _("转隶完成"),
    "AffiliationTransferStarted": _("转隶开始"),
    "AttendanceRecorded": _("参加"),
    "AwardGranted": _("奖励"),
    "BenefitEntryWithdrawn": _("撤回"),
    "BudgetAdjusted": _("预算调整"),
    "BudgetApproved": _("预算批准"),
    "ClaimApproved": _("申请批准"),
    "ClaimFiled": _("申请提出"),
    "ClaimPaid": _("慰问金发放"),
    "ClaimRejected": _("申请不予批准"),
    "ClaimReversed": _("慰问金冲销"),
    "ClaimWithdrawn": _("申请撤回"),
    "CongressHeld": _("召开大会"),
    "ContestEntered": _("参赛"),
    "ContestJudged": _("评比"),
    "ContractSigned": _("合同签订"),
    "CoverEnded": _("终止参保"),
    "DeliveryEntryWithdrawn": _("发放记录撤回"),
    "DepartmentChanged": _("部门变动"),
    "DependantDeclared": _("家属登记"),
    "EntryWithdrawn": _("撤回"),
    "EventDisowned": _("事件否认"),
    "ExpenditurePaid": _("支出"),
    "ExpenditureRequested": _("申请支出"),
    "ExpenditureReversed": _("支出冲销"),
    "FindingExplained": _("疑点说明"),
    "FindingRaised": _("疑点提出"),
    "FindingResolved": _("疑点消除"),
    "FindingWaived": _("疑点豁免"),
    "FindingWaiverProposed": _("提议豁免疑点"),
    "FindingWaiverRevoked": _("撤销疑点豁免"),
    "GiftApplied": _("慰问品申请"),
    "GiftIssued": _("慰问品发放"),
    "GiftIssuedAgain": _("慰问品重复发放"),
    "GiftReceiptSigned": _("慰问品签收"),
    "GiftReceived": _("慰问品到位"),
    "GiftReturned": _("慰问品退回"),
    "HealthCheckArranged": _("体检安排"),
    "HealthCheckReported": _("体检人数"),
    "IncidentReported": _("事故、舆情"),
    "IncomeCorrected": _("收入更正"),
    "IncomeReceived": _("收入"),
    "IssueRaised": _("存在问题"),
    "IssueResolved": _("问题解决"),
    "MeetingConvened": _("会议召集"),
    "MemberChanged": _("人员信息更正"),
    "MemberDied": _("去世"),
    "MemberHandoverPrepared": _("会员交接"),
    "MemberInsured": _("参保"),
    "MemberJoined": _("入会"),
    "MemberLeft": _("退会"),
    "MemberRetired": _("退休"),
    "MemberTransferredOut": _("会籍转出"),
    "MembersMerged": _("一人两档合并"),
    "MembersUnmerged": _("档案分开"),
    "MembershipWithdrawn": _("会籍撤回"),
    "NarrativeApproved": _("报告文字批准"),
    "NarrativeWithdrawn": _("报告文字撤回"),
    "NarrativeWritten": _("报告文字起草"),
    "OrganisationCorrected": _("工会信息更正"),
    "OrganisationRegistered": _("工会登记"),
    "ParticipantRegistered": _("报名"),
    "PeriodAttested": _("月度证明"),
    "PlanItemDone": _("规划事项完成"),
    "PlanItemSet": _("规划事项"),
    "PolicyBought": _("购买保单"),
    "ProcurementDecided": _("采购决定"),
    "ProgrammeClosed": _("项目关闭"),
    "ProgrammeOpened": _("项目开立"),
    "ProgrammeRenamed": _("项目更名"),
    "QuarantineDiscarded": _("隔离记录弃置"),
    "RegistrationWithdrawn": _("登记撤回"),
    "RegulationAdopted": _("制度"),
    "ReportIssued": _("报告出具"),
    "ReportSuperseded": _("报告被取代"),
    "ResolutionPassed": _("决议"),
    "RosterFrozen": _("名册冻结"),
    "StaffCountDeclared": _("职工人数申报"),
    "StaffLeft": _("离职"),
    "StaffRegistered": _("职工登记"),
    "VolunteerServiceRecorded": _("志愿服务"),
}
CODES = {
    "member": _("会员"),
    "staff": _("职工"),
    "retiree": _("退休人员"),
    "dependant": _("家属"),
    "outsider": _("外部人员"),
    "members": _("会员"),
    "women_staff": _("女职工"),
    "retirees": _("退休人员"),
    "front_line_staff": _("一线职工"),
    "named": _("指定名单"),
    "goods": _("实物"),
    "pickup_voucher": _("提货券"),
    "cake_voucher": _("蛋糕券"),
    "cash": _("现金"),
    "transfer": _("转账"),
    "shopping_card": _("购物卡"),
    "union_funds": _("工会经费"),
    "care_fund": _("关爱基金"),
    "superior_grant": _("上级拨付"),
    "administration": _("行政"),
    "special": _("专项"),
    "own": _("本级工会"),
    "superior": _("上级工会"),
    "spring_festival": _("春节"),
    "mid_autumn": _("中秋节"),
    "summer_cooling": _("夏季送凉爽"),
    "marriage": _("结婚"),
    "birth": _("生育"),
    "retirement": _("退休"),
    "birthday": _("生日"),
    "bereavement": _("亲属去世"),
    "hospital": _("住院"),
    "serious_illness": _("大病"),
    "ankang": _("安康保险"),
    "hardship": _("困难"),
    "before_roster": _("名册冻结之前"),
    "joined_after_roster": _("名册冻结后入会"),
    "left_off_by_mistake": _("名册漏列"),
    "not_a_member": _("不是会员"),
    "spare_portion": _("余份"),
    "not_of_the_unit": _("外单位人员"),
    "other": _("其他"),
    "entered_in_error": _("录入有误"),
    "duplicate": _("重复"),
    "wrong_person": _("人员有误"),
    "wrong_date": _("日期有误"),
    "wrong_amount": _("金额有误"),
    "wrong_details": _("细节有误"),
    "did_not_happen": _("没有发生"),
    "female": _("女"),
    "male": _("男"),
    "new": _("新入会"),
    "transferred_in": _("会籍转入"),
    "rejoined": _("重新入会"),
    "paper": _("纸质签收"),
    "electronic": _("电子签收"),
}
"""Codes of fields; one without a word here is shown as it stands."""

PEOPLE = ("person_id", "kept_person_id", "dependant_id", "merged_person_id")
HASHES = ("sha256", "note_sha256", "content_sha256", "leaf_sha256")
LISTED_MAX = 20


class Said(NamedTuple):
    """One field of an event, for a line of its page. `kind` says how its value is written: person,
    money (in fen), flag, code, list or text."""

    title: str
    name: str
    kind: str
    value: Any


def title_of(event_type: str) -> str:
    """What a type is called; its own name, where it is a type of somebody else's."""
    name = event_type.split(".")[-2] if event_type.count(".") >= 2 else event_type
    return TITLES.get(name, name)


def said(data: Any, language: str) -> list[Said]:
    """Every field of an event but its union and day, which its page says first."""
    if not isinstance(data, dict):
        return []
    return [
        Said(_field(name, language), name, _kind(name, value), value)
        for name, value in data.items()
        if name not in ("org_id", "occurred_on") and value is not None
    ]


def _field(name: str, language: str) -> str:
    chinese, _, _ = MEANINGS.get(name, name).partition(" · ")
    return chinese if language == "zh-CN" else name.replace("_", " ").removesuffix(" fen")


def _kind(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "flag"
    if name in PEOPLE:
        return "person"
    if name.endswith("_fen") and isinstance(value, int):
        return "money"
    if isinstance(value, (list, dict)):
        return "list"
    return "code" if isinstance(value, str) and value in CODES else "text"
