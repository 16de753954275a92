"""The words of reports: their kinds, sections and formats, who signs, why one takes another's
place."""

from services.console.navigation import _

KINDS = {"annual": _("年度总结"), "statistics": _("统计年报")}
SECTIONS = {
    "guidance": _("政治引领"),
    "front_line": _("防控与志愿服务"),
    "organisation": _("组织建设和民主管理"),
    "welfare": _("职工福利"),
    "activities": _("各项活动"),
    "other": _("其他方面"),
    "problems": _("存在问题"),
    "plan": _("规划"),
}
"""In the order of the report."""

FORMATS = {"md": _("文本"), "docx": "Word", "xlsx": "Excel", "pdf": "PDF"}
SIGNERS = {"author": _("撰写人"), "reviewer": _("审定人"), "chair": _("工会主席（签发）")}
REASONS = {
    "drift": _("数字变动"),
    "narrative": _("文字改写"),
    "entered_in_error": _("误发"),
    "presentation": _("只改版式"),
    "other": _("其他"),
}
"""Why a report takes another's place."""
