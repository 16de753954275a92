"""From the rows of a sheet to rows that can be sent, and the rows that cannot."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from guildhall.imports.cells import Cell, CellError
from guildhall.imports.kinds import Column, Kind, Row
from guildhall.imports.spreadsheet import Sheet, SheetError, SheetRow, tidy_heading

TITLES: dict[str, str] = {
    "missing": "必填项为空",
    "formula": "单元格是公式,请粘贴为数值",
    "error-value": "单元格是错误值",
    "digits-lost": "长数字已被表格舍入,请按文本重新填写",
    "invalid-date": "日期不合规,应如 2022-03-01",
    "invalid-month": "月份不合规",
    "invalid-amount": "金额不合规,应为元,最多两位小数",
    "not-positive": "应大于零",
    "invalid-number": "应为整数",
    "invalid-name": "姓名过长",
    "invalid-employee-no": "工号不合规",
    "invalid-id": "编号不合规",
    "not-in-list": "不在可选项中",
    "listed-twice": "与前面的行重复",
    "unknown-employee": "没有这个工号",
    "record-unreadable": "该工号的人员档案无法解密,请联系管理员",
    "not-sent": "因其他行未通过,本行未提交",
}
"""Our own refusals of a row; a service's refusal comes with its own title."""


class RowError(NamedTuple):
    """A row that did not go in: its number in the sheet, the heading concerned, and why.

    Neither `code` nor `title` holds anything that stands in the row.
    """

    number: int
    field: str
    code: str
    title: str


class ParsedRows(NamedTuple):
    """What a sheet says: rows that can be sent, rows that cannot, headings nobody reads."""

    rows: list[Row]
    bad: list[RowError]
    ignored: tuple[str, ...]


def known_headings(kind: Kind) -> frozenset[str]:
    """Every heading that a kind understands, tidied."""
    return frozenset(tidy_heading(name) for column in kind.columns for name in column.headings)


def read_rows(kind: Kind, sheet: Sheet, given: Mapping[str, Any] | None = None) -> ParsedRows:
    """Read every row. `given` are values for fields that the sheet has no column for.

    Raises SheetError `column-missing`.
    """
    given = given or {}
    where = {column.field: _heading_of(column, sheet.headings) for column in kind.columns}
    missing = [
        column.headings[0]
        for column in kind.columns
        if column.required and where[column.field] is None and column.field not in given
    ]
    if missing:
        raise SheetError("column-missing", f"no column {'、'.join(missing)} ({kind.title})")
    rows: list[Row] = []
    bad: list[RowError] = []
    for line in sheet.rows:
        values, flaws = _read_row(kind, line, where, given)
        bad += flaws
        if not flaws:
            rows.append(Row(line.number, values))
    rows, twice = _listed_once(kind, rows)
    used = set(where.values())
    ignored = tuple(heading for heading in sheet.headings if heading not in used)
    return ParsedRows(rows, [*bad, *twice], ignored)


def _heading_of(column: Column, headings: Sequence[str]) -> str | None:
    names = {tidy_heading(name) for name in column.headings}
    return next((heading for heading in headings if heading in names), None)


def _read_row(
    kind: Kind, line: SheetRow, where: Mapping[str, str | None], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[RowError]]:
    values: dict[str, Any] = {}
    flaws: list[RowError] = []
    for column in kind.columns:
        heading = where[column.field]
        try:
            value = _read_cell(column, line.cells.get(heading or "", Cell("")), given)
        except CellError as why:
            title = TITLES[why.code]
            flaws.append(RowError(line.number, heading or column.headings[0], why.code, title))
            continue
        if value is not None:
            values[column.field] = value
    return values, flaws


def _read_cell(column: Column, cell: Cell, given: Mapping[str, Any]) -> Any:
    if cell.flaw is not None:
        raise CellError(cell.flaw)
    if cell.text:
        return column.read(cell.text)
    if column.field in given:
        return given[column.field]
    if column.required:
        raise CellError("missing")
    return column.default


def _listed_once(kind: Kind, rows: Sequence[Row]) -> tuple[list[Row], list[RowError]]:
    seen: Counter[tuple[Any, ...]] = Counter()
    once: list[Row] = []
    twice: list[RowError] = []
    heading = next(c.headings[0] for c in kind.columns if c.field == kind.key[-1])
    for row in rows:
        key = tuple(row.values.get(field) for field in kind.key)
        seen[key] += 1
        if seen[key] == 1:
            once.append(row)
        else:
            twice.append(RowError(row.number, heading, "listed-twice", TITLES["listed-twice"]))
    return once, twice
