"""From the sheets of a file to rows that can be sent, rows that cannot, and rows passed over.

Every row that holds anything is one of the three; `Table` counts them against the file.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from guildhall.imports.above import no_entry_above
from guildhall.imports.cells import BLANK, Cell, CellError, SheetError
from guildhall.imports.headings import Headed, find_headings, letter, others
from guildhall.imports.kinds import Column, Kind, Place, Row
from guildhall.imports.passed_over import Passed, identified, why_passed
from guildhall.imports.row_copies import RowCopies
from guildhall.imports.spreadsheet import Book
from guildhall.imports.units import amount_merged, amount_split, holds_amounts, same_unit
from guildhall.imports.worksheet import Page, SeenRow

ROWS_MAX = 200_000

TITLES: dict[str, str] = {
    "missing": "必填项为空",
    "formula": "单元格是公式，请粘贴为数值",
    "error-value": "单元格是错误值",
    "digits-lost": "长数字已被表格舍入，请按文本重新填写",
    "hidden-by-format": "单元格格式隐藏了内容，请改为常规或文本格式",
    "format-hides-digits": "单元格格式隐去了小数，显示与实际不同，请改格式或改数",
    "number-format": "单元格的数字格式使显示与实际不同，请改为常规或文本格式",
    "not-a-date": "单元格的日期格式不显示日期",
    "broken-text": "含有乱码或控制字符",
    "struck-through": "单元格有删除线，不知算不算数：作废的删去整行，有效的去掉删除线",
    "date-incomplete": "日期不全，应有年月日，如 2022-03-01",
    "month-ambiguous": "1985.1 可能是1月也可能是10月，请写作 1985-01 或 1985-10",
    "amount-split": "金额似被千分位逗号拆成两栏，请去掉逗号或加引号",
    "cell-without-heading": "有内容超出表头各栏，可能多了一个逗号",
    "invalid-date": "日期不合规，应如 2022-03-01",
    "invalid-month": "月份不合规",
    "invalid-amount": "金额不合规，应为元，最多两位小数，逗号只用于千分位",
    "not-positive": "应大于零",
    "invalid-number": "应为整数",
    "invalid-name": "姓名不合规或过长",
    "invalid-title": "名称不合规或过长",
    "invalid-employee-no": "工号不合规",
    "invalid-id": "编号不合规",
    "not-in-list": "不在可选项中",
    "listed-twice": "与另一行重复",
    "listed-differently": "与另一行所指相同，内容却不同：不知哪一行对，都不录入",
    "unknown-employee": "没有这个工号",
    "record-unreadable": "该工号的人员档案无法解密，请联系管理员",
    "not-corrected": "本格原来的显示与内容不同或是公式，请核对改正，并去掉开头的 ⚠",
    "not-sent": "因其他行未通过，本行未提交",
}
"""Our own refusals of a row; a service's refusal comes with its own title."""


class RowError(NamedTuple):
    """A row that did not go in: its number in its sheet, the heading concerned, and why.

    Neither `code` nor `title` holds anything that stands in the row. `sheet` is named where several
    are read. `differs` are the fields in which what was entered before is another; None where
    nothing was. `entry` is what was, `stream@version`, as withdraw-entries names it.
    """

    number: int
    field: str
    code: str
    title: str
    sheet: str = ""
    differs: tuple[str, ...] | None = None
    entry: str = ""

    @property
    def place(self) -> Place:
        """The row that it is about."""
        return Place(self.sheet, self.number)


class Told(NamedTuple):
    """Something about the sheets that whoever imports should know, though nothing is refused."""

    code: str
    text: str


class Table(NamedTuple):
    """What a file says. `total` is how many rows hold anything, counted before any was read.

    `lines` are the cells of every row, by place, for the file of refused rows; `headings` theirs.
    """

    rows: list[Row]
    bad: list[RowError]
    passed: list[Passed]
    total: int
    ignored: tuple[str, ...]
    told: tuple[Told, ...]
    unread: tuple[str, ...]
    headings: tuple[str, ...]
    lines: Mapping[Place, Sequence[str]]


def read_rows(
    kind: Kind,
    book: Book,
    given: Mapping[str, Any] | None = None,
    mapped: Mapping[str, str] | None = None,
    only: Sequence[str] = (),
) -> Table:
    """Read every row of the sheets that show, or of those named by `only`. `given` are values for
    fields without a column; `mapped` says which column a field is, by heading or letter.

    Raises SheetError `no-headings`, `sheet-unknown`, `unit-differs`, `rows-above`,
    `headings-again`, and those of `find_headings`.
    """
    pages = _chosen(book, only)
    reading = _Reading(kind, given or {}, several=len(pages) > 1)
    unread: list[str] = []
    for page in pages:
        headed = find_headings(page, kind, given or {}, mapped or {})
        if headed is not None:
            reading.page(page, headed)
        elif page.rows:
            unread.append(page.name)
            reading.nothing_of(page)
    if not reading.headed:
        raise SheetError("no-headings", f"no sheet has the headings of this kind ({kind.title})")
    return reading.table(book, pages, tuple(unread) if not only else ())


def _chosen(book: Book, only: Sequence[str]) -> list[Page]:
    names = [page.name for page in book.pages]
    unknown = [name for name in only if name not in names]
    if unknown:
        shown = "、".join(names)
        raise SheetError("sheet-unknown", f"no sheet {'、'.join(unknown)} shows: there is {shown}")
    return [page for page in book.pages if not only or page.name in only]


class _Reading:
    """The state of one file's reading."""

    def __init__(self, kind: Kind, given: Mapping[str, Any], *, several: bool) -> None:
        self.kind, self.given, self._several = kind, given, several
        self._copies = RowCopies(kind)
        self._ignored: dict[str, None] = {}
        self._told: list[Told] = []
        self._rows: list[Row] = []
        self._bad: list[RowError] = []
        self._passed: list[Passed] = []

    @property
    def headed(self) -> bool:
        """Whether any sheet had headings."""
        return bool(self._copies.headings)

    def page(self, page: Page, headed: Headed) -> None:
        """Every row of a sheet with headings."""
        sheet = page.name if self._several else ""
        no_entry_above(self.kind, headed, sheet)
        if holds_amounts(self.kind):
            same_unit(page, headed)
        self._copies.below(headed)
        self._ignored |= dict.fromkeys(headed.unread)
        above = {row.number for row in headed.above}
        unheaded = merged = 0
        for row in page.rows:
            if row.number in above or row.number in headed.rows:
                reason = "title" if row.number in above else "headings"
                self._passed.append(Passed(sheet, row.number, reason))
                continue
            named = identified(row, headed, self.kind)
            why = why_passed(row, headed, self.kind, identified=named)
            if why is not None:
                self._passed.append(Passed(sheet, row.number, why))
                continue
            if not named and others(row, headed):
                raise SheetError(
                    "headings-again",
                    f"row {row.number} has other headings: put each table in a sheet of its own",
                )
            beyond = row.cells.keys() - headed.texts.keys()
            unheaded += bool(beyond)
            merged += amount_merged(row, headed, self.kind)
            self._copies.add(Place(sheet, row.number), row)
            self._entry(row, headed, sheet, shifted=bool(beyond), in_text=not page.name)
        if unheaded and page.name:
            self._told.append(Told("cell-without-heading", f"{unheaded} 行有内容在表头之外，未读"))
        if merged:
            text = f"{merged} 行的金额来自合并单元格：合并的每一行各按此金额，不是合计，请核对"
            self._told.append(Told("amount-merged", text))
        if len(self._rows) + len(self._bad) > ROWS_MAX:
            raise SheetError("file-too-large", f"the file has more than {ROWS_MAX:,} entries")

    def nothing_of(self, page: Page) -> None:
        """A sheet that has no headings of this kind."""
        self._passed += [Passed(page.name, row.number, "sheet-unread") for row in page.rows]

    def _entry(
        self, row: SeenRow, headed: Headed, sheet: str, *, shifted: bool, in_text: bool
    ) -> None:
        values, flaws = read_row(self.kind, row.cells, headed, self.given)
        if shifted and in_text:
            at = letter(max(row.cells.keys() - headed.texts.keys()))
            flaws.append((at, "cell-without-heading"))
        if in_text and (split := amount_split(row, headed, self.kind)):
            flaws.append((split, "amount-split"))
        if flaws:
            self._bad += [
                RowError(row.number, name, code, TITLES[code], sheet) for name, code in flaws
            ]
        else:
            self._rows.append(Row(row.number, values, sheet))

    def table(self, book: Book, pages: Sequence[Page], unread: tuple[str, ...]) -> Table:
        """What was read."""
        hidden = [Told("sheet-hidden", f"隐藏的工作表未读：{name}") for name in book.hidden]
        left = [page.name for page in book.pages if page not in pages and page.rows]
        hidden += [Told("sheet-left-out", f"未选的工作表未读：{name}") for name in left]
        columns = [
            Told("columns-hidden", f"工作表 {page.name} 有隐藏的列，未读")
            for page in pages
            if page.hidden_columns and page.name
        ]
        return Table(
            self._rows,
            self._bad,
            self._passed,
            sum(len(page.rows) for page in pages),
            tuple(self._ignored),
            (*self._told, *hidden, *columns),
            unread,
            tuple(self._copies.headings),
            self._copies.lines,
        )


def read_row(
    kind: Kind, cells: Mapping[int, Cell], headed: Headed, given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """A row's values by field, and its flaws: the heading concerned and the code."""
    values: dict[str, Any] = {}
    flaws: list[tuple[str, str]] = []
    for column in kind.columns:
        at = headed.fields.get(column.field)
        cell = BLANK if at is None else cells.get(at, BLANK)
        try:
            value = _read_cell(column, cell, given)
        except CellError as why:
            heading = column.headings[0] if at is None else headed.texts[at]
            flaws.append((heading, why.code))
            continue
        if value is not None:
            values[column.field] = value
    flaws += [] if flaws else _half(kind, values)
    return values, flaws


def _half(kind: Kind, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The headings of fields that are missing beside others of theirs."""
    headings = {column.field: column.headings[0] for column in kind.columns}
    return [
        (headings[field], "missing")
        for group in kind.together
        if any(field in values for field in group)
        for field in group
        if field not in values
    ]


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
