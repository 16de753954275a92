"""One sheet as a person sees it: true dimensions, merges, what is hidden, formulas, errors."""

from pathlib import Path

import pytest

from guildhall.imports import workbook_parts
from guildhall.imports.cells import SheetError
from guildhall.imports.spreadsheet import read_book
from guildhall.imports.worksheet import Page, column_of
from tests.guildhall.imports.workbooks import write_parts

STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="0000"/><numFmt numFmtId="165" formatCode=";;;"/>'
    '</numFmts><cellXfs><xf/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
)


def page(folder: Path, content: str) -> Page:
    file = write_parts(folder / "a.xlsx", {"a": content}, styles=STYLES)
    return read_book(file, frozenset()).pages[0]


def texts(folder: Path, rows: str, rest: str = "") -> list[tuple[int, dict[int, str]]]:
    found = page(folder, f"<sheetData>{rows}</sheetData>{rest}").rows
    return [(row.number, {at: cell.text for at, cell in row.cells.items()}) for row in found]


def test_a_declared_dimension_is_not_believed(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="C{n}"><v>{n}</v></c></row>' for n in (1, 5, 9))
    found = page(tmp_path, f'<dimension ref="A1:B2"/><sheetData>{rows}</sheetData>')
    assert [row.number for row in found.rows] == [1, 5, 9]


def test_formatted_cells_that_are_empty_are_nothing(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576" s="1"/></row>'
    assert texts(tmp_path, rows) == [(1, {0: "1"})]


@pytest.mark.parametrize("number", ["-1", "1", "", "x", "1_0"])
def test_a_text_that_the_workbook_does_not_have_is_no_other(tmp_path: Path, number: str) -> None:
    row = f'<sheetData><row r="1"><c t="s"><v>{number}</v></c></row></sheetData>'
    file = write_parts(tmp_path / "a.xlsx", {"a": row}, strings="<si><t>王利</t></si>")
    if not number:
        assert not read_book(file, frozenset()).pages[0].rows
        return
    with pytest.raises(SheetError) as why:
        read_book(file, frozenset())
    assert why.value.code == "unreadable-file"


def test_what_is_held_is_limited_over_all_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_parts, "ROWS_HELD_MAX", 5)
    rows = "".join(f"<row><c><v>{n}</v></c></row>" for n in range(3))
    one, two = ({str(n): f"<sheetData>{rows}</sheetData>" for n in range(k)} for k in (1, 2))
    assert len(read_book(write_parts(tmp_path / "a.xlsx", one), frozenset()).pages) == 1
    with pytest.raises(SheetError) as why:
        read_book(write_parts(tmp_path / "b.xlsx", two), frozenset())
    assert why.value.code == "file-too-large"


def test_rows_and_cells_without_a_place_stand_after_those_before(tmp_path: Path) -> None:
    rows = (
        '<row><c><v>1</v></c><c r="C1"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row>'
    )
    assert texts(tmp_path, rows) == [(1, {0: "1", 2: "2", 3: "3"}), (2, {0: "4"})]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c s="1"><v>35</v></c>', ("0035", None)),
        ('<c s="2"><v>35</v></c>', ("35", "hidden-by-format")),
        ('<c s="2" t="str"><v>x</v></c>', ("x", "hidden-by-format")),
        ('<c t="b"><v>1</v></c>', ("TRUE", None)),
        ('<c t="e"><v>#N/A</v></c>', ("#N/A", "error-value")),
        ('<c t="d"><v>2015-09-01T00:00:00</v></c>', ("2015-09-01", None)),
        ('<c t="inlineStr"><is><t>工</t></is></c>', ("工", None)),
        ('<c><f>1+1</f><v>2</v></c>', ("2", "formula")), ('<c><f>A9</f></c>', ("", "formula")),
        ('<c t="str"><f>IF(1,"")</f><v></v></c>', None), ('<c s="99"><v>5</v></c>', ("5", None)),
        ('<c t="inlineStr"><is><t>\xa0\u200b</t></is></c>', None),
    ],
)  # fmt: skip
def test_a_cell_is_what_it_shows(
    tmp_path: Path, cell: str, shown: tuple[str, str | None] | None
) -> None:
    found = page(tmp_path, f"<sheetData><row>{cell}</row></sheetData>").rows
    assert [row.cells[0] for row in found] == ([shown] if shown else [])


def test_a_merged_cell_holds_for_all_its_rows_in_its_first_column(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="D{n}"><v>{n}</v></c></row>' for n in (2, 4))
    first = '<row r="1"><c r="A1"><v>7</v></c></row>'
    merges = '<mergeCells><mergeCell ref="A1:B3"/><mergeCell ref="C4:C4"/></mergeCells>'
    assert texts(tmp_path, first + rows, merges) == [
        (1, {0: "7"}), (2, {3: "2", 0: "7"}), (4, {3: "4"}),
    ]  # fmt: skip
    found = page(tmp_path, f"<sheetData>{first + rows}</sheetData>{merges}")
    assert [row.filled for row in found.rows] == [frozenset(), {0}, frozenset()]


@pytest.mark.parametrize("how", ['hidden="1"', 'hidden="true"', 'ht="0"'])
def test_hidden_rows_and_columns_are_known(tmp_path: Path, how: str) -> None:
    column = how.replace("ht", "width")
    found = page(
        tmp_path,
        f'<cols><col min="2" max="3" {column}/></cols><sheetData><row r="1" {how}>'
        "<c><v>1</v></c></row><row><c><v>2</v></c></row></sheetData>",
    )
    assert [row.hidden for row in found.rows] == [True, False]
    assert found.hidden_columns == {1, 2}


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"/><row r="1"/>', '<row r="1"/><row r="1"/>', '<row r="x"/>',
        '<row><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row><c r="1A"><v>1</v></c></row>',
        '<row><c t="s"><v>99</v></c></row>', '<row><c><v>x</v></c></row>', "<row><c>",
        '<row><c><v>nan</v></c></row>',
    ],
)  # fmt: skip
def test_what_no_program_writes_is_refused_by_name(tmp_path: Path, rows: str) -> None:
    with pytest.raises(SheetError) as why:
        texts(tmp_path, rows)
    assert why.value.code == "unreadable-file"


def test_columns_are_counted_as_a_spreadsheet_does() -> None:
    assert [column_of(at) for at in ("A1", "Z9", "AA10", "XFD1048576")] == [0, 25, 26, 16383]


def test_what_is_struck_through_is_a_flaw_whatever_it_holds(tmp_path: Path) -> None:
    styles = (
        '<fonts><font/><font><strike/></font><font><strike val="0"/></font></fonts>'
        '<cellXfs><xf/><xf fontId="1"/><xf fontId="2"/></cellXfs>'
        "<dxfs><dxf><font><strike/></font></dxf></dxfs>"
    )
    cells = '<c r="A1" s="0"><v>1</v></c><c r="B1" s="1"><v>2</v></c><c r="C1" s="2"><v>3</v></c>'
    cells += '<c r="D1" s="1" t="str"><v>甲</v></c><c r="E1" s="1"/>'
    content = f'<sheetData><row r="1">{cells}</row></sheetData>'
    file = write_parts(tmp_path / "a.xlsx", {"a": content}, styles=styles)
    [row] = read_book(file, frozenset()).pages[0].rows
    assert {at: (cell.text, cell.flaw) for at, cell in row.cells.items()} == {
        0: ("1", None), 1: ("2", "struck-through"), 2: ("3", None), 3: ("甲", "struck-through"),
    }  # fmt: skip
