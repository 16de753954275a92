"""A text file (CSV, TSV) as rows, in the encodings that offices write. What is broken is named.

Rows are numbered as a spreadsheet numbers them: one number a row, however many lines it has.
"""

import csv
import io
import re
from collections.abc import Sequence

from guildhall.imports.cells import BLANK, Cell, SheetError, shown
from guildhall.imports.worksheet import Page, SeenRow, text_cell

BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
DELIMITERS = (",", "\t", ";", "|")
DELIMITERS_IN_A_NOTE = 2
"""A line inside a quoted cell with more delimiters is a row that a quotation mark swallowed."""

KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
FIELD_MAX = 100_000


def read_text(content: bytes, name: str, known: frozenset[str]) -> Page:
    """The rows of a text file that hold something. `known` headings tell the delimiter.

    Raises SheetError `unreadable-file`, `open-quote`.
    """
    text = _decoded(content, name)
    if "\x00" in text:
        raise SheetError("unreadable-file", f"{name} is not a text file")
    delimiter = _delimiter(text, known)
    csv.field_size_limit(FIELD_MAX)
    # A lone \r ends a line too, as older Macs wrote it; inside quotes it stays.
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, doublequote=True
    )
    rows: list[SeenRow] = []
    number = line = 0
    try:
        for number, values in enumerate(reader, start=1):
            _no_row_swallowed(values, delimiter, name, line + 1)
            line = reader.line_num
            if cells := _cells(values):
                rows.append(SeenRow(number, cells))
    except csv.Error as why:
        raise _broken(name, number + 1, line + 1, str(why)) from why
    return Page("", rows)


def _cells(values: Sequence[str]) -> dict[int, Cell]:
    cells = {}
    for column, value in enumerate(values):
        cell = _cell(value) if value else BLANK
        if cell != BLANK:
            cells[column] = cell
    return cells


def _cell(value: str) -> Cell:
    text = shown(value)
    kept = KEPT_AS_TEXT.fullmatch(text)
    if kept:
        return text_cell(kept.group(1))
    if len(text) > 1 and text[0] == "'" and text[1] in "=+-@":
        return text_cell(text[1:])
    return Cell(text, "formula") if text.startswith("=") else text_cell(text)


def _no_row_swallowed(values: Sequence[str], delimiter: str, name: str, line: int) -> None:
    for value in values:
        lines = value.splitlines() if "\n" in value or "\r" in value else ()
        if any(one.count(delimiter) >= DELIMITERS_IN_A_NOTE for one in lines):
            raise SheetError(
                "open-quote",
                f"{name}, line {line}: a quotation mark is open over whole rows; close it",
            )


def _broken(name: str, row: int, line: int, why: str) -> SheetError:
    if "end of data" in why or "expected after" in why or "field larger" in why:
        return SheetError(
            "open-quote",
            f"{name}, row {row} (line {line}): a quotation mark is not closed, or stands inside a"
            " cell; close or remove it",
        )
    return SheetError("unreadable-file", f"{name}, row {row} (line {line}): {why}")


def _delimiter(text: str, known: frozenset[str]) -> str:
    """The delimiter under which most headings are known; of several the first in DELIMITERS."""
    lines = text[:20_000].splitlines()[:20]
    if lines and (said := re.fullmatch(r"sep=(.)", lines[0].strip())):
        return said.group(1)

    def headings(delimiter: str) -> int:
        return max(
            (len(known.intersection(_tidy(part) for part in line.split(delimiter))))
            for line in (lines or [""])
        )

    return max(DELIMITERS, key=headings)


def _tidy(part: str) -> str:
    return "".join(shown(part).replace('"', "").replace("*", "").split())


def _decoded(content: bytes, name: str) -> str:
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding).removeprefix("\ufeff")
            except UnicodeDecodeError as why:
                raise SheetError("unreadable-file", f"{name}: broken {encoding.upper()}") from why
    if content[:1000].count(0) > len(content[:1000]) // 4:
        return _without_mark(content, name)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as why:
        # Text of GB18030 is no UTF-8 from its first character on; later, the file is damaged.
        if not content[: why.start].isascii():
            raise SheetError(
                "unreadable-file", f"{name}: broken UTF-8 at byte {why.start}"
            ) from why
    try:
        return content.decode("gb18030")  # what Excel in Chinese writes
    except UnicodeDecodeError as why:
        raise SheetError("unreadable-file", f"{name}: neither UTF-8 nor GB18030") from why


def _without_mark(content: bytes, name: str) -> str:
    """UTF-16 without a mark: every other byte of its commas and digits is zero."""
    encoding = "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as why:
        raise SheetError("unreadable-file", f"{name} is not a text file") from why
