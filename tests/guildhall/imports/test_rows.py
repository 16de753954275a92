"""From the sheets of a file to rows that can be sent; a flaw is named by row and heading."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from guildhall.imports import KINDS
from guildhall.imports.cells import Cell, SheetError
from guildhall.imports.listed_twice import listed_once
from guildhall.imports.rows import TITLES, Table, read_rows
from guildhall.imports.spreadsheet import Book
from tests.guildhall.imports.recording_client import book, write_csv
from tests.guildhall.imports.test_spreadsheet import HEADINGS, staff

STAFF, RECEIPTS, GIFTS, INCOME = (KINDS[n] for n in ("staff", "receipts", "gifts", "income"))
GIFT_HEADINGS = ["项目编号", "工号", "身份", "份数", "发放日期"]
GIFT = ["autumn", "1", "职工", "", "2022-9-8"]


def reasons(table: Table) -> dict[str, int]:
    return dict(Counter(each.reason for each in table.passed))


def adds_up(table: Table) -> bool:
    places = [{each.place for each in part} for part in (table.rows, table.bad)]
    passed = {(each.sheet, each.number) for each in table.passed}
    return not places[0] & places[1] and sum(map(len, [*places, passed])) == table.total


def test_a_sheet_without_a_needed_column_is_refused_unless_the_value_is_given() -> None:
    sheet = book(["工号", "姓名", "签收日期"], ["1", "王利", "2022-1-20"])
    with pytest.raises(SheetError) as why:
        read_rows(RECEIPTS, sheet)
    assert (why.value.code, "项目编号" in why.value.detail) == ("column-missing", True)
    parsed = read_rows(RECEIPTS, sheet, {"programme_id": "spring-2022"})
    assert parsed.rows[0].values["programme_id"] == "spring-2022"


def test_a_cell_that_may_be_empty_has_its_default_or_nothing() -> None:
    [row] = read_rows(GIFTS, book(GIFT_HEADINGS, GIFT)).rows
    assert row.values["quantity"] == 1
    assert "off_roster_reason" not in row.values


def test_what_stands_in_a_cell_wins_over_what_was_given() -> None:
    rows = [GIFT, ["autumn", "2", "职工", "3", "2022-9-8"]]
    parsed = read_rows(GIFTS, book(GIFT_HEADINGS, *rows), {"quantity": 7})
    assert [row.values["quantity"] for row in parsed.rows] == [7, 3]


def test_every_flaw_of_a_row_is_named_at_once() -> None:
    bad = [Cell("=A1", "formula"), "1", "", "", "明天"]
    parsed = read_rows(GIFTS, book(GIFT_HEADINGS, GIFT, bad))
    assert [row.number for row in parsed.rows] == [2]
    assert {(flaw.number, flaw.field, flaw.code) for flaw in parsed.bad} == {
        (3, "身份", "missing"), (3, "发放日期", "invalid-date"), (3, "项目编号", "formula"),
    }  # fmt: skip
    assert all(flaw.title == TITLES[flaw.code] for flaw in parsed.bad)


def test_headings_nobody_reads_are_told_and_a_flaw_below_them_is_none() -> None:
    rows = [[*GIFT_HEADINGS, "身份证号"], [*GIFT, Cell("1.1E17", "digits-lost")]]
    parsed = read_rows(GIFTS, book(*rows))
    assert (parsed.ignored, parsed.bad, len(parsed.rows)) == (("身份证号",), [], 1)


def test_a_row_is_told_apart_by_the_kind_s_whole_key() -> None:
    rows = [GIFT, ["spring", *GIFT[1:]], ["autumn", "1", "会员", "", "2022-9-8"]]
    parsed = read_rows(GIFTS, book(GIFT_HEADINGS, *rows))
    once, refused = listed_once(GIFTS, parsed.rows)
    assert [row.number for row in once] == [3]
    assert [(flaw.number, flaw.field) for flaw in refused] == [(2, "工号"), (4, "工号")]


def departments(file: Path, **sheets: list[list[Any]]) -> Path:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(file)
    return file


def people(first: int, count: int) -> list[list[Any]]:
    return [[f"{n:04}", f"甲{n}", "女", 3, "2009-08-01"] for n in range(first, first + count)]


def test_every_sheet_that_shows_is_read_and_its_rows_are_told_by_its_name(tmp_path: Path) -> None:
    bad = [["0009", "乙", "?", 3, "2009-08-01"]]
    file = departments(
        tmp_path / "a.xlsx",
        教务处=[HEADINGS, *people(1, 3)],
        后勤处=[["后勤处"], HEADINGS, *people(5, 4), *bad],
    )
    table = staff(file)
    assert (len(table.rows), adds_up(table)) == (7, True)
    assert [(flaw.sheet, flaw.number) for flaw in table.bad] == [("后勤处", 7)]


def test_a_sheet_that_shows_and_is_not_read_is_named(tmp_path: Path) -> None:
    file = departments(
        tmp_path / "a.xlsx", 名册=[HEADINGS, *people(1, 3)], 说明=[["填写说明"], ["一、…"]]
    )
    table = staff(file)
    assert (table.unread, reasons(table)) == (("说明",), {"headings": 1, "sheet-unread": 2})
    assert adds_up(table)


def test_only_the_sheets_named_are_read_and_the_others_told(tmp_path: Path) -> None:
    file = departments(
        tmp_path / "a.xlsx", 教务处=[HEADINGS, *people(1, 3)], 后勤处=[HEADINGS, *people(5, 4)]
    )
    from guildhall.imports.headings import known_headings  # noqa: PLC0415
    from guildhall.imports.spreadsheet import read_book  # noqa: PLC0415

    read = read_book(file, known_headings(STAFF))
    table = read_rows(STAFF, read, only=["后勤处"])
    assert (len(table.rows), table.unread) == (4, ())
    assert [told.text for told in table.told] == ["未选的工作表未读:教务处"]
    with pytest.raises(SheetError) as why:
        read_rows(STAFF, read, only=["财务处"])
    assert why.value.code == "sheet-unknown"


def test_a_hidden_sheet_is_named_and_not_read(tmp_path: Path) -> None:
    read = book(HEADINGS, ["1", "王利", "女", "3", "2009-08-01"], name="名册")
    table = read_rows(STAFF, Book(read.pages, ("旧名册",)))
    assert [told.text for told in table.told] == ["隐藏的工作表未读:旧名册"]


def test_a_cell_too_many_is_refused_in_a_text_and_told_in_a_workbook(tmp_path: Path) -> None:
    rows = ["i-1,会费,工会经费,1,200.00,2022-03-01", "i-2,会费,工会经费,200,2022-03-01,"]
    text = "\n".join(["收入编号,收入来源,经费来源,金额(元),到账日期", *rows, ""])
    from guildhall.imports.headings import known_headings  # noqa: PLC0415
    from guildhall.imports.spreadsheet import read_book  # noqa: PLC0415

    read = read_book(write_csv(tmp_path / "a.csv", text), known_headings(INCOME))
    table = read_rows(INCOME, read)
    assert [(flaw.number, flaw.code) for flaw in table.bad][-1] == (2, "cell-without-heading")
    assert [row.number for row in table.rows] == [3]
    sheet = book(GIFT_HEADINGS, [*GIFT, "老张代领"], name="发放")
    assert [told.code for told in read_rows(GIFTS, sheet).told] == ["cell-without-heading"]


@pytest.mark.parametrize("unit", ["单位：万元", "（单位: 千元）", "金额单位：万元"])
def test_amounts_of_another_unit_are_refused(unit: str) -> None:
    head = ["收入编号", "收入来源", "经费来源", "金额", "到账日期"]
    row = ["i-1", "会费", "工会经费", "12", "2022-03-01"]
    with pytest.raises(SheetError) as why:
        read_rows(INCOME, book(["收入表", unit], head, row))
    assert why.value.code == "unit-differs"
    assert len(read_rows(INCOME, book(["收入表", "单位：元"], head, row)).rows) == 1


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["autumn", "1", "0012", "职工", "2022-9-8", "3", "余份", "", "合计", "小计",
                     "制表人：甲", "项目编号", "工号", "序号", "续表", "一、机关"]),
)  # fmt: skip


@given(st.lists(st.lists(CELLS, min_size=5, max_size=7), max_size=8))
def test_every_row_is_accounted_for_and_no_refusal_says_what_stands_there(
    rows: list[list[str]],
) -> None:
    try:
        table = read_rows(GIFTS, book(["序号", *GIFT_HEADINGS], *rows))
    except SheetError as why:
        assert why.code in {"headings-again", "column-twice", "column-missing"}
        return
    assert adds_up(table)
    known = {*TITLES, *TITLES.values(), *GIFT_HEADINGS, "序号", "", None}
    letters = {*"ABCDEFGHIJ"}
    assert {part for flaw in table.bad for part in flaw[1:]} <= known | letters
