"""The error file: rejected rows with what was wrong, to correct and upload again, for its owner."""

import csv
import io
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from guildhall.imports.error_file import (
    RUNS_AS_FORMULA,
    error_file_of,
    write_error_file,
)
from guildhall.imports.headings import ADDED
from guildhall.imports.kinds import Place
from guildhall.imports.rows import RowError, Table
from guildhall.imports.spreadsheet import read_book

HEADINGS = ("工号", "姓名", "日期")


def sheet(*rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> Table:
    lines = {Place("", number): row for number, row in enumerate(rows, start=2)}
    return Table([], [], [], len(rows), (), (), (), headings, lines)


def flaw(number: int, field: str = "日期", code: str = "invalid-date") -> RowError:
    return RowError(number, field, code, f"说明 {code}")


def written(target: Path, given: Table, *bad: RowError) -> list[list[str]]:
    """The lines of the file, as a spreadsheet shows them."""
    write_error_file(target, given, bad)
    if target.suffix == ".csv":
        return list(csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig"), newline="")))
    rows = load_workbook(target).worksheets[0].iter_rows(values_only=True)
    return [["" if value is None else str(value) for value in row] for row in rows]


FORMATS = pytest.mark.parametrize("suffix", [".csv", ".xlsx"])


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("春节.xlsx", "春节.errors.xlsx"), ("a.XLSM", "a.errors.xlsx"), ("a.csv", "a.errors.csv"),
        ("a.TXT", "a.errors.csv"), ("a.tsv", "a.errors.csv"), ("a", "a.errors.xlsx"),
        ("a.b.csv", "a.b.errors.csv"),
    ],
)  # fmt: skip
def test_it_lies_beside_the_file_in_the_same_format(name: str, beside: str) -> None:
    assert error_file_of(Path("/桌面") / name) == Path("/桌面") / beside


@FORMATS
def test_each_bad_row_is_there_once_with_all_that_is_wrong(tmp_path: Path, suffix: str) -> None:
    given = sheet(("0012", "王利", "明天"), ("0013", "李明", "2022-1-1"), ("", "张三", "?"))
    bad = [flaw(4), flaw(2), flaw(4, "工号", "missing"), flaw(4, "工号", "missing")]
    assert written(tmp_path / f"错误{suffix}", given, *bad) == [
        [*HEADINGS, *ADDED],
        ["0012", "王利", "明天", "2", "日期", "invalid-date", "说明 invalid-date"],
        ["", "张三", "?", "4", "日期; 工号", "invalid-date; missing",
         "说明 invalid-date; 说明 missing"],
    ]  # fmt: skip


@FORMATS
def test_an_error_file_uploaded_again_does_not_grow_columns(tmp_path: Path, suffix: str) -> None:
    again = sheet(("0012", "x", "x", "x", "x"), headings=("工号", *ADDED))
    head, line = written(tmp_path / f"a{suffix}", again, flaw(2))
    assert head == ["工号", *ADDED]
    assert line[:2] == ["0012", "2"]


@FORMATS
def test_only_its_owner_reads_it_and_an_old_one_is_replaced(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"a{suffix}"
    target.write_text("old")
    target.chmod(0o644)
    assert len(written(target, sheet(("1", "王利", "?")), flaw(2))) == 2
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_in_a_workbook_every_cell_is_text_whatever_it_looks_like(tmp_path: Path) -> None:
    target = tmp_path / "a.xlsx"
    cells = ("120101199003078888", "=1+1", "2022-01-01")
    write_error_file(target, sheet(cells), [flaw(2)])
    row = load_workbook(target).worksheets[0][2]
    assert [(cell.value, cell.data_type) for cell in row[:3]] == [(text, "s") for text in cells]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10),
        min_size=3,
        max_size=3,
    )
)
def test_in_a_csv_no_cell_starts_a_formula_and_what_stands_there_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    target = tmp_path_factory.mktemp("csv") / "a.csv"
    _, line = written(target, sheet(tuple(cells)), flaw(2))
    assert not any(cell.startswith(RUNS_AS_FORMULA) for cell in line)
    assert [
        cell.removeprefix("'") if cell[1:].startswith(RUNS_AS_FORMULA) else cell
        for cell in line[:3]
    ] == [
        cell.removeprefix("'") if cell[1:].startswith(RUNS_AS_FORMULA) else cell for cell in cells
    ]


@FORMATS
@pytest.mark.parametrize("text", ["-1", "+86 10", "=A1", "@a", "'x", "0012", "a,b", 'a"b'])
def test_what_is_uploaded_again_uncorrected_says_what_it_said(
    tmp_path: Path, suffix: str, text: str
) -> None:
    target = tmp_path / f"a{suffix}"
    write_error_file(target, sheet(("0012", text, "?")), [flaw(2)])
    [page] = read_book(target, frozenset(HEADINGS)).pages
    assert [page.rows[1].cells[at].text for at in (0, 1)] == ["0012", text]
