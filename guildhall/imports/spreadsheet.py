"""An office's sheet as rows of text: .xlsx or .csv. Nothing in it is calculated or run.

Formulas are refused, not evaluated; macros are never loaded. Text stays text: an 18-digit number
keeps its last digits, and one that a spreadsheet has already rounded is refused.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook

from guildhall.imports.cells import Cell

BYTES_MAX = 20_000_000
ROWS_MAX = 100_000
COLUMNS_MAX = 200
UNPACKED_MAX = 400_000_000
HEADING_ROWS = 10
"""Above its headings a sheet may have a title; they are looked for in this many rows."""

EXACT_DIGITS = 15
"""More digits than this a spreadsheet's number cannot hold: they were rounded."""

TOTALS = frozenset({"合计", "总计", "小计"})


class SheetError(Exception):
    """The file as a whole cannot be read: `code` is stable, the message is for a person."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class SheetRow(NamedTuple):
    """A row below the headings: its number as a spreadsheet counts, its cells by heading."""

    number: int
    cells: Mapping[str, Cell]


class Sheet(NamedTuple):
    """Headings in order, and the rows below them that are neither empty nor a total."""

    headings: tuple[str, ...]
    rows: list[SheetRow]


def read_sheet(file: Path, known: frozenset[str]) -> Sheet:
    """The first sheet of a file. `known` headings tell which row the headings are in.

    Raises SheetError `unsupported-file`, `unreadable-file`, `file-too-large`, `no-headings`,
    `heading-twice`; OSError.
    """
    if file.stat().st_size > BYTES_MAX:
        raise SheetError("file-too-large", f"{file.name} is larger than {BYTES_MAX:,} bytes")
    match file.suffix.lower():
        case ".xlsx" | ".xlsm":
            rows = _xlsx(file)
        case ".csv" | ".tsv" | ".txt":
            rows = _csv(file)
        case other:
            raise SheetError(
                "unsupported-file", f"{other or 'no suffix'}: save the file as .xlsx or .csv"
            )
    return _below_headings(rows, known)


def tidy_heading(text: str) -> str:
    """A heading as it is compared: full-width brackets and stray blanks and stars do not count."""
    plain = text.replace("（", "(").replace("）", ")").replace("*", "").replace("＊", "")
    return "".join(plain.split())


def _below_headings(rows: Iterator[tuple[int, list[Cell]]], known: frozenset[str]) -> Sheet:
    for number, cells in islice(rows, HEADING_ROWS):  # noqa: B007 - named in the error below
        headings = [tidy_heading(cell.text) for cell in cells]
        if len(known.intersection(headings)) >= 2:
            break
    else:
        raise SheetError(
            "no-headings", f"no row of the first {HEADING_ROWS} has the headings of this kind"
        )
    named = [heading for heading in headings if heading]
    twice = next((heading for heading in named if named.count(heading) > 1), None)
    if twice is not None:
        raise SheetError("heading-twice", f"the heading {twice} stands twice in row {number}")
    return Sheet(tuple(named), list(_data(rows, headings)))


def _data(rows: Iterable[tuple[int, list[Cell]]], headings: Sequence[str]) -> Iterator[SheetRow]:
    for count, (number, cells) in enumerate(rows):
        if count >= ROWS_MAX:
            raise SheetError("file-too-large", f"the sheet has more than {ROWS_MAX:,} rows")
        found = dict(zip(headings, cells, strict=False))
        found.pop("", None)
        texts = {cell.text for cell in found.values() if cell.text or cell.flaw}
        if texts and not texts & TOTALS:
            yield SheetRow(number, found)


def _xlsx(file: Path) -> Iterator[tuple[int, list[Cell]]]:
    try:
        with zipfile.ZipFile(file) as parts:
            if sum(part.file_size for part in parts.infolist()) > UNPACKED_MAX:
                raise SheetError("file-too-large", f"{file.name} unpacks to too much")
        workbook = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as why:
        raise SheetError("unreadable-file", f"{file.name} is not an .xlsx workbook") from why
    try:
        sheet = workbook.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(), start=1):
            yield number, [_cell(one.value, one.data_type) for one in row[:COLUMNS_MAX]]
    finally:
        workbook.close()


def _cell(value: Any, data_type: str) -> Cell:
    match value:
        case None:
            return Cell("")
        case datetime() | date():
            return Cell(value.isoformat()[:10])
        case bool():
            return Cell("是" if value else "否")
        case int() | float():
            return _number(value)
    if data_type == "f" or not isinstance(value, str):
        return Cell(value if isinstance(value, str) else "", "formula")
    if data_type == "e":
        return Cell(value, "error-value")
    return _text(value)


def _number(value: int | float) -> Cell:
    digits = str(int(value)) if value == int(value) else repr(value)
    if len(digits.lstrip("-").replace(".", "")) > EXACT_DIGITS:
        return Cell(digits, "digits-lost")
    return Cell(digits)


def _text(value: str) -> Cell:
    text = value.strip().strip("\ufeff\u200b")
    if len(text) > 1 and text[0] == "'" and text[1] in "=+-@":
        return Cell(text[1:])
    return Cell(text, "formula") if text.startswith("=") else Cell(text)


def _csv(file: Path) -> Iterator[tuple[int, list[Cell]]]:
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")  # what Excel in Chinese writes
        except UnicodeDecodeError as why:
            raise SheetError("unreadable-file", f"{file.name}: neither UTF-8 nor GB18030") from why
    if "\x00" in text:
        raise SheetError("unreadable-file", f"{file.name} is not a text file")
    delimiter = "\t" if text[:2000].count("\t") > text[:2000].count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in rows:
            yield rows.line_num, [_text(value) for value in row[:COLUMNS_MAX]]
    except csv.Error as why:
        raise SheetError("unreadable-file", f"{file.name}, line {rows.line_num}: {why}") from why
