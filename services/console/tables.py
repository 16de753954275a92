"""Tables as files: CSV for any program, xlsx for spreadsheets; the whole list, and what it is of.

No cell of text is a formula, whoever typed it: a spreadsheet takes `=`, `+`, `-`, `@` at its
beginning for one, and their full-width forms too (OWASP, CSV Injection).
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

Cell = str | int | Decimal | date | None
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CSV, XLSX = "csv", "xlsx"
MEDIA_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM = "\ufeff"


def yuan(fen: int | None) -> Decimal | None:
    """Fen as yuan, exactly; None stays unknown."""
    return None if fen is None else Decimal(fen) / 100


def scaled(value: int | None, scale: int) -> int | Decimal | None:
    """A figure's value as a number of its unit."""
    return yuan(value) if scale == 2 else value


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def as_csv(
    about: Iterable[tuple[str, str]], heads: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> bytes:
    """A CSV file in UTF-8 with its mark, for spreadsheets that would guess otherwise."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for each in (*about, (), heads, *rows):
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in each])
    return (BOM + out.getvalue()).encode()


def as_xlsx(
    about: Iterable[tuple[str, str]], heads: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> bytes:
    """A workbook of one sheet: text is text, numbers are numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("list")
    for each in (*about, (), heads, *rows):
        cells = []
        for content in each:
            cell: Any = WriteOnlyCell(sheet, value=None)
            cell.value = content
            if isinstance(content, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_file(
    kind: str,
    about: Iterable[tuple[str, str]],
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
) -> bytes:
    """The table as a file of `kind`."""
    return (as_xlsx if kind == XLSX else as_csv)(about, heads, rows)
