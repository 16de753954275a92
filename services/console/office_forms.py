"""What an office does each week, as forms: meetings, activities, attestations, the plan, payments,
and what is taken back."""

from services.console.forms import Field, Form
from services.console.navigation import _

WRITERS = ("clerk", "chair")
APPROVERS = ("approver", "chair")
SPENDERS = ("clerk", "cashier", "approver", "chair")

ID_HINT = _("小写字母、数字和连字符，如 spring-2023")
NUMBERS_HINT = _("一行一个工号，或用逗号隔开")
DECISION_HINT = _("如 meeting-2022-03，不写姓名")
REASONS = (
    "entered_in_error", "duplicate", "wrong_person", "wrong_date", "wrong_amount", "wrong_details",
    "did_not_happen", "other",
)  # fmt: skip
FUNDS = ("union_funds", "care_fund", "superior_grant", "administration", "special")
PAYERS = ("own", "superior", "administration")
BUDGET_LINES = (
    "staff_activity.education", "staff_activity.culture", "staff_activity.publicity",
    "staff_activity.welfare", "staff_activity.other", "rights.hardship", "rights.warmth",
    "rights.other", "business.training", "business.meetings", "business.special",
    "business.other", "capital", "other",
)  # fmt: skip
PAYMENT_FORMS = ("transfer", "cash", "goods", "pickup_voucher", "cake_voucher")


def _day(name: str, title: str) -> Field:
    return Field(name, title, "day", value="today")


def _fixed(name: str, title: str) -> Field:
    return Field(name, title, "id", fixed=True)


MEETINGS = (
    Form(
        "convene-meeting", "events", "convene-meeting", WRITERS, _("召集会议"),
        _("记下这次会议"), _("会议列在会议清单上，等登记召开和决议。"), "meetings",
        (
            Field("meeting_id", _("会议编号"), "id", hint=ID_HINT),
            Field("kind", _("种类"), "choice",
                  ("staff_congress", "members_congress", "committee", "audit_committee")),
            Field("title", _("名称")),
            Field("convened_for", _("开会日期"), "day"),
            Field("delegates_due", _("应到人数"), "count"),
            _day("convened_on", _("通知日期")),
        ), "meeting-{meeting_id}",
    ),
    Form(
        "hold-congress", "events", "hold-congress", WRITERS, _("登记大会召开"),
        _("记下大会召开"), _("大会算作召开过，计入当年的次数。"), "meetings",
        (
            _fixed("meeting_id", _("会议编号")),
            Field("delegates_present", _("实到人数"), "count"),
            Field("held_on", _("召开日期"), "day"),
        ), "meeting-{meeting_id}",
    ),
    Form(
        "pass-resolution", "events", "pass-resolution", WRITERS, _("登记决议"),
        _("记下这项决议"), _("决议和票数记在这次会议下；够不够票由规则判。"), "meetings",
        (
            _fixed("meeting_id", _("会议编号")),
            Field("resolution_id", _("决议编号"), "id", hint=ID_HINT),
            Field("subject", _("事项")),
            Field("votes_for", _("赞成票"), "count"),
            Field("votes_against", _("反对票"), "count", value="0"),
            Field("abstained", _("弃权票"), "count", value="0"),
            Field("passed_on", _("表决日期"), "day"),
        ), "meeting-{meeting_id}",
    ),
)  # fmt: skip
ACTIVITIES = (
    Form(
        "plan-activity", "events", "plan-activity", WRITERS, _("登记活动"),
        _("记下这项活动"), _("活动列在活动清单上，等登记举办和签到。"), "activities",
        (
            Field("activity_id", _("活动编号"), "id", hint=ID_HINT),
            Field("title", _("名称")),
            Field("kind", _("种类"), "choice",
                  ("culture", "sport", "contest", "lecture", "outing", "club", "training",
                   "matchmaking", "other")),
            Field("organiser", _("主办"), "choice", ("own", "city_union", "group_union")),
            Field("online", _("线上举行"), "flag", needed=False),
            Field("planned_for", _("活动日期"), "day"),
            _day("planned_on", _("计划日期")),
        ), "activity-{activity_id}",
    ),
    Form(
        "hold-activity", "events", "hold-activity", WRITERS, _("登记举办一场"),
        _("记下这一场"), _("活动算作举办过；接着登记谁到场。"), "activities",
        (
            _fixed("activity_id", _("活动编号")),
            Field("session", _("第几场"), "count", needed=False, hint=_("空着就是下一场")),
            Field("held_on", _("举办日期"), "day"),
        ), "activity-{activity_id}",
    ),
    Form(
        "record-attendance", "events", "record-attendance", ("clerk",), _("登记到场"),
        _("记下到场的人"), _("到场的人按场次计入人次；没登记的是不知道，不是缺席。"), "activities",
        (
            _fixed("activity_id", _("活动编号")),
            Field("session", _("第几场"), "count", value="1"),
            Field("person_ids", _("到场的人"), "people", hint=NUMBERS_HINT),
            Field("attended_on", _("到场日期"), "day"),
        ), "activity-{activity_id}",
    ),
    Form(
        "register-participants", "events", "register-participants", ("clerk",), _("登记报名"),
        _("记下报名的人"), _("报名的人记在这项活动下，到场另行登记。"), "activities",
        (
            _fixed("activity_id", _("活动编号")),
            Field("person_ids", _("报名的人"), "people", hint=NUMBERS_HINT),
            _day("registered_on", _("报名日期")),
        ), "activity-{activity_id}",
    ),
    Form(
        "cancel-activity", "events", "cancel-activity", WRITERS, _("取消活动"),
        _("取消这项活动"), _("活动不再举办，也不能再登记。"), "activities",
        (
            _fixed("activity_id", _("活动编号")),
            Field("reason", _("原因"), "choice",
                  ("epidemic", "weather", "no_participants", "other")),
            _day("cancelled_on", _("取消日期")),
        ), "activity-{activity_id}",
    ),
)  # fmt: skip
ATTESTATIONS = (
    Form(
        "attest-period", "events", "attest-period", WRITERS, _("作月度证明"),
        _("作这份证明"), _("这个月这一项有了证据；证明为零，也要有人证明。"), "attestations",
        (
            Field("subject", _("事项"), "choice",
                  ("safety", "public_opinion", "epidemic_control")),
            Field("month", _("月份"), "month", hint=_("如 2022-03")),
            Field("incidents", _("发生的事件数"), "count", value="0"),
            _day("attested_on", _("证明日期")),
        ), "attestation-{subject}.{month}",
    ),
    Form(
        "report-incident", "events", "report-incident", WRITERS, _("上报事件"),
        _("上报这起事件"), _("当月的证明要与上报的事件数相符。"), "attestations",
        (
            Field("incident_id", _("事件编号"), "id", hint=ID_HINT),
            Field("subject", _("事项"), "choice",
                  ("safety", "public_opinion", "epidemic_control")),
            Field("happened_on", _("发生日期"), "day"),
        ), "incident-{incident_id}",
    ),
)  # fmt: skip
PLAN = (
    Form(
        "set-plan-item", "events", "set-plan-item", WRITERS, _("列入计划"),
        _("列入这一项"), _("这一项列在当年计划上，过了期限未完成的会标出。"), "plan",
        (
            Field("item_id", _("计划编号"), "id", hint=ID_HINT),
            Field("plan_year", _("计划年度"), "count", value="year"),
            Field("section", _("报告章节"), "choice",
                  ("basics", "rights", "welfare", "activities")),
            Field("title", _("名称")),
            Field("due_on", _("完成期限"), "day", needed=False),
            _day("set_on", _("列入日期")),
        ), "plan-{item_id}",
    ),
    Form(
        "complete-plan-item", "events", "complete-plan-item", WRITERS, _("登记计划完成"),
        _("记下完成"), _("这一项算作完成；没有佐证的，完成也只是有人说过。"), "plan",
        (
            _fixed("item_id", _("计划编号")),
            Field("evidence", _("佐证"), "streams", needed=False,
                  hint=_("事件流的名称，如 tjtc/meeting-2022-03，用空格隔开；可以空着")),
            _day("done_on", _("完成日期")),
        ), "plan-{item_id}",
    ),
)  # fmt: skip
PAYMENTS = (
    Form(
        "request-expenditure", "benefits", "request-expenditure", SPENDERS, _("申请支出"),
        _("提出这笔申请"), _("申请等另一人审批；你不能批自己的申请。"), "payments",
        (
            Field("payment_id", _("支出编号"), "id", hint=ID_HINT),
            Field("amount_fen", _("金额（元）"), "money"),
            Field("budget_line", _("预算科目"), "choice", BUDGET_LINES),
            Field("fund", _("经费来源"), "choice", FUNDS),
            Field("payer", _("谁付款"), "choice", PAYERS),
            _day("requested_on", _("申请日期")),
        ), "payment-{payment_id}",
    ),
    Form(
        "pay-expenditure", "benefits", "pay-expenditure", APPROVERS, _("批准支出并入账"),
        _("批准并入账"), _("支出记入账簿：申请的人和你，两个人。"), "payments",
        (
            _fixed("payment_id", _("支出编号")),
            Field("decision_ref", _("决定编号"), "id", hint=DECISION_HINT, needed=False),
            _day("paid_on", _("支付日期")),
        ), "payment-{payment_id}",
    ),
    Form(
        "reverse-expenditure", "benefits", "reverse-expenditure", APPROVERS, _("冲销或退款"),
        _("记下冲销或退款"), _("原来的支出留着，冲销另记一笔；由记账人以外的人办。"), "payments",
        (
            _fixed("payment_id", _("支出编号")),
            Field("reason", _("原因"), "choice",
                  ("refunded", "entered_in_error", "duplicate", "wrong_amount")),
            Field("amount_fen", _("金额（元）"), "money", needed=False,
                  hint=_("空着就是余下的全部")),
            Field("posting", _("记在哪一期"), "choice", ("adjustment", "in_period"),
                  hint=_("退款和部分冲销记在发生当日")),
            _day("reversed_on", _("日期")),
        ), "payment-{payment_id}",
    ),
    Form(
        "pay-claim", "benefits", "pay-claim", ("cashier", "clerk"), _("支付申请"),
        _("记下支付"), _("慰问金算作发给了本人；由批准人以外的人支付。"), "payments",
        (
            _fixed("claim_id", _("申请编号")),
            Field("fund", _("经费来源"), "choice", FUNDS),
            Field("payment_form", _("形式"), "choice", PAYMENT_FORMS),
            Field("payment_id", _("支出编号"), "id", needed=False,
                  hint=_("账簿里有这笔支出时填")),
            _day("paid_on", _("支付日期")),
        ), "claim-{claim_id}",
    ),
    Form(
        "reverse-claim", "benefits", "reverse-claim", APPROVERS, _("冲销慰问金"),
        _("冲销这笔慰问金"), _("这笔支付不再计入；同一事项可以重新申请。"), "payments",
        (
            _fixed("claim_id", _("申请编号")),
            Field("reason", _("原因"), "choice", ("entered_in_error", "paid_back", "duplicate")),
            _day("reversed_on", _("日期")),
        ), "claim-{claim_id}",
    ),
    Form(
        "withdraw-claim", "benefits", "withdraw-claim", SPENDERS[:1] + APPROVERS, _("撤回申请"),
        _("撤回这笔申请"), _("申请不再等审批，也不支付；同一事项可以重新申请。"), "claims",
        (
            _fixed("claim_id", _("申请编号")),
            Field("reason", _("原因"), "choice",
                  ("by_claimant", "entered_in_error", "duplicate", "no_longer_due", "other")),
            _day("withdrawn_on", _("日期")),
        ), "claim-{claim_id}",
    ),
)  # fmt: skip
