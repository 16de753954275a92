"""Workbooks of every make: whoever looks at one counts the rows that the import accounts for."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.worksheet.worksheet import Worksheet

from guildhall.imports import KINDS
from guildhall.imports.headings import known_headings
from guildhall.imports.listed_twice import listed_once
from guildhall.imports.rows import read_rows
from guildhall.imports.spreadsheet import read_book

STAFF = KINDS["staff"]
HEADINGS = ["序号", "工号", "姓名", "性别", "出生年月", "入职日期", "备注"]
NOT_ENTRIES: dict[str, list[Any]] = {
    "total": ["合 计", None, "8人"],
    "footer": ["制表人：某某    审核人：某某"],
    "serial": [99],
    "title": ["续表"],
    "section": ["一、机关"],
    "headings": [*HEADINGS],
}
DATE_FORMATS = ["yyyy-mm-dd", "yyyy/m/d h:mm", '[$-804]yyyy"年"m"月"d"日";@', "d-mmm-yy"]


class Made(NamedTuple):
    """One row: an entry (number, month, day and how each is written) or what is none."""

    kind: str
    number: int = 0
    month: int = 1
    day: date = date(2015, 9, 1)
    how: int = 0
    hidden: bool = False


ENTRY = st.builds(
    Made,
    st.just("entry"),
    st.integers(1, 9999),
    st.integers(2, 12),
    st.dates(date(1950, 1, 1), date(2022, 12, 31)),
    st.integers(0, 11),
    st.booleans(),
)
OTHER = st.sampled_from([*NOT_ENTRIES, "blank", "spaces"]).map(Made)
ROWS = st.lists(st.one_of(ENTRY, ENTRY, OTHER), min_size=1, max_size=12)


def write(sheet: Worksheet, titles: int, rows: list[Made]) -> None:
    for at in range(titles):
        sheet.cell(at + 1, 1, f"名册之{at}")
    for at, heading in enumerate(HEADINGS, start=1):
        sheet.cell(titles + 1, at, heading).fill = PatternFill("solid", fgColor="FFDDEBF7")
    for line, made in enumerate(rows, start=titles + 2):
        sheet.row_dimensions[line].hidden = made.hidden
        if made.kind == "entry":
            _entry(sheet, line, made)
        elif made.kind == "spaces":
            sheet.cell(line, 2, "\xa0 \u200b")
        else:
            for at, value in enumerate(NOT_ENTRIES.get(made.kind, []), start=1):
                sheet.cell(line, at, value)
    sheet.cell(titles + len(rows) + 500, 3).number_format = "0.00"


def _entry(sheet: Worksheet, line: int, made: Made) -> None:
    shown = f"{made.number:04}"
    number = sheet.cell(line, 2, made.number if made.how % 2 else shown)
    number.number_format = "0000" if made.how % 2 else "@"
    sheet.cell(line, 3, f"甲{made.number}")
    sheet.cell(line, 4, "女")
    month = sheet.cell(line, 5, float(f"1985.{made.month:02}") if made.how % 3 else made.month)
    month.number_format = "0.00" if made.how % 3 else "General"
    moment = datetime.combine(made.day, time(10, 30)) if made.how % 5 else made.day.isoformat()
    sheet.cell(line, 6, moment).number_format = DATE_FORMATS[made.how % 4]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), ROWS), min_size=1, max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_every_row_is_accounted_for_as_it_was_made(
    tmp_path: Path, sheets: list[tuple[int, list[Made]]], of_1904: bool, one_more_hidden: bool
) -> None:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.epoch = CALENDAR_MAC_1904 if of_1904 else CALENDAR_WINDOWS_1900
    for at, (titles, rows) in enumerate(sheets):
        write(workbook.create_sheet(f"表{at}"), titles, rows)
    if one_more_hidden:
        write(workbook.create_sheet("旧表"), 0, sheets[0][1])
        workbook["旧表"].sheet_state = "hidden"
    workbook.save(tmp_path / "a.xlsx")

    table = read_rows(STAFF, read_book(tmp_path / "a.xlsx", known_headings(STAFF)))

    made = [row for _, rows in sheets for row in rows if row.kind not in {"blank", "spaces"}]
    titles = sum(number for number, _ in sheets)
    assert table.total == len(made) + titles + len(sheets)
    entries = [row for row in made if row.kind == "entry" and not row.hidden]
    meant = Counter(row.number for row in entries)
    assert Counter(int(row.values["employee_no"]) for row in table.rows) == meant
    assert not table.bad
    for row, read in zip(entries, table.rows, strict=True):
        assert int(read.values["employee_no"]) == row.number
        assert read.values["birth_month"] == row.month
        assert read.values["registered_on"] == row.day.isoformat()
    once, twice = listed_once(STAFF, table.rows)
    assert {row.place for row in once} | {flaw.place for flaw in twice} == {
        row.place for row in table.rows
    } and len(once) + len(twice) == len(table.rows)
    reasons = Counter(each.reason for each in table.passed)
    right = Counter(row.kind for row in made if row.kind != "entry")
    right += Counter({"title": titles, "headings": len(sheets)})
    right += Counter({"hidden": sum(row.kind == "entry" and row.hidden for row in made)})
    assert reasons == right
    assert len(table.rows) + len(table.bad) + len(table.passed) == table.total


@pytest.mark.parametrize("days", [0, 1, 59, 366])
def test_a_date_is_the_same_from_both_epochs(tmp_path: Path, days: int) -> None:
    day = date(2015, 9, 1) + timedelta(days)
    for epoch in (CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900):
        workbook = Workbook()
        workbook.epoch = epoch
        write(workbook.worksheets[0], 0, [Made("entry", 7, 3, day, 1)])
        workbook.save(tmp_path / "a.xlsx")
        table = read_rows(STAFF, read_book(tmp_path / "a.xlsx", known_headings(STAFF)))
        assert [row.values["registered_on"] for row in table.rows] == [day.isoformat()]
