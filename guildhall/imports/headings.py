"""Which column of a sheet holds which field: headings as offices write them, in one row or two.

A heading is compared without stars, blanks, line breaks and notes such as (必填). Where two columns
could be one field nothing is guessed: `--map 列=字段` says which.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from guildhall.imports.cells import SheetError, plain, shown
from guildhall.imports.kinds import Column, Kind
from guildhall.imports.worksheet import Page, SeenRow

HEADING_ROWS = 15
"""Above its headings a sheet may have a title; they are looked for in this many rows."""

NOTE = re.compile(
    r"[(\[【](必填|选填|可选|非必填|必须填写|必填项|单选|下拉|文本|文本格式|数字|如|例|示例|格式|请|按|yyyy|YYYY)"
    r"[^)\]】]*[)\]】]$"
)
ADDED = ("原行号", "有误的栏", "错误代码", "说明")
"""The headings that a file of refused rows has beside the sheet's own."""

LETTERS = re.compile(r"[A-Za-z]{1,2}")


class Headed(NamedTuple):
    """A sheet's headings: the rows they stand in, their texts by column, the column of each field.

    `above` are the rows over them: titles.
    """

    rows: tuple[int, ...]
    texts: Mapping[int, str]
    fields: Mapping[str, int]
    above: tuple[SeenRow, ...]

    @property
    def unread(self) -> tuple[str, ...]:
        """The headings of columns that nobody reads, in order."""
        read = set(self.fields.values())
        return tuple(text for column, text in sorted(self.texts.items()) if column not in read)


def tidy_heading(text: str) -> str:
    """A heading as it is compared."""
    tidy = "".join(plain(shown(text)).replace("*", "").split()).rstrip(":：")
    return NOTE.sub("", tidy) or tidy


def known_headings(kind: Kind) -> frozenset[str]:
    """Every heading that a kind understands, tidied."""
    return frozenset(columns_by_heading(kind))


def columns_by_heading(kind: Kind) -> dict[str, Column]:
    """The columns of a kind by every heading it understands, tidied."""
    return {tidy_heading(name): column for column in kind.columns for name in column.headings}


def find_headings(
    page: Page, kind: Kind, given: Mapping[str, object], mapped: Mapping[str, str]
) -> Headed | None:
    """The headings of a sheet, or None where no row has any of this kind's.

    Raises SheetError `column-twice`, `column-missing`, `column-hidden`, `column-unknown`,
    `map-not-needed`.
    """
    known = columns_by_heading(kind)
    asked = {tidy_heading(name) for name in mapped}
    found = _heading_rows(page.rows, known.keys() | asked)
    if found is None:
        return None
    at, size, texts = found
    if mapped and set(ADDED) <= set(texts.values()):
        raise SheetError(
            "map-not-needed", f"{_of(page.name)}a file of refused rows is read without --map"
        )
    fields = _fields(texts, known, kind, mapped, page.name)
    _none_missing(kind, fields, given, page.name)
    hidden = [texts[column] for column in fields.values() if column in page.hidden_columns]
    if hidden:
        raise SheetError(
            "column-hidden", f"{_of(page.name)}hidden columns {'、'.join(hidden)}: show or map them"
        )
    rows = tuple(row.number for row in page.rows[at : at + size])
    return Headed(rows, texts, fields, tuple(page.rows[:at]))


def _heading_rows(
    rows: Sequence[SeenRow], known: frozenset[str] | set[str]
) -> tuple[int, int, dict[int, str]] | None:
    """Where the headings begin, in how many rows they stand, and their texts: the first rows of
    those at the top in which most are known."""
    best: tuple[int, int, dict[int, str]] | None = None
    most = 0
    for at, row in enumerate(rows[:HEADING_ROWS]):
        alone = _texts(row)
        candidates = [(1, alone)]
        if at + 1 < len(rows) and rows[at + 1].number == row.number + 1:
            # Of two rows the lower says what a column holds; the upper one groups columns.
            candidates.append((2, {**alone, **_texts(rows[at + 1])}))
        for size, texts in candidates:
            count = len(known.intersection(texts.values()))
            enough = count >= 2 or (count == 1 and len(texts) >= 2)
            if enough and count > most:
                best, most = (at, size, texts), count
    if best is None or best[1] == 1:
        return best
    at, _, texts = best
    lower = _texts(rows[at + 1])
    # The upper row may be a title: where the lower one knows as much alone, it is the heading.
    if len(known.intersection(lower.values())) == most:
        return at + 1, 1, lower
    return best


def _texts(row: SeenRow) -> dict[int, str]:
    texts = {column: tidy_heading(cell.text) for column, cell in sorted(row.cells.items())}
    return {column: text for column, text in texts.items() if text}


def _fields(
    texts: Mapping[int, str],
    known: Mapping[str, Column],
    kind: Kind,
    mapped: Mapping[str, str],
    sheet: str,
) -> dict[str, int]:
    fields: dict[str, int] = {}
    for name, field in mapped.items():
        fields[field_named(kind, field)] = _column_named(texts, name, sheet)
    taken = set(fields.values())
    for column in kind.columns:
        if column.field in fields:
            continue
        found = [at for at, text in texts.items() if known.get(text) == column and at not in taken]
        if len(found) > 1:
            names = "、".join(f"{texts[at]} ({letter(at)})" for at in found)
            raise SheetError(
                "column-twice",
                f"{_of(sheet)}the columns {names} could each be {column.headings[0]}: say which,"
                f" --map {letter(found[-1])}={column.field}",
            )
        if found:
            fields[column.field] = found[0]
    return fields


def field_named(kind: Kind, name: str) -> str:
    """A field by its own name or by a heading. Raises SheetError `field-unknown`."""
    for column in kind.columns:
        if name == column.field or tidy_heading(name) in map(tidy_heading, column.headings):
            return column.field
    fields = "、".join(f"{column.headings[0]} ({column.field})" for column in kind.columns)
    raise SheetError("field-unknown", f"{name} is no field of {kind.title}: {fields}")


def _column_named(texts: Mapping[int, str], name: str, sheet: str) -> int:
    found = [at for at, text in texts.items() if text == tidy_heading(name)]
    if not found and LETTERS.fullmatch(name):
        found = [at for at in texts if letter(at) == name.upper()]
    if len(found) == 1:
        return found[0]
    why = "stands there more than once: name its letter" if found else "is not there"
    raise SheetError("column-unknown", f"{_of(sheet)}the column {name} {why}")


def _none_missing(
    kind: Kind, fields: Mapping[str, int], given: Mapping[str, object], sheet: str
) -> None:
    missing = [
        column
        for column in kind.columns
        if column.required and column.field not in fields and column.field not in given
    ]
    if missing:
        names = "、".join(column.headings[0] for column in missing)
        said = " ".join(f"--set {column.field}=…" for column in missing)
        raise SheetError(
            "column-missing",
            f"{_of(sheet)}no column {names} ({kind.title}): add it, or say {said}",
        )


def again(row: SeenRow, headed: Headed) -> bool:
    """Whether a row repeats the headings, as pages after the first do."""
    texts = {at: text for at, text in _texts(row).items() if at not in row.filled}
    read = {headed.texts[at] for at in headed.fields.values()}
    return (
        len(texts) >= 2
        and len(read.intersection(texts.values())) >= min(2, len(read))
        and all(headed.texts.get(at) == text for at, text in texts.items())
    )


def others(row: SeenRow, headed: Headed) -> bool:
    """Whether a row holds headings that are read, in another order or of another table."""
    texts = [text for at, text in _texts(row).items() if at not in row.filled]
    read = {headed.texts[at] for at in headed.fields.values()}
    return len(read.intersection(texts)) >= 2 and not again(row, headed)


def letter(column: int) -> str:
    """A column's letter, as a spreadsheet shows it."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _of(sheet: str) -> str:
    return f"sheet {sheet}: " if sheet else ""
