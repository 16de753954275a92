"""The words for a budget's lines."""

from services.console.navigation import _

BUDGET_LINES = {
    "staff_activity.education": _("职工教育费"),
    "staff_activity.culture": _("文体活动费"),
    "staff_activity.publicity": _("宣传活动费"),
    "staff_activity.welfare": _("职工集体福利费"),
    "staff_activity.other": _("其他活动支出"),
    "rights.hardship": _("困难职工帮扶费"),
    "rights.warmth": _("送温暖费"),
    "rights.other": _("其他维权支出"),
    "business.training": _("培训费"),
    "business.meetings": _("会议费"),
    "business.special": _("专项业务费"),
    "business.other": _("其他业务支出"),
    "capital": _("资本性支出"),
    "other": _("其他支出"),
}
