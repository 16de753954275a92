"""Sheets as offices have them: titles above the headings, numbers as text, formulas, encodings."""

import zipfile
from pathlib import Path

import pytest

from guildhall.imports import KINDS, spreadsheet
from guildhall.imports.rows import known_headings, read_rows
from guildhall.imports.spreadsheet import Sheet, SheetError, read_sheet
from tests.guildhall.imports.recording_client import write_csv, write_xlsx

STAFF = KINDS["staff"]
HEADINGS = ["工号", "姓名", "性别", "出生月份", "入职日期"]
ROW = ["0012", "王利", "女", 3, "2009-08-01"]


def staff(file: Path) -> Sheet:
    return read_sheet(file, known_headings(STAFF))


def test_the_headings_are_found_below_a_title(tmp_path: Path) -> None:
    sheet = staff(write_xlsx(tmp_path / "名册.xlsx", [["2022年人员名册"], [], HEADINGS, ROW]))
    assert sheet.headings == tuple(HEADINGS)
    assert [row.number for row in sheet.rows] == [4]


def test_headings_are_known_with_stars_full_width_brackets_and_blanks(tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "支出.csv", "凭证编号*,申请日期,金额（元）,经费 来源\nzf-1,2022-1-2,3,4\n"
    )
    sheet = read_sheet(file, known_headings(KINDS["payment-requests"]))
    assert sheet.headings == ("凭证编号", "申请日期", "金额(元)", "经费来源")


def test_blank_rows_and_totals_are_passed_over(tmp_path: Path) -> None:
    rows = [HEADINGS, ROW, [None] * 5, ["合计", None, None, None, None]]
    assert len(staff(write_xlsx(tmp_path / "a.xlsx", rows)).rows) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_csv_is_read_in_the_encodings_that_offices_write(tmp_path: Path, encoding: str) -> None:
    text = ",".join(HEADINGS) + "\n0012,王利,女,3月,2009-08-01\n"
    sheet = staff(write_csv(tmp_path / "a.csv", text, encoding))
    assert sheet.rows[0].cells["姓名"].text == "王利"


def test_an_18_digit_number_written_as_text_keeps_every_digit(tmp_path: Path) -> None:
    number = "120101199003078888"
    file = write_xlsx(tmp_path / "a.xlsx", [[*HEADINGS, "身份证号"], [*ROW, number]])
    assert staff(file).rows[0].cells["身份证号"].text == number


def test_a_number_that_a_spreadsheet_rounded_is_named_where_it_is_needed(tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "a.xlsx", [HEADINGS, [1.20101199003078e17, *ROW[1:]]])
    parsed = read_rows(STAFF, staff(file))
    assert [(bad.number, bad.field, bad.code) for bad in parsed.bad] == [(2, "工号", "digits-lost")]


def test_a_number_is_read_as_a_person_sees_it(tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "a.xlsx", [HEADINGS, [2009001, *ROW[1:]]])
    assert read_rows(STAFF, staff(file)).rows[0].values["employee_no"] == "2009001"


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x")'])
def test_a_formula_is_refused_and_never_calculated(tmp_path: Path, formula: str) -> None:
    quoted = formula.replace('"', '""')
    text = ",".join(HEADINGS) + f'\n"{quoted}",王利,女,3,2009-08-01\n'
    for file in (
        write_xlsx(tmp_path / "a.xlsx", [HEADINGS, [formula, *ROW[1:]]]),
        write_csv(tmp_path / "a.csv", text),
    ):
        parsed = read_rows(STAFF, staff(file))
        assert [(bad.field, bad.code) for bad in parsed.bad] == [("工号", "formula")]


def test_a_formula_in_a_column_nobody_reads_does_no_harm(tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "a.xlsx", [[*HEADINGS, "年龄"], [*ROW, "=2022-1980"]])
    parsed = read_rows(STAFF, staff(file))
    assert len(parsed.rows) == 1 and parsed.ignored == ("年龄",)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "unsupported-file"),
        ("a.xlsx", b"not a workbook", "unreadable-file"),
        ("a.csv", b"\x00\x01\x02", "unreadable-file"),
        ("a.csv", b"a,b\n1,2\n", "no-headings"),
        ("a.csv", "工号,姓名,工号\n1,2,3\n".encode(), "heading-twice"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(SheetError) as why:
        staff(file)
    assert why.value.code == code


def test_a_file_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "UNPACKED_MAX", 1_000_000)
    file = tmp_path / "a.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 1_000_001)
    with pytest.raises(SheetError) as why:
        staff(file)
    assert why.value.code == "file-too-large"
