"""One sheet of a workbook as a person sees it: its cells as shown, its merges, what is hidden."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from guildhall.imports.cells import BLANK, UNCORRECTED, Cell, SheetError, shown
from guildhall.imports.number_format import GENERAL, number_shown, text_hidden
from guildhall.imports.workbook_parts import GatheredText, SheetPart, Workbook

CONTROL = frozenset(map(chr, range(32))) - {"\t", "\n", "\r"}
LETTERS = re.compile(r"[A-Z]{1,3}")
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
MERGED_ROWS_MAX = 200_000
ERROR_TEXT = re.compile(
    r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|GETTING_DATA)|#{2,}"
)
"""What a spreadsheet leaves of a cell in a text file where it shows an error, or no room."""


class SeenRow(NamedTuple):
    """A row that holds something: its number, its cells by column from 0, and if it is hidden.

    `filled` are the columns whose value comes from a merged cell that begins above.
    """

    number: int
    cells: dict[int, Cell]
    hidden: bool = False
    filled: frozenset[int] = frozenset()


class Page(NamedTuple):
    """A sheet of a file: its name (empty for a text file), its rows, its hidden columns.

    `merged_down` is the last row of a cell merged downwards, by row and column of its first.
    """

    name: str
    rows: list[SeenRow]
    hidden_columns: frozenset[int] = frozenset()


class _Reader:
    """The state of a worksheet part while it is parsed."""

    def __init__(self, book: Workbook, sheet: str) -> None:
        self.book, self.sheet = book, sheet
        self.rows: list[SeenRow] = []
        self.hidden_columns: set[int] = set()
        self.merges: list[str] = []
        self._row, self._column = 0, -1
        self._cells: dict[int, Cell] = {}
        self._row_hidden = False
        self._at: Mapping[str, str] = {}
        self._value: list[str] = []
        self._formula = self._in_value = False
        self._inline = GatheredText()
        self._numbers: dict[tuple[str, int], Cell] = {}
        self._texts: dict[str, Cell] = {}

    def start(self, element: str, at: Mapping[str, str]) -> None:
        """An element begins."""
        if element == "c":
            self._at, self._formula = at, False
            self._value.clear()
            self._column = column_of(at["r"]) if "r" in at else self._column + 1
        elif element == "v":
            self._in_value = True
        elif element == "f":
            self._formula = True
        elif element == "row":
            number = int(at["r"]) if "r" in at else self._row + 1
            if number <= self._row:
                raise SheetError("unreadable-file", f"{self.sheet}: rows are out of their order")
            self._row, self._column = number, -1
            unseen = at.get("hidden") in {"1", "true"} or at.get("ht") in {"0", "0.0"}
            self._row_hidden = unseen
        elif element == "col":
            if at.get("hidden") in {"1", "true"} or at.get("width") in {"0", "0.0"}:
                first, last = int(at["min"]), min(int(at["max"]), 20_000)
                self.hidden_columns.update(range(first - 1, last))
        elif element == "mergeCell":
            self.merges.append(at["ref"])
        else:
            self._inline.start(element, at)

    def text(self, data: str) -> None:
        """Characters of the element."""
        if self._in_value:
            self._value.append(data)
        else:
            self._inline.text(data)

    def end(self, element: str) -> None:
        """An element ends."""
        if element == "v":
            self._in_value = False
        elif element == "c":
            cell = self._cell()
            if cell != BLANK:
                if self._column in self._cells:
                    raise SheetError("unreadable-file", f"{self.sheet}: a cell stands twice")
                self._cells[self._column] = cell
        elif element == "row" and self._cells:
            self.book.hold(len(self._cells))
            self.rows.append(SeenRow(self._row, self._cells, self._row_hidden))
            self._cells = {}
        else:
            self._inline.end(element)

    def _cell(self) -> Cell:
        kind, value = self._at.get("t", "n"), "".join(self._value)
        if kind == "inlineStr":
            value, kind = self._inline.take(), "str"
        elif kind == "s" and value:
            value, kind = self.book.string(value), "str"
        if not value and not self._formula:
            return BLANK
        style = int(self._at.get("s", "0"))
        cell = self._shown(kind, value, style) if value else BLANK
        if style in self.book.struck and cell != BLANK and cell.flaw is None:
            cell = Cell(cell.text, "struck-through")
        if self._formula and (cell != BLANK or (not value and kind != "str")):
            return Cell(cell.text, "formula")
        return cell

    def _shown(self, kind: str, value: str, style: int) -> Cell:
        code = self.book.formats[style] if 0 <= style < len(self.book.formats) else GENERAL
        if kind == "n":
            key = (value, style)
            if key not in self._numbers:
                epoch = self.book.epoch_1904
                self._numbers[key] = number_shown(value, code, epoch_1904=epoch)
            return self._numbers[key]
        if kind == "b":
            return Cell("TRUE" if value in {"1", "true"} else "FALSE")
        if kind == "e":
            return Cell(value, "error-value")
        if kind == "d":
            return Cell(value.partition("T")[0])
        if text_hidden(code):
            return Cell(shown(value), "hidden-by-format")
        if value not in self._texts:
            self._texts[value] = text_cell(value)
        return self._texts[value]


def text_cell(value: str) -> Cell:
    """A text as a cell. Control characters are a flaw, and so is what is no character, an error
    value or ##### that was saved as text, and what nobody corrected yet."""
    text = shown(value)
    if text[:1] == "#" and ERROR_TEXT.fullmatch(text):
        return Cell(text, "error-value")
    if text[:1] == UNCORRECTED:
        return Cell(text, "not-corrected")
    if "\ufffd" in text or not (text.isprintable() or CONTROL.isdisjoint(text)):
        return Cell(text, "broken-text")
    return Cell(text) if text else BLANK


def read_page(book: Workbook, sheet: SheetPart) -> Page:
    """The rows of a sheet that hold something, with merged cells' values in all their rows."""
    assert sheet.part is not None, f"{sheet.name} is not a sheet of cells"
    reader = _Reader(book, sheet.name)
    book.parse(sheet.part, reader.start, reader.end, reader.text)
    rows = _filled_down(reader.rows, reader.merges)
    return Page(sheet.name, rows, frozenset(reader.hidden_columns))


def _filled_down(rows: list[SeenRow], merges: list[str]) -> list[SeenRow]:
    """Rows with the values of cells merged over them from above, in the merge's first column."""
    at = {row.number: place for place, row in enumerate(rows)}
    budget = MERGED_ROWS_MAX
    for merge in merges:
        first, _, last = merge.replace("$", "").partition(":")
        top, bottom = _row_of(first), _row_of(last or first)
        if bottom <= top or top not in at:
            continue
        column = column_of(first)
        cell = rows[at[top]].cells.get(column)
        if cell is None:
            continue
        for number in range(top + 1, bottom + 1):
            budget -= 1
            if budget < 0:
                raise SheetError("file-too-large", "cells are merged over too many rows")
            if number in at:
                row = rows[at[number]]
                row.cells[column] = cell
                rows[at[number]] = row._replace(filled=row.filled | {column})
    return rows


def column_of(reference: str) -> int:
    """The column of a reference such as `AB12`, from 0. Raises SheetError."""
    return _column_of(reference.rstrip("0123456789"))


@lru_cache(maxsize=20_000)
def _column_of(letters: str) -> int:
    if not LETTERS.fullmatch(letters):
        raise SheetError("unreadable-file", "a cell has no place in its sheet")
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _row_of(reference: str) -> int:
    found = REFERENCE.fullmatch(reference)
    if found is None:
        raise SheetError("unreadable-file", "merged cells have no place in their sheet")
    return int(found.group(2))
