"""The menu shows what somebody may use, and where they are."""

from services.console.navigation import MENU, groups_for
from services.console.scope import Scope, of_year
from tests.console.answers import KNOWN
from tests.console.conftest import session

SCOPE = Scope("tjtc", of_year(2022), None, None, KNOWN)


def test_who_may_use_nothing_of_a_group_does_not_see_it() -> None:
    assert groups_for(session("producer"), SCOPE, "/") == []
    assert next(group.title for group in groups_for(session("auditor"), SCOPE, "/")) == "看账"


def test_the_page_at_hand_is_marked_and_no_other() -> None:
    for path, title in (
        ("/tjtc/2022", "年度总览"),
        ("/tjtc/2022/figures", "数字"),
        ("/tjtc/2022/figures/gift", "数字"),
        ("/tjtc/events/1", "数字"),
        ("/tjtc/2022/findings/x", "审计疑点"),
    ):
        lines = [line for group in groups_for(session(), SCOPE, path) for line in group.lines]
        assert [name for name, _, current in lines if current] == [title], path


def test_pages_of_a_union_need_one() -> None:
    lines = [line for group in groups_for(session("auditor"), None, "/") for line in group.lines]
    of_unions = [entry for entries in MENU.values() for entry in entries if entry.union]
    assert not {entry.title for entry in of_unions} & {title for title, _, _ in lines}


def test_the_office_is_of_who_does_something_there_and_of_no_period() -> None:
    for path, title in (
        ("/tjtc/office/queue", "待办"),
        ("/tjtc/office/claims/ss-1/approve", "申请"),
        ("/tjtc/office/programmes/spring/issue", "项目"),
        ("/tjtc/office/upload/handle", "上传"),
        ("/tjtc/2022/programmes/spring/roster", "名册核对"),
    ):
        groups = groups_for(session("clerk"), SCOPE, path)
        lines = [line for group in groups for line in group.lines]
        assert [name for name, _, current in lines if current] == [title], path
    assert ("待办", "/tjtc/office/queue", False) in groups[0].lines
    assert "办事" not in {group.title for group in groups_for(session("auditor"), SCOPE, "/")}
