"""The error file: the rejected rows, as a sheet to correct and upload again.

The file has the sheet's own headings and cells, as text, and four columns that say what was wrong;
those four are ignored at the next upload. The cells are the office's: only their owner reads them.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

from guildhall.imports.kinds import Place
from guildhall.imports.rows import RowError, Table
from shared.service.private_files import write_private

ADDED = ("原行号", "有误的栏", "错误代码", "说明")
RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def error_file_of(file: Path) -> Path:
    """Where the bad rows of a file are written: beside it, in the same format."""
    suffix = ".csv" if file.suffix.lower() in {".csv", ".tsv", ".txt"} else ".xlsx"
    return file.with_name(f"{file.stem}.errors{suffix}")


def write_error_file(target: Path, table: Table, bad: Sequence[RowError]) -> None:
    """Write each row that did not go in once, with everything that is wrong with it. Replaces the
    file."""
    flaws: dict[Place, list[RowError]] = {}
    for flaw in bad:
        flaws.setdefault(flaw.place, []).append(flaw)
    kept = [at for at, heading in enumerate(table.headings) if heading not in ADDED]
    lines = [[*(table.headings[at] for at in kept), *ADDED]]
    for place, cells in table.lines.items():
        if place in flaws:
            lines.append([*(cells[at] for at in kept), *_reasons(flaws[place])])
    write_private(target, _csv(lines) if target.suffix == ".csv" else _xlsx(lines))


def _reasons(flaws: Sequence[RowError]) -> list[str]:
    first = flaws[0]
    return [
        f"{first.sheet}!{first.number}" if first.sheet else str(first.number),
        *(
            "; ".join(dict.fromkeys(part))
            for part in zip(*((flaw.field, flaw.code, flaw.title) for flaw in flaws), strict=True)
        ),
    ]


def _csv(lines: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, as Excel needs it; no cell can start a formula."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(
        [f"'{cell}" if cell.startswith(RUNS_AS_FORMULA) else cell for cell in line]
        for line in lines
    )
    return text.getvalue().encode("utf-8-sig")


def _xlsx(lines: Sequence[Sequence[str]]) -> bytes:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for number, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            cell = sheet.cell(number, column, text)
            # Text whatever it looks like: no formula, and every digit of a long number.
            cell.data_type, cell.number_format = "s", "@"
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()
