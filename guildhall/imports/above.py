"""Rows above a sheet's headings. A title is none; an entry there would be lost, and is refused.

Entries come to stand there where somebody sorted the sheet with its headings, added rows at the
top, or put a second table with fuller headings below the first.
"""

from collections.abc import Iterator, Mapping, Sequence

from guildhall.imports.cells import BLANK, CellError, SheetError, a_name, a_title
from guildhall.imports.headings import Headed, columns_by_heading, tidy_heading
from guildhall.imports.kinds import Column, Kind
from guildhall.imports.passed_over import identified
from guildhall.imports.worksheet import SeenRow

FIELDS_OF_AN_ENTRY = 2


def no_entry_above(kind: Kind, headed: Headed, sheet: str) -> None:
    """Raises SheetError `rows-above` where a row over the headings can be read as an entry: under
    them, or under headings of its own."""
    rows = [row for row in headed.above if not row.hidden]
    for own in (headed, *_tables(rows, columns_by_heading(kind))):
        for row in rows:
            if row.number not in own.rows and _is_entry(row, own, kind):
                where = f"sheet {sheet}: " if sheet else ""
                raise SheetError(
                    "rows-above",
                    f"{where}row {row.number} stands above the headings (row {headed.rows[0]}) and"
                    " looks like an entry: put the headings over all rows, and each table in a"
                    " sheet of its own",
                )


def _tables(rows: Sequence[SeenRow], known: Mapping[str, Column]) -> Iterator[Headed]:
    """Rows that are headings of this kind too, though those further down know more."""
    for row in rows:
        texts = {at: tidy_heading(cell.text) for at, cell in row.cells.items()}
        fields = {known[text].field: at for at, text in texts.items() if text in known}
        if len(fields) >= FIELDS_OF_AN_ENTRY:
            yield Headed((row.number,), texts, fields, ())


def _is_entry(row: SeenRow, headed: Headed, kind: Kind) -> bool:
    """Whether it says whom it is about, and something more that is no mere text (a date, a word of
    a list) where a column for such is there."""
    if len(row.cells) < FIELDS_OF_AN_ENTRY or not identified(row, headed, kind):
        return False
    columns = [
        column
        for column in kind.columns
        if column.field in headed.fields and column.read not in {a_name, a_title}
    ]
    read = [_reads(each, row.cells.get(headed.fields[each.field], BLANK).text) for each in columns]
    return sum(read) >= min(FIELDS_OF_AN_ENTRY, len(columns))


def _reads(column: Column, text: str) -> bool:
    try:
        column.read(text)
    except CellError:
        return False
    return bool(text)
