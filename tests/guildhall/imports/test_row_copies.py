"""The copies of refused rows: one thing a column, and nothing taken that nobody corrected."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from guildhall.imports import KINDS
from guildhall.imports.cells import SheetError
from guildhall.imports.error_file import write_error_file
from guildhall.imports.headings import known_headings
from guildhall.imports.rows import Table, read_rows
from guildhall.imports.spreadsheet import Book, read_book
from tests.guildhall.imports.recording_client import book

STAFF = KINDS["staff"]
OWN = {
    "工号": "7",
    "姓名": "王利",
    "性别": "女",
    "出生月份": "x",
    "入职日期": "2009-8-1",
    "备注": "-",
}


def again(table: Table, folder: Path) -> Table:
    """What is read from the file of refused rows as it was written."""
    target = folder / "a.errors.xlsx"
    write_error_file(target, table, table.bad)
    return read_rows(STAFF, read_book(target, known_headings(STAFF)))


@given(st.lists(st.permutations(list(OWN)), min_size=2, max_size=4), st.booleans())
def test_sheets_with_other_orders_of_columns_keep_each_value_in_its_field(
    tmp_path_factory: pytest.TempPathFactory, orders: list[list[str]], renamed: bool
) -> None:
    pages = []
    for at, order in enumerate(orders):
        heads = ["人员编号" if renamed and at and head == "工号" else head for head in order]
        own = {**OWN, "工号": str(at)}
        [page] = book(heads, [own[head] for head in order]).pages
        pages.append(page._replace(name=f"第{at}张"))
    table = read_rows(STAFF, Book(pages))
    back = again(table, tmp_path_factory.mktemp("copies"))
    assert [flaw.field for flaw in back.bad] == ["出生月份"] * len(orders)
    column = back.headings.index("工号")
    assert [line[column] for line in back.lines.values()] == [str(at) for at in range(len(orders))]


FORMATS = ["000-0000", '0.0"x"/0', ";;;", "0.0"]


@pytest.mark.parametrize("code", FORMATS)
def test_a_cell_refused_for_how_it_shows_is_not_taken_uncorrected(
    tmp_path: Path, code: str
) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(list(OWN))
    sheet.append([12.34, *list(OWN.values())[1:3], "3", *list(OWN.values())[4:]])
    sheet["A2"].number_format = code
    workbook.save(tmp_path / "a.xlsx")
    table = read_rows(STAFF, read_book(tmp_path / "a.xlsx", known_headings(STAFF)))
    assert not table.rows
    back = again(table, tmp_path)
    assert not back.rows
    assert [(flaw.field, flaw.code) for flaw in back.bad] == [("工号", "not-corrected")]
    twice = again(back, tmp_path)
    assert [line[0] for line in twice.lines.values()] == [line[0] for line in back.lines.values()]


def test_it_needs_no_map_and_takes_none(tmp_path: Path) -> None:
    heads = ["参加工作日期", "编号", "姓名", "性别", "出生月份", "到校日期"]
    sheet = book(heads, ["2001-1-1", "7", "王利", "女", "x", "2009-8-1"])
    table = read_rows(STAFF, sheet, mapped={"编号": "employee_no", "F": "registered_on"})
    back = again(table, tmp_path)
    assert [flaw.code for flaw in back.bad] == ["invalid-month"]
    assert back.headings[:2] == ("参加工作日期(未读)", "工号")
    with pytest.raises(SheetError) as why:
        found = read_book(tmp_path / "a.errors.xlsx", known_headings(STAFF))
        read_rows(STAFF, found, mapped={"F": "registered_on"})
    assert why.value.code == "map-not-needed"
