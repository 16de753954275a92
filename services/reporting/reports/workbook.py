"""A document as an Excel workbook: its figures, the list of each on a sheet of its own, its text,
its tables and charts. Texts are texts, whatever they begin with; numbers are numbers; the bytes are
the same each time."""

import math
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from services.reporting.reports.charts import add_charts
from services.reporting.reports.document import (
    Bulleted,
    Closing,
    Document,
    Fen,
    FigureSheet,
    Heading,
    Line,
    Numbered,
    Paragraph,
    Table,
    add_up,
    typeset,
    words,
)

SUMMARY, TEXT, TABLES, CHARTS = "指标", "正文", "附表", "图表"
SHEET_CHARACTERS = 31
TEXT_WIDTH = 84
COUNTED = {"persons": "名单人数", "count": "事件数", "quantity": "数量", "amount_fen": "金额(元)"}
LIST_HEADINGS = (
    "序号", "日期", "清单", "对象", "数量", "金额(元)", "金额假定", "可证明", "事件类型", "流",
    "流版本", "log_index", "事件编号",
)  # fmt: skip
LIST_WIDTHS = (6, 11, 30, 22, 8, 12, 9, 8, 40, 44, 8, 10, 38)
FIRST_ROW = 6
"""Of a list sheet: where its lines begin, counted from 0."""


def workbook(document: Document) -> bytes:
    """The workbook's bytes."""
    written = BytesIO()
    book = xlsxwriter.Workbook(
        written,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {
            "title": words(document.title),
            "author": words(document.union),
            "created": document.dated.replace(tzinfo=None),
        }
    )
    styles = _Styles(book)
    names = sheet_names(document.sheets)
    _summary(book, styles, document, names)
    _text(book, styles, document)
    _tables(book, styles, document)
    add_charts(book, CHARTS, SUMMARY, document.sheets)
    for sheet in document.sheets:
        _list(book, styles, document, sheet, names[sheet.name])
    book.close()
    return written.getvalue()


class _Styles:
    """The few formats of the workbook."""

    def __init__(self, book: Any) -> None:
        font = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
        self.plain = book.add_format(font)
        self.wrapped = book.add_format({**font, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({**font, "font_size": 16, "bold": True})
        self.heading = book.add_format({**font, "font_size": 13, "bold": True})
        head = {**font, "bold": True, "bg_color": "#E8EDF3", "border": 1, "text_wrap": True}
        self.head = book.add_format(head)
        self.cell = book.add_format({**font, "border": 1, "text_wrap": True})
        self.number = book.add_format({**font, "border": 1, "num_format": "#,##0"})
        self.money = book.add_format({**font, "border": 1, "num_format": "#,##0.00"})
        self.day = book.add_format({**font, "border": 1, "num_format": "yyyy-mm-dd"})
        self.link = book.add_format(
            {**font, "border": 1, "font_color": "#0B5394", "underline": True}
        )


def sheet_names(sheets: Iterable[FigureSheet]) -> dict[str, str]:
    """The sheet of each figure: its name, cut where Excel takes no more, and told apart."""
    taken = {SUMMARY, TEXT, TABLES, CHARTS}
    names = {}
    for sheet in sheets:
        name, number = sheet.name[:SHEET_CHARACTERS], 1
        while name in taken:
            number += 1
            name = f"{sheet.name[: SHEET_CHARACTERS - len(str(number)) - 1]}~{number}"
        taken.add(name)
        names[sheet.name] = name
    return names


def _summary(book: Any, styles: _Styles, document: Document, names: dict[str, str]) -> None:
    page = book.add_worksheet(SUMMARY)
    page.write_string(0, 0, words(document.title), styles.title)
    known = f"知悉至 log_index {document.known_at}"
    page.write_string(1, 0, f"{known};每个数值等于其清单表的合计", styles.plain)
    heads = ("指标", "名称", "数值", "单位", "清单合计", "清单行数", "完整性", "说明")
    for column, head in enumerate(heads):
        page.write_string(3, column, head, styles.head)
    for row, sheet in enumerate(document.sheets, start=4):
        link = f"internal:'{names[sheet.name]}'!A1"
        page.write_url(row, 0, link, styles.link, sheet.name)
        page.write_string(row, 1, sheet.title, styles.cell)
        _number(page, row, 2, sheet, sheet.value, styles)
        page.write_string(row, 3, sheet.unit, styles.cell)
        money = sheet.measure == "amount_fen"
        page.write_formula(
            row,
            4,
            f"='{names[sheet.name]}'!C4",
            styles.money if money else styles.number,
            _in_unit(sheet, add_up(sheet)),
        )
        page.write_number(row, 5, len(sheet.lines), styles.number)
        page.write_string(row, 6, "可证明" if sheet.provable else "不可证明", styles.cell)
        page.write_string(row, 7, ";".join(sheet.notes), styles.cell)
    _layout(page, (34, 34, 14, 8, 14, 10, 10, 44), 3, landscape=True)
    page.autofilter(3, 0, 3 + len(document.sheets), len(heads) - 1)


def _list(book: Any, styles: _Styles, document: Document, sheet: FigureSheet, name: str) -> None:
    page = book.add_worksheet(name)
    page.write_string(0, 0, sheet.title, styles.title)
    page.write_url(1, 0, f"internal:'{SUMMARY}'!A1", styles.link, "返回指标")
    page.write_string(2, 1, "数值", styles.head)
    _number(page, 2, 2, sheet, sheet.value, styles)
    page.write_string(2, 3, sheet.unit, styles.cell)
    page.write_string(3, 1, f"合计({COUNTED[sheet.measure]})", styles.head)
    money = sheet.measure == "amount_fen"
    counted = [line for line in sheet.lines if not line.repeat]
    style = styles.money if money else styles.number
    page.write_formula(3, 2, _total(sheet, len(counted)), style, _in_unit(sheet, add_up(sheet)))
    page.write_string(3, 3, sheet.unit, styles.cell)
    for column, head in enumerate(LIST_HEADINGS):
        page.write_string(FIRST_ROW - 1, column, head, styles.head)
    for row, line in enumerate(sheet.lines, start=FIRST_ROW):
        _line(page, row, line, styles)
    if not sheet.lines:
        page.write_string(FIRST_ROW, 0, "没有事件", styles.plain)
    if len(counted) < len(sheet.lines):
        told = "序号为空的行:同一人的其他事件,不重复计数"
        page.write_string(3, 4, told, styles.plain)
    _layout(page, LIST_WIDTHS, FIRST_ROW - 1, landscape=True)


def _total(sheet: FigureSheet, counted: int) -> str:
    """The formula that adds a sheet's lines up as its measure says."""
    first, last = FIRST_ROW + 1, FIRST_ROW + max(counted, 1)
    column = {"quantity": "E", "amount_fen": "F"}.get(sheet.measure)
    if not counted:
        return "=0"
    return f"=SUM({column}{first}:{column}{last})" if column else f"=COUNT(A{first}:A{last})"


def _line(page: Any, row: int, line: Line, styles: _Styles) -> None:
    if line.repeat:
        page.write_blank(row, 0, None, styles.cell)
    else:
        page.write_number(row, 0, row - FIRST_ROW + 1, styles.number)
    page.write_datetime(row, 1, line.day, styles.day)
    page.write_string(row, 2, line.list, styles.cell)
    page.write_string(row, 3, line.subject, styles.cell)
    page.write_number(row, 4, line.quantity, styles.number)
    if line.amount_fen is None:
        page.write_blank(row, 5, None, styles.cell)
    else:
        page.write_number(row, 5, line.amount_fen / 100, styles.money)
    page.write_string(row, 6, "是" if line.assumed else "", styles.cell)
    page.write_string(row, 7, "是" if line.provable else "否", styles.cell)
    page.write_string(row, 8, line.type, styles.cell)
    page.write_string(row, 9, line.stream, styles.cell)
    page.write_number(row, 10, line.version, styles.number)
    page.write_number(row, 11, line.log_index, styles.number)
    page.write_string(row, 12, line.event_id, styles.cell)


def _text(book: Any, styles: _Styles, document: Document) -> None:
    """The report's text up to its closing, a paragraph a row."""
    page = book.add_worksheet(TEXT)
    page.write_string(0, 0, words(document.title), styles.title)
    for row, (text, style) in enumerate(_paragraphs(document, styles), start=2):
        page.set_row(row, 18 * math.ceil((_wide(text) + 4) / TEXT_WIDTH))
        page.write_string(row, 0, text, style)
    _layout(page, (TEXT_WIDTH,), 1, landscape=False)


def _paragraphs(document: Document, styles: _Styles) -> Iterator[tuple[str, Any]]:
    for block in document.blocks[: _annexes(document)]:
        match block:
            case Heading():
                yield _printed(block.text), styles.heading
            case Paragraph():
                yield _printed(block.text), styles.wrapped
            case Numbered() | Bulleted():
                for number, item in enumerate(block.items, start=1):
                    yield f"{number}. {_printed(item)}", styles.wrapped
            case Closing():
                yield f"{_printed(block.union)} {block.day}", styles.wrapped
            case Table():
                pass  # on the sheet of tables


def _printed(text: str) -> str:
    return "".join(span.text for span in typeset(text))


def _wide(text: str) -> int:
    """How many columns of a typewriter a text takes: a Chinese character takes two."""
    return sum(1 if character.isascii() else 2 for character in text)


def _tables(book: Any, styles: _Styles, document: Document) -> None:
    """The annexes' tables, one below the other, each under its heading."""
    page = book.add_worksheet(TABLES)
    row, widest = 0, 1
    for block in document.blocks[_annexes(document) :]:
        match block:
            case Heading():
                page.write_string(row, 0, words(block.text), styles.heading)
                row += 1
            case Paragraph():
                page.write_string(row, 0, words(block.text), styles.plain)
                row += 1
            case Numbered() | Bulleted():
                for item in block.items:
                    page.write_string(row, 0, words(item), styles.plain)
                    row += 1
            case Table():
                row = _table(page, row, block, styles)
                widest = max(widest, len(block.headings))
            case Closing():
                pass
    _layout(page, (22,) * widest, 0, landscape=True)


def _annexes(document: Document) -> int:
    return next(
        (n for n, block in enumerate(document.blocks, start=1) if isinstance(block, Closing)), 0
    )


def _table(page: Any, row: int, table: Table, styles: _Styles) -> int:
    for column, head in enumerate(table.headings):
        page.write_string(row, column, words(head), styles.head)
    for cells in table.rows:
        row += 1
        for column, cell in enumerate(cells):
            if isinstance(cell, Fen):
                page.write_number(row, column, cell.fen / 100, styles.money)
            elif isinstance(cell, int):
                page.write_number(row, column, cell, styles.number)
            else:
                page.write_string(row, column, words(cell or ""), styles.cell)
    return row + 2


def _number(  # noqa: PLR0917 - a place, and what stands there
    page: Any, row: int, column: int, sheet: FigureSheet, value: int, styles: _Styles
) -> None:
    money = sheet.measure == "amount_fen"
    style = styles.money if money else styles.number
    page.write_number(row, column, _in_unit(sheet, value), style)


def _in_unit(sheet: FigureSheet, value: int) -> float | int:
    return value / 100 if sheet.measure == "amount_fen" else value


def _layout(page: Any, widths: Sequence[int], head: int, *, landscape: bool) -> None:
    """How a sheet prints: A4, its head on each page, as wide as the page."""
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    page.freeze_panes(head + 1, 0)
    page.repeat_rows(head)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&C— &P —")
    if landscape:
        page.set_landscape()
