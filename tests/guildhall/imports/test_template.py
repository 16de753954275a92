"""The empty workbook of a kind: what is filled in below its headings is read as it is meant."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from guildhall.imports import KINDS, cells
from guildhall.imports.headings import find_headings, known_headings
from guildhall.imports.kinds import Kind
from guildhall.imports.rows import read_rows
from guildhall.imports.spreadsheet import read_book
from guildhall.imports.template import LISTS, example, write_template


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_row_of_its_examples_reads_back(kind: Kind, tmp_path: Path) -> None:
    file = tmp_path / "模板.xlsx"
    write_template(file, kind)
    workbook = load_workbook(file)
    sheet = workbook.worksheets[0]
    for number, column in enumerate(kind.columns, start=1):
        said = example(column)
        comment = sheet.cell(1, number).comment
        assert comment is not None and example(column) in comment.text
        sheet.cell(2, number, said)
    workbook.save(file)
    table = read_rows(kind, read_book(file, known_headings(kind)))
    assert (len(table.rows), table.bad, table.ignored, table.unread) == (1, [], (), ())
    assert [told.text for told in table.told] == [f"隐藏的工作表未读：{LISTS}"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_list_of_words_is_a_drop_down(kind: Kind, tmp_path: Path) -> None:
    file = tmp_path / "模板.xlsx"
    write_template(file, kind)
    workbook = load_workbook(file)
    lists = workbook[LISTS]
    rules = workbook.worksheets[0].data_validations.dataValidation
    asked = [column for column in kind.columns if isinstance(column.read, cells.one_of)]
    assert len(rules) == len(asked)
    for number, column in enumerate(kind.columns, start=1):
        if isinstance(column.read, cells.one_of):
            words = [cell.value for (cell,) in lists.iter_rows(min_col=number, max_col=number)]
            assert [word for word in words if word] == list(column.read.words)


def test_an_empty_template_has_headings_and_nothing_else(tmp_path: Path) -> None:
    file, kind = tmp_path / "模板.xlsx", KINDS["gifts"]
    write_template(file, kind)
    [page] = read_book(file, known_headings(kind)).pages
    headed = find_headings(page, kind, {}, {})
    assert headed is not None and len(headed.fields) == len(kind.columns)
    assert len(page.rows) == 1
