"""Cells of a file that whoever imports it corrected elsewhere, and the cells that they correct.

The file stays as the office wrote it: what was corrected is said beside it, by sheet, row and
column letter, as a spreadsheet counts. A corrected cell is read as one of a text file.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import orjson

from guildhall.imports.cells import BLANK, Cell, SheetError, shown
from guildhall.imports.headings import find_headings, letter
from guildhall.imports.kinds import Kind, Place
from guildhall.imports.spreadsheet import Book
from guildhall.imports.worksheet import Page, SeenRow

CORRECTIONS_MAX = 20_000


class Correction(NamedTuple):
    """What a cell says instead, or, without a column, that its row is not to be entered. `sheet` is
    empty where the file has one, as in a row's refusal."""

    sheet: str
    row: int
    column: str = ""
    text: str = ""


class QuotedCell(NamedTuple):
    """A cell under a heading: its column's letter, the heading, the field it is read as (empty
    where the column is not read), what it says."""

    column: str
    heading: str
    field: str
    text: str


class Quoted(NamedTuple):
    """A row of the file as it reads, corrections included."""

    sheet: str
    number: int
    cells: tuple[QuotedCell, ...]

    def document(self) -> dict[str, Any]:
        """The row for a machine."""
        return {**self._asdict(), "cells": [cell._asdict() for cell in self.cells]}


def read_corrections(content: bytes) -> list[Correction]:
    """Corrections as JSON: `[{"sheet", "row", "column", "text"}]`.

    Raises SheetError `corrections-unreadable`.
    """
    try:
        said = orjson.loads(content)
        found = [
            Correction(str(e["sheet"]), int(e["row"]), str(e["column"]), shown(str(e["text"])))
            for e in said
        ]
    except (ValueError, KeyError, TypeError) as why:
        raise SheetError("corrections-unreadable", "corrections are a list in JSON") from why
    if len(found) > CORRECTIONS_MAX:
        raise SheetError("corrections-unreadable", f"more than {CORRECTIONS_MAX:,} corrections")
    return found


def corrected(book: Book, corrections: Sequence[Correction]) -> Book:
    """The file as it reads with its corrections. Raises SheetError `correction-nowhere` where one
    is about a row that the file does not have: it is another file then."""
    if not corrections:
        return book
    changed: dict[Place, list[Correction]] = {}
    for each in corrections:
        sheet = each.sheet or (book.pages[0].name if len(book.pages) == 1 else "")
        changed.setdefault(Place(sheet, each.row), []).append(each)
    there = {Place(page.name, row.number) for page in book.pages for row in page.rows}
    if nowhere := changed.keys() - there:
        numbers = ", ".join(str(place.number) for place in sorted(nowhere))
        raise SheetError("correction-nowhere", f"the file has no row {numbers}")
    pages = [page._replace(rows=_rows(page, changed)) for page in book.pages]
    return book._replace(pages=pages)


def _rows(page: Page, changed: dict[Place, list[Correction]]) -> list[SeenRow]:
    rows = []
    for row in page.rows:
        said = changed.get(Place(page.name, row.number), [])
        now = row if not said else _row(row, said)
        if now is not None:
            rows.append(now)
    return rows


def _row(row: SeenRow, said: Sequence[Correction]) -> SeenRow | None:
    """The row as corrected; None where it is left out, or nothing of it is left."""
    cells = dict(row.cells)
    for each in said:
        if not each.column:
            return None
        at = _column(each.column)
        cells.pop(at, None)
        if each.text:
            cells[at] = Cell(each.text)
    filled = row.filled - {_column(each.column) for each in said}
    return row._replace(cells=cells, filled=filled) if cells else None


def _column(name: str) -> int:
    number = 0
    for character in name:
        number = 26 * number + ord(character) - ord("A") + 1
    if not 0 < len(name) <= 3 or letter(number - 1) != name:
        raise SheetError("correction-nowhere", f"{name!r} is no column")
    return number - 1


def quoted(  # noqa: PLR0917 - a file, and how it is read
    book: Book, kind: Kind, given: Any, mapped: Any, several: bool, places: Collection[Place]
) -> list[Quoted]:
    """The rows at `places` as they read, in the file's order."""
    found = []
    for page in book.pages:
        sheet = page.name if several else ""
        asked = [row for row in page.rows if Place(sheet, row.number) in places]
        headed = find_headings(page, kind, given, mapped) if asked else None
        if headed is None:
            continue
        fields = {at: field for field, at in headed.fields.items()}
        for row in asked:
            cells = [
                QuotedCell(letter(at), text, fields.get(at, ""), row.cells.get(at, BLANK).text)
                for at, text in sorted(headed.texts.items())
            ]
            found.append(Quoted(sheet, row.number, tuple(cells)))
    return found
