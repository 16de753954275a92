"""The kinds of file that an office uploads: how each is called, and who may send it."""

from typing import NamedTuple

from services.console.navigation import _


class OfficeKind(NamedTuple):
    """A kind by the importer's name, its title (a message), and the roles that may send it."""

    name: str
    title: str
    roles: tuple[str, ...] = ("clerk",)


KINDS: dict[str, OfficeKind] = {
    kind.name: kind
    for kind in (
        OfficeKind("staff", _("人员名册")),
        OfficeKind("members", _("会员名册")),
        OfficeKind("departments", _("部门变动表")),
        OfficeKind("leavers", _("人员离开登记表")),
        OfficeKind("dependants", _("家属登记表")),
        OfficeKind("receipts", _("签收表")),
        OfficeKind("gifts", _("慰问品发放表")),
        OfficeKind("claims", _("慰问补助申请表")),
        OfficeKind("insured", _("参保名单")),
        OfficeKind("budget", _("经费预算表"), ("chair",)),
        OfficeKind("income", _("收入登记表"), ("cashier", "clerk")),
        OfficeKind("payment-requests", _("支出申请表"), ("clerk", "cashier", "approver", "chair")),
        OfficeKind("payments", _("支出审批登记表"), ("approver", "chair")),
        OfficeKind("procurements", _("采购登记表"), ("approver", "chair")),
        OfficeKind("activities", _("活动登记表")),
        OfficeKind("attendance", _("活动签到表")),
        OfficeKind("meetings", _("会议登记表")),
        OfficeKind("plan-items", _("工作计划表")),
    )
}
"""In the order of a year's work."""

REFUSED = {
    "other": _("文件不合要求。"),
    "import-stopped": _("检查没有做完：文件太大或太复杂，或用时过长。"),
    "unsupported-file": _("这种文件读不了。另存为 .xlsx 或 .csv 再上传。"),
    "unreadable-file": _("文件损坏，或不是工作簿。"),
    "password-protected": _("文件有密码。去掉密码另存后再上传。"),
    "file-too-large": _("文件太大。"),
    "open-quote": _("文件中有没有收尾的引号。"),
    "no-rows": _("表头下面没有任何一行。"),
    "no-headings": _("没有一张工作表有这一类的表头。种类可能选错。"),
    "column-missing": _("缺少必填的栏。"),
    "column-twice": _("有两栏可以是同一项，不能替你选。"),
    "column-hidden": _("必填的栏被隐藏了。取消隐藏再上传。"),
    "unit-differs": _("表上写的单位不是元。改成元再上传。"),
    "rows-above": _("表头上方还有数据行。把表头移到最上面，或把两个表分放两张工作表，再上传。"),
    "map-not-needed": _("这个文件已按字段排好，不必再指定列。"),
    "headings-again": _("一张工作表里有两个表。各放一张工作表再上传。"),
}
"""Why a file as a whole is refused, by code; the importer's own words stand below."""
