"""In what unit a sheet's amounts are. They are read as 元; a sheet that says 万元 is refused."""

import re

from guildhall.imports.cells import BLANK, SheetError, fen, plain
from guildhall.imports.headings import Headed
from guildhall.imports.kinds import Kind
from guildhall.imports.worksheet import Page, SeenRow

MANY = r"[十百千万亿]+"
OTHER_UNIT = re.compile(
    rf"(单位|金额|币种|货币)[:为是均以按计量(\[【人民币]*{MANY}元"
    rf"|单位[:为是(\[【人民币]*{MANY}([)\]】]|$)|{MANY}元为单位|[(\[【](人民币)?{MANY}元[)\]】]"
)
"""Where a title, a note or a sheet's name says it. 单位:百花小学 and 金额超过五万元 do not."""

ALONE = re.compile(rf"[(\[【]?(人民币)?{MANY}元[)\]】]?")
"""A cell that holds the unit and nothing else, also beside an amount."""


UP_TO_THOUSANDS, THOUSANDS = re.compile(r"-?¥?\d{1,3}"), re.compile(r"\d{3}(\.\d{1,2})?元?")
NUMBERED = re.compile(r"[号数量额元价码序次人份率]")
"""A column with one of these in its heading may well hold a number of three digits."""


def amount_split(row: SeenRow, headed: Headed, kind: Kind) -> str | None:
    """The heading of an amount that its comma split over two columns of a text file (`1,200.00`
    without quotation marks reads 1, beside a note 200.00), or None."""
    for column in kind.columns:
        at = headed.fields.get(column.field)
        if at is None or column.read is not fen or at + 1 in headed.fields.values():
            continue
        amount, beside = row.cells.get(at, BLANK).text, row.cells.get(at + 1, BLANK).text
        if (
            UP_TO_THOUSANDS.fullmatch(amount)
            and THOUSANDS.fullmatch(beside)
            and not NUMBERED.search(headed.texts.get(at + 1, ""))
        ):
            return headed.texts[at]
    return None


def amount_merged(row: SeenRow, headed: Headed, kind: Kind) -> bool:
    """Whether an amount of this row is that of a cell merged over it from above: each row has it
    then, and a person may have meant all of them together."""
    amounts = {headed.fields.get(each.field) for each in kind.columns if each.read is fen}
    return not row.filled.isdisjoint(amounts - {None})


def holds_amounts(kind: Kind) -> bool:
    """Whether a kind has a column of money."""
    return any(column.field.endswith("_fen") for column in kind.columns)


def same_unit(page: Page, headed: Headed) -> None:
    """Raises SheetError `unit-differs` where the sheet's name or any row says that amounts are in
    万元 and the like; the headings are known by then."""
    if OTHER_UNIT.search(_joined(page.name)):
        raise _other(f"the name of the sheet {page.name}")
    for row in page.rows:
        if row.number not in headed.rows and _says_another(row):
            raise _other(f"row {row.number}")


def _says_another(row: SeenRow) -> bool:
    texts = [cell.text for cell in row.cells.values() if "单位" in cell.text or "元" in cell.text]
    return any(OTHER_UNIT.search(said) or ALONE.fullmatch(said) for said in map(_joined, texts))


def _joined(text: str) -> str:
    return "".join(plain(text).split())


def _other(where: str) -> SheetError:
    return SheetError("unit-differs", f"{where} gives another unit than 元: amounts are in 元")
