"""Sheets as clerks bring them: pasted from the web, filled in by hand, added up at the end."""

import pytest

from guildhall.imports import KINDS
from guildhall.imports.cells import Cell
from guildhall.imports.kinds import Kind
from guildhall.imports.rows import Table, read_rows
from tests.guildhall.imports.recording_client import book

STAFF, INCOME, GIFTS = KINDS["staff"], KINDS["income"], KINDS["gifts"]
HEAD: dict[str, list[str]] = {
    "staff": ["序号", "工号", "姓名", "性别", "出生月份", "入职日期", "备注"],
    "income": ["收入编号", "收入来源", "经费来源", "金额(元)", "到账日期", "人民币大写"],
    "gifts": ["项目编号", "工号", "身份", "份数", "发放日期"],
}


def read(kind: Kind, *rows: list[str | Cell | None]) -> Table:
    table = read_rows(kind, book(HEAD[kind.name], *rows))
    assert (
        len(table.rows) + len({bad.place for bad in table.bad}) + len(table.passed) == table.total
    )
    return table


def test_blanks_and_full_width_forms_of_a_web_page_are_what_they_show() -> None:
    row = ["１", "００１２", "王\u3000利", "女\xa0", "３月", "２００９－０８－０１", "\u200b"]
    [entry] = read(STAFF, [*row]).rows
    assert [*entry.values.values()] == ["0012", "王利", "female", 3, "2009-08-01"]


@pytest.mark.parametrize(
    ("amount", "fen"),
    [("¥1,200.00元", 120_000), ("人民币1,200.00元", 120_000), ("1200.00 元", 120_000),
     ("壹仟贰佰元整", None), ("1.2万", None), ("约1200", None), ("1200-1500", None)],
)  # fmt: skip
def test_an_amount_is_read_with_its_signs_or_refused(amount: str, fen: int | None) -> None:
    table = read(INCOME, ["i-1", "会费", "工会经费", amount, "2022-3-1", "壹仟贰佰元整"])
    assert [row.values["amount_fen"] for row in table.rows] == ([] if fen is None else [fen])
    assert [bad.code for bad in table.bad] == (["invalid-amount"] if fen is None else [])


def test_subtotals_within_and_totals_below_are_no_income() -> None:
    table = read(
        INCOME,
        ["i-1", "会费", "工会经费", "100", "2022-3-1"], ["小计", None, None, "100"],
        ["i-2", "会费", "工会经费", "100", "2022-3-1"], [None, None, "合计", "200"],
    )  # fmt: skip
    assert [row.values["income_id"] for row in table.rows] == ["i-1", "i-2"]


def test_numbers_that_repeat_and_pages_that_go_on_are_no_matter() -> None:
    first = ["1", "0012", "王利", "女", "3", "2009-8-1"]
    second = ["1", "0013", "李", "女", "3", "2009-8-1"]
    again: list[str | Cell | None] = [*HEAD["staff"]]
    table = read(STAFF, [*first], ["名册(续表)"], again, [*second], ["2"])
    assert [row.values["employee_no"] for row in table.rows] == ["0012", "0013"]
    assert [each.reason for each in table.passed] == ["headings", "title", "headings", "serial"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["1", "—", "王利", "女", "3", "2009-8-1"], "invalid-employee-no"),
        (["1", "0012", Cell("#N/A", "error-value"), "女", "3", "2009-8-1"], "error-value"),
        (["1", "0012", "王利", "女", "3", "2009–08–01"], "invalid-date"),
        (["1", "0012", "王利", "女", "3", "2009-8"], "date-incomplete"),
        (["1", "0012", "王利", "女", "3", "2009年8月1日(周六)"], "invalid-date"),
        (["1", "0012", "王利", "F", "3", "2009-8-1"], "not-in-list"),
        (["1", "0012、0013", "王利", "女", "3", "2009-8-1"], "invalid-employee-no"),
        (["1", None, "王利", "女", "3", "2009-8-1"], "missing"),
    ],
)
def test_what_only_a_person_could_settle_is_refused(
    row: list[str | Cell | None], code: str
) -> None:
    table = read(STAFF, row)
    assert (table.rows, [bad.code for bad in table.bad]) == ([], [code])


@pytest.mark.parametrize("count", ["0", "1.0", "-", "两", "1份半", "1/2"])
def test_a_number_of_portions_is_a_whole_one(count: str) -> None:
    assert read(GIFTS, ["g", "1", "会员", count, "2022-9-8"]).rows == []
