"""An empty workbook of a kind: headings, an example of each cell, drop-downs for lists of words.

It is read back as any other file: the example stands in the headings' notes, not in a row, so that
nobody imports it.
"""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from guildhall.imports import cells
from guildhall.imports.kinds import Column, Kind

ROWS = 2000
"""How many rows are prepared: text format, so that 0012 stays 0012, and drop-downs."""

LISTS = "可选项"

EXAMPLES = {
    cells.a_date: "2022-03-01",
    cells.a_month: "1985-03",
    cells.a_year_month: "2022-03",
    cells.fen: "1200.00",
    cells.a_count: "1",
    cells.count_from_0: "0",
    cells.a_year: "2022",
    cells.a_name: "王利",
    cells.a_title: "2022年春节慰问",
    cells.a_department: "信息工程系",
    cells.a_department_if_known: "信息工程系",
    cells.employee_no: "0012",
    cells.slug: "spring-2022",
    cells.slugs: "meeting-2022-03",
    cells.org_id: "tjtc",
    cells.stream: "tjtc/programme-spring-2022",
    cells.streams: "tjtc/meeting-2022-03",
}


def write_template(file: Path, kind: Kind) -> None:
    """Write the workbook. Raises OSError."""
    workbook = Workbook()
    sheet, lists = workbook.worksheets[0], workbook.create_sheet(LISTS)
    sheet.title, lists.sheet_state = kind.title[:31], "hidden"
    for number, column in enumerate(kind.columns, start=1):
        _heading(sheet, number, column)
        if isinstance(column.read, cells.one_of):
            _drop_down(sheet, lists, number, list(column.read.words))
    sheet.freeze_panes = "A2"
    workbook.save(file)


def _heading(sheet: Worksheet, number: int, column: Column) -> None:
    name = column.headings[0] + ("*" if column.required else "")
    cell = sheet.cell(1, number, name)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFDDEBF7")
    note = "必填" if column.required else "选填"
    cell.comment = Comment(f"{note}。例:{example(column)}", "Guildhall")
    letter = get_column_letter(number)
    sheet.column_dimensions[letter].width = max(12, 2 * len(name) + 4)
    for row in range(2, ROWS + 2):
        sheet.cell(row, number).number_format = "@"


def _drop_down(sheet: Worksheet, lists: Worksheet, number: int, words: list[str]) -> None:
    letter = get_column_letter(number)
    for row, word in enumerate(words, start=1):
        lists.cell(row, number, word)
    rule = DataValidation("list", formula1=f"{LISTS}!${letter}$1:${letter}${len(words)}")
    rule.error, rule.showErrorMessage = "请从列表中选择", True
    rule.add(f"{letter}2:{letter}{ROWS + 1}")
    sheet.add_data_validation(rule)


def example(column: Column) -> str:
    """What a cell of the column may say; it reads as the column does."""
    if isinstance(column.read, cells.one_of):
        return next(iter(column.read.words))
    return EXAMPLES[column.read]
