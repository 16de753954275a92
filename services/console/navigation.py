"""The menu: what there is for whom. A page that somebody may not use is not shown to them."""

from typing import NamedTuple

from services.console.scope import Scope
from services.console.session import Session

READERS = ("auditor", "operator", "chair", "clerk", "approver")
WATCHERS = ("operator", "auditor")
KEEPERS = ("clerk", "approver", "chair")
OFFICE = ("clerk", "approver", "chair", "cashier")
BEGINNERS = (*OFFICE, "operator")


class Entry(NamedTuple):
    """A line of the menu: its title (a message), its page, and who may use it. `union`: the page is
    of the union and period at hand, or, begun with a slash, of the union alone; otherwise `page` is
    a whole path. `also` are further paths that it stands for."""

    title: str
    page: str
    roles: tuple[str, ...]
    union: bool = True
    also: str = ""


class Group(NamedTuple):
    """A heading of the menu with its lines: title, address, whether it is the page at hand."""

    title: str
    lines: list[tuple[str, str, bool]]


def _(message: str) -> str:
    """Marks a message for the catalogues; the template says it."""
    return message


MENU: dict[str, tuple[Entry, ...]] = {
    _("办事"): (
        Entry(_("起步"), "/office/beginning", BEGINNERS),
        Entry(_("待办"), "/office/queue", OFFICE),
        Entry(_("项目"), "/office/programmes", OFFICE),
        Entry(_("申请"), "/office/claims", OFFICE, also="/office/claims/"),
        Entry(_("支付"), "/office/payments", OFFICE),
        Entry(_("会议"), "/office/meetings", KEEPERS),
        Entry(_("活动"), "/office/activities", KEEPERS),
        Entry(_("月度证明"), "/office/attestations", KEEPERS),
        Entry(_("计划"), "/office/plan", KEEPERS),
        Entry(_("上传"), "/office/upload", OFFICE),
    ),
    _("看账"): (
        Entry(_("年度总览"), "", READERS),
        Entry(_("数字"), "figures", READERS, also="/events/"),
        Entry(_("分解"), "breakdown", READERS),
        Entry(_("历年"), "years", READERS),
        Entry(_("上下级汇总"), "subtree", READERS),
        Entry(_("名册核对"), "rolls", READERS, also="/roster"),
        Entry(_("审计疑点"), "findings", READERS),
        Entry(_("规则判定"), "verdicts", READERS),
        Entry(_("规则推演"), "rules", READERS),
        Entry(_("差异"), "differences", READERS),
        Entry(_("报告"), "report", READERS),
    ),
    _("运行"): (
        Entry(_("登记工会"), "/ops/unions/new", ("operator",), union=False),
        Entry(_("状态"), "/ops", WATCHERS, union=False),
        Entry(_("隔离"), "/ops/quarantine", WATCHERS, union=False),
    ),
}
"""In the order of the menu."""


def groups_for(session: Session, scope: Scope | None, path: str) -> list[Group]:
    """The menu of somebody, on the page `path`."""
    groups = []
    for title, entries in MENU.items():
        lines = []
        for entry in entries:
            if not session.may(*entry.roles) or (entry.union and scope is None):
                continue
            at = _address(entry, scope)
            lines.append((entry.title, at, _is_at(entry, at.partition("?")[0], path)))
        if lines:
            groups.append(Group(title, lines))
    return groups


def _address(entry: Entry, scope: Scope | None) -> str:
    if not entry.union or scope is None:
        return entry.page
    return f"/{scope.org}{entry.page}" if entry.page.startswith("/") else scope.to(entry.page)


def _is_at(entry: Entry, at: str, path: str) -> bool:
    if entry.also and entry.also in path:
        return True
    return path == at or (entry.union and bool(entry.page) and path.startswith(f"{at}/"))
