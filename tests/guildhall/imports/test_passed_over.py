"""Rows that are no entries, each with its reason; and rows that look like such and are entries."""

import pytest

from guildhall.imports import KINDS
from guildhall.imports.cells import Cell, SheetError
from guildhall.imports.rows import read_rows
from tests.guildhall.imports.recording_client import book

STAFF, RECEIPTS = KINDS["staff"], KINDS["receipts"]
HEADINGS = ["序号", "工号", "姓名", "性别", "出生月份", "入职日期", "备注"]
PERSON = ["1", "0012", "王利", "女", "3", "2009-08-01", ""]


def reason(*row: str | Cell | None) -> str | None:
    """Why the row is passed over below one entry; None: it is an entry."""
    table = read_rows(STAFF, book(["名册"], HEADINGS, PERSON, list(row)))
    assert len(table.rows) + len(table.bad) + len(table.passed) >= table.total
    return next((each.reason for each in table.passed if each.number == 4), None)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (("合 计", None, "8"), "total"), (("合计：2人",), "total"), ((None, "小计", "3"), "total"),
        (("", "教务处小计"), "total"), (("总计", Cell("=SUM(A1)", "formula")), "total"),
        (("合计", "8", None, None), "total"), (("本页合计",), "total"),
        (("制表人：某某    审核人：某某    工会主席：某某",), "footer"),
        (("制表:", "张三", "", "审核:", "李四"), "footer"), (("经办人签字",), "footer"),
        (("备注：以上人员均在职",), "footer"), (("单位(盖章):",), "footer"),
        ((None, None, "工会主席："), "footer"), (("第1页 共2页",), "footer"),
        (("      年   月   日",), "footer"), (("注1:外聘人员不在此列",), "footer"),
        (("2022年9月8日",), "footer"), ((None, "二〇二二年九月八日"), "footer"),
        (("（盖章）",), "footer"), (("主管领导（签字）",), "footer"), (("制表 张三",), "footer"),
        (("9",), "serial"), (("10.",), "serial"), ((Cell("", "formula"),), "serial"),
        (("序号", "工号", "姓名", "性别", "出生月份", "入职日期", "备注"), "headings"),
        (("续表",), "title"), (("名册",), "title"), (("名册（续）",), "title"),
        (("一、机关",), "section"), (("（二）后勤",), "section"),
    ],
)  # fmt: skip
def test_what_is_no_entry_is_passed_over_for_its_reason(
    row: tuple[str | Cell | None, ...], why: str
) -> None:
    assert reason(*row) == why


@pytest.mark.parametrize(
    "row",
    [
        ("2", "0013", "李明", "男", "3", "2009-08-01", "小计"), ("合计", *PERSON[1:]),
        ("2", None, "李明", "男", "3", "2009-08-01"), (None, None, "李明"),
        ("财务处", None, "李明", "男", "3", "2009-08-01"), ("2", None, None, None, "3"),
        ("以上共两人请领导过目",), ("2", "0013"), ("甲",),
    ],
)  # fmt: skip
def test_what_may_be_an_entry_is_one_or_is_refused(row: tuple[str | None, ...]) -> None:
    assert reason(*row) is None


@pytest.mark.parametrize(
    "department",
    ["财务", "领导", "会计", "主席", "财务 科", "公共计算机教研室", "综合计划处", "负责人", "联系"],
)  # fmt: skip
@pytest.mark.parametrize("number", [None, "A.1", "１２．３"])
def test_somebody_without_a_number_is_refused_whatever_the_department(
    department: str, number: str | None
) -> None:
    heads = ["部门", *HEADINGS[1:]]
    table = read_rows(STAFF, book(heads, PERSON, [department, number, *PERSON[2:]]))
    assert [flaw.number for flaw in table.bad] == [3]


def test_where_all_else_is_given_a_post_and_a_name_are_somebody() -> None:
    given = {"programme_id": "spring-2022", "signed_on": "2022-1-20"}
    heads, person = ["部门", "工号", "姓名"], ["教务", "0012", "王利"]
    lost = ["财务", None, "李明"]
    signed = [["财务", None, None, "主席"], ["制表:", None, "李明"], ["会计", "", "李明", "出纳"]]
    table = read_rows(RECEIPTS, book(heads, person, lost, *signed), given)
    assert [flaw.number for flaw in table.bad] == [3]
    assert [each.reason for each in table.passed] == ["headings", *["footer"] * 3]


def test_other_headings_further_down_are_refused() -> None:
    with pytest.raises(SheetError) as why:
        read_rows(STAFF, book(HEADINGS, PERSON, ["姓名", "工号", "性别"], ["李明", "0013", "男"]))
    assert why.value.code == "headings-again"


def test_a_hidden_row_is_told_and_not_read() -> None:
    read = book(HEADINGS, PERSON, ["2", "0013", "李明", "男", "3", "2009-08-01"])
    rows = read.pages[0].rows
    rows[2] = rows[2]._replace(hidden=True)
    table = read_rows(STAFF, read)
    assert (len(table.rows), table.passed[-1].reason) == (1, "hidden")


def test_a_line_of_a_form_that_has_only_what_was_merged_over_it_is_empty() -> None:
    head = ["序号", "项目编号", "工号", "签收日期"]
    read = book(head, ["1", "g08", "2001", "2022-09-09"], ["2", "g08", None, None])
    rows = read.pages[0].rows
    rows[2] = rows[2]._replace(filled=frozenset({1}))
    assert read_rows(RECEIPTS, read).passed[-1].reason == "serial"
