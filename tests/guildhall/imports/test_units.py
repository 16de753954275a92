"""Amounts are in 元: a sheet that says another unit is refused, and a split amount is."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from guildhall.imports import KINDS
from guildhall.imports.cells import SheetError
from guildhall.imports.headings import known_headings
from guildhall.imports.rows import read_rows
from guildhall.imports.spreadsheet import Book, read_book
from guildhall.imports.text_file import read_text
from tests.guildhall.imports.recording_client import book

INCOME = KINDS["income"]
HEADINGS = ["收入编号", "收入来源", "经费来源", "金额", "到账日期", "备注"]
ROW = ["i1", "会费", "工会经费", "120", "2022-3-1", ""]
OTHERS = [
    "单位:人民币万元", "金额单位：万元", "(万元)", "单位（万元）", "单位: 万", "货币单位:千元",
    "以万元为单位", "注:以上单位为百万元", "金额均以万元计", "【单位：十万元】",
]  # fmt: skip
OURS = [
    "单位:元", "单位:百花小学", "单位：千山中学", "注:单笔金额超过五万元须上会",
    "合计人民币(大写):壹万元整", "填报单位:万达工会", "金额单位:元",
]  # fmt: skip


@pytest.mark.parametrize("said", OTHERS)
@pytest.mark.parametrize("where", ["title", "below the headings", "note", "beside an amount"])
def test_a_sheet_in_another_unit_is_refused_wherever_it_says_so(said: str, where: str) -> None:
    rows = {
        "title": [["收入表", said], HEADINGS, ROW],
        "below the headings": [HEADINGS, ["", "", "", said], ROW],
        "note": [HEADINGS, ROW, [said]],
        "beside an amount": [HEADINGS, [*ROW[:-1], said]],
    }[where]
    with pytest.raises(SheetError) as why:
        read_rows(INCOME, book(*rows))
    assert why.value.code == "unit-differs"


def test_the_name_of_a_sheet_says_the_unit_too() -> None:
    page = book(HEADINGS, ROW).pages[0]
    with pytest.raises(SheetError) as why:
        read_rows(INCOME, Book([page._replace(name="收入(万元)")]))
    assert why.value.code == "unit-differs"


@pytest.mark.parametrize("said", OURS)
def test_a_sheet_in_yuan_is_read_whatever_else_it_names(said: str) -> None:
    assert len(read_rows(INCOME, book(["收入表", said], HEADINGS, ROW, [said])).rows) == 1


def test_a_kind_without_amounts_has_no_unit() -> None:
    members = book(["单位:万元"], ["工号", "入会日期", "入会方式"], ["1", "2022-3-1", "新入会"])
    assert len(read_rows(KINDS["members"], members).rows) == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2022-3-1,1,200.00", "amount-split"), ("2022-3-1,¥12,000", "amount-split"),
        ("2022-3-1,1,200.00,", "amount-split"), ('2022-3-1,"1,200.00",', None),
        ("2022-3-1,1200.00,", None), ("2022-3-1,1200,200", None), ("2022-3-1,1,第200号", None),
    ],
)  # fmt: skip
def test_an_amount_that_its_comma_split_is_refused(line: str, code: str | None) -> None:
    text = f"收入编号,收入来源,经费来源,到账日期,金额,备注\ni1,会费,工会经费,{line}\n"
    table = read_rows(INCOME, Book([read_text(text.encode(), "a.csv", frozenset())]))
    assert [flaw.code for flaw in table.bad] == ([code] if code else [])


def test_a_column_of_numbers_beside_an_amount_is_no_part_of_it() -> None:
    text = "收入编号,收入来源,经费来源,到账日期,金额,凭证号\ni1,会费,工会经费,2022-3-1,500,101\n"
    [row] = read_rows(INCOME, Book([read_text(text.encode(), "a.csv", frozenset())])).rows
    assert row.values["amount_fen"] == 50_000


def test_an_amount_merged_over_rows_is_each_row_s_and_that_is_told(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["收入编号", "收入来源", "经费来源", "金额(元)", "到账日期"])
    for number in (1, 2, 3):
        amount = 300 if number == 1 else None
        sheet.append([f"i-{number}", "会费", "工会经费", amount, "2022-03-01"])
    sheet.merge_cells("D2:D4")
    workbook.save(tmp_path / "a.xlsx")
    kind = KINDS["income"]
    table = read_rows(kind, read_book(tmp_path / "a.xlsx", known_headings(kind)))
    assert [row.values["amount_fen"] for row in table.rows] == [30000] * 3
    assert [(told.code, told.text[:3]) for told in table.told] == [("amount-merged", "2 行")]
    sheet.unmerge_cells("D2:D4")
    sheet.merge_cells("E2:E4")
    for row in (3, 4):
        sheet.cell(row, 4, 100)
    workbook.save(tmp_path / "b.xlsx")
    table = read_rows(kind, read_book(tmp_path / "b.xlsx", known_headings(kind)))
    assert (len(table.rows), table.told) == (3, ()), "a day is a label"
