"""What a cell of an office's sheet says, as a value. A flaw is named, never quoted.

A cell may hold a name, an ID number or a bank account: no error repeats its content (18F/piipan
#446). Readers take text alone, so `110101199003078888` and `0012` keep every digit.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]0?0:00(?::00)?)?"
)
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
MONTH = re.compile(r"(?:\d{4}\s*[-/.年]\s*)?(\d{1,2})\s*月?(?:\s*[-/.]?\s*\d{1,2}\s*日?)?")
EMPLOYEE_NO = re.compile(r"[0-9A-Za-z-]{1,32}")
PERSON_ID = re.compile(r"p-[0-9a-z]{6,40}")
SLUG = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")

FEN_MAX = 10**13


class Cell(NamedTuple):
    """A cell's text, without outer blanks; `flaw` is the code of what makes it unusable."""

    text: str
    flaw: str | None = None


class CellError(Exception):
    """A cell cannot be used: `code` is stable; what the cell says is not repeated."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


Reader = Callable[[str], Any]
"""From a cell's text (not empty) to a JSON value. Raises CellError."""


def a_date(text: str) -> str:
    """A civil date in the ways an office writes it, as ISO text. Raises `invalid-date`."""
    found = DATE.fullmatch(text) or COMPACT_DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else _no("invalid-date")
    except ValueError:
        raise CellError("invalid-date") from None


def a_month(text: str) -> int:
    """The month of birth, also where the sheet gives year or day too: those are not kept.

    Raises `invalid-month`.
    """
    found = DATE.fullmatch(text) or COMPACT_DATE.fullmatch(text)
    month = int(found.group(2)) if found else _month_alone(text)
    return month if 1 <= month <= 12 else _no("invalid-month")


def fen(text: str) -> int:
    """An amount in 元 as integer fen; never rounded. Raises `invalid-amount`, `not-positive`."""
    plain = text.replace(",", "").replace("，", "").removeprefix("¥").removeprefix("￥")
    try:
        amount = Decimal(plain.removesuffix("元").strip()) * 100
    except InvalidOperation:
        raise CellError("invalid-amount") from None
    if not amount.is_finite() or amount != amount.to_integral_value() or amount > FEN_MAX:
        raise CellError("invalid-amount")
    return int(amount) if amount > 0 else _no("not-positive")


def a_count(text: str) -> int:
    """A whole number from 1. Raises `invalid-number`, `not-positive`."""
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        raise CellError("invalid-number")
    return int(text) or _no("not-positive")


def a_year(text: str) -> int:
    """A year such as 2022 or 2022年. Raises `invalid-number`."""
    digits = text.removesuffix("年度").removesuffix("年")
    return int(digits) if re.fullmatch(r"(19|20|21)\d\d", digits) else _no("invalid-number")


def a_name(text: str) -> str:
    """A person's name. Raises `invalid-name` where it is longer than 60 characters."""
    return text if len(text) <= 60 else _no("invalid-name")


def matching(pattern: re.Pattern[str], code: str) -> Reader:
    """A reader of text that has this shape; another is `code`."""
    return lambda text: text if pattern.fullmatch(text) else _no(code)


def employee_no(text: str) -> str:
    """An employee number, as text: leading zeros count. Raises `invalid-employee-no`."""
    return text if EMPLOYEE_NO.fullmatch(text) else _no("invalid-employee-no")


slug = matching(SLUG, "invalid-id")
org_id = matching(re.compile(r"[a-z][a-z0-9-]{1,30}"), "invalid-id")
stream = matching(re.compile(r"[a-z0-9./-]{3,120}"), "invalid-id")


def slugs(text: str) -> list[str]:
    """Ids with commas or blanks between. Raises `invalid-id`."""
    return [slug(part) for part in re.split(r"[\s,，、;；]+", text) if part]


def one_of(words: Mapping[str, Any]) -> Reader:
    """A reader of a word of an office's list, or of our own value. Raises `not-in-list`."""
    values = {value: value for value in words.values() if isinstance(value, str)}
    known = {**values, **words}

    def read(text: str) -> Any:
        plain = text.replace("（", "(").replace("）", ")").replace(" ", "")
        return known[plain] if plain in known else _no("not-in-list")

    return read


yes_or_no: Reader = one_of({"是": True, "否": False, "√": True, "yes": True, "no": False})


def _month_alone(text: str) -> int:
    found = MONTH.fullmatch(text)
    return int(found.group(1)) if found else 0


def _no(code: str) -> Any:
    raise CellError(code)
