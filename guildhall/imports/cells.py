"""What a cell of an office's sheet says, as a value. A flaw is named, never quoted.

A cell may hold a name, an ID number or a bank account: no error repeats its content (18F/piipan
#446). Readers take text alone, so `110101199003078888` and `0012` keep every digit. Full-width
letters and digits are read as what they show; what could be read in two ways is refused.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

FIRST_YEAR = 1900
"""No date of an office is older; the last year is the next one, for what is planned."""

DAY = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
TIME = r"(?:\s*[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
DATE = re.compile(DAY + TIME)
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
PART_OF_A_DATE = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}\s*月?|\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{4}年?"
)
YEAR_MONTH = re.compile(r"(\d{4})\s*[-/年]\s*(\d{1,2})\s*月?")
DECIMAL_MONTH = re.compile(r"(\d{4})\.(\d{1,2})")
COMPACT_MONTH = re.compile(r"(\d{4})(0[1-9]|1[0-2])")
MONTH = re.compile(r"(\d{1,2})\s*月?(?:\s*[-/.]?\s*\d{1,2}\s*日)?")
AMOUNT = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?")
COUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,7})[份个人名次天套]?")
EMPLOYEE_NO = re.compile(r"(?!TRUE$|FALSE$)(?=.*[0-9A-Za-z])[0-9A-Za-z-]{1,32}")
"""A dash alone stands for none, and TRUE is a ticked box."""

NO_NAMES = frozenset({"同上", "无", "不详", "未知", "待定", "暂无", "空缺"})
NO_DEPARTMENTS = NO_NAMES - {"同上"}
"""Said of a department: there is none, or nobody knows which."""

SEVERAL = re.compile(r"[/、,，;；&+|\\]")
"""Between the names of two people in one cell."""

PERSON_ID = re.compile(r"p-[0-9a-z]{6,40}")
SLUG = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
CJK = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]+")

UNSEEN = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xAD])
"""Characters that show nothing: pages of the web leave them in what is copied from them."""

FULL_WIDTH: dict[int, int | str] = {
    0x3000: " ",
    0xFFE5: "¥",
    **{at: at - 0xFEE0 for at in range(0xFF01, 0xFF5F)},
}

FEN_MAX = 10**13

UNCORRECTED = "\u26a0"
"""Begins a cell of the file of refused rows that was refused for how it showed: what the file holds
there may not be what the sheet showed, and is not taken until somebody removes the mark (⚠)."""


class Cell(NamedTuple):
    """A cell's text, without outer blanks; `flaw` is the code of what makes it unusable."""

    text: str
    flaw: str | None = None


BLANK = Cell("")


class CellError(Exception):
    """A cell cannot be used: `code` is stable; what the cell says is not repeated."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SheetError(Exception):
    """A file as a whole cannot be read: `code` is stable, the message is for a person."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


Reader = Callable[[str], Any]
"""From a cell's text (not empty) to a JSON value. Raises CellError."""


def shown(text: str) -> str:
    """A text as it shows: without what shows nothing, other blanks as blanks, none outside."""
    if text.isascii():
        return text.strip()
    return text.translate(UNSEEN).replace("\xa0", " ").strip()


def plain(text: str) -> str:
    """A text for comparing and for numbers: full-width forms as the usual ones. No more than these
    (as NFKC would): `1²` is not 12, and ① is no 1."""
    return text if text.isascii() else text.translate(FULL_WIDTH).strip()


@lru_cache(maxsize=50_000)
def a_date(text: str) -> str:
    """A civil date in the ways an office writes it, as ISO text; a time of day is left out.

    Raises `date-incomplete` where the year or the day does not show, `invalid-date`.
    """
    asked = plain(text)
    found = DATE.fullmatch(asked) or COMPACT_DATE.fullmatch(asked)
    if not found:
        incomplete = PART_OF_A_DATE.fullmatch(asked)
        raise CellError("date-incomplete" if incomplete else "invalid-date")
    return _day(*map(int, found.groups())).isoformat()


def a_month(text: str) -> int:
    """The month of birth, also where the sheet gives year or day too: those are not kept.

    A number 1985.1 is what a sheet makes of 1985.10 as well. Raises `month-ambiguous`,
    `invalid-month`.
    """
    asked = plain(text)
    found = DATE.fullmatch(asked) or COMPACT_DATE.fullmatch(asked)
    if found:
        try:
            return _day(*map(int, found.groups())).month
        except CellError:
            raise CellError("invalid-month") from None
    if (decimal := DECIMAL_MONTH.fullmatch(asked)) and decimal.group(2) == "1":
        raise CellError("month-ambiguous")
    of_year = decimal or YEAR_MONTH.fullmatch(asked) or COMPACT_MONTH.fullmatch(asked)
    if of_year:
        year, month = map(int, of_year.groups())
        return month if _is_year(year) and 1 <= month <= 12 else _no("invalid-month")
    alone = MONTH.fullmatch(asked)
    month = int(alone.group(1)) if alone else 0
    return month if 1 <= month <= 12 else _no("invalid-month")


def a_year_month(text: str) -> str:
    """A month of a year as `2022-03`. Raises `month-ambiguous`, `invalid-month`."""
    month = a_month(text)
    year = re.match(r"\d{4}", plain(text))
    if year is None:
        raise CellError("invalid-month")
    return f"{year.group()}-{month:02d}"


def fen(text: str) -> int:
    """An amount in 元 as integer fen; never rounded. `1,200.00` has its commas at thousands alone.

    Raises `invalid-amount`, `not-positive`.
    """
    digits = plain(text).removeprefix("人民币").removeprefix("RMB").strip()
    digits = digits.removeprefix("¥").strip()
    digits = re.sub(r"\s*[元圆]整?$", "", digits)
    found = AMOUNT.fullmatch(digits)
    if not found or not digits.isascii():
        raise CellError("invalid-amount")
    minus, whole, cents = found.groups()
    amount = int(whole.replace(",", "")) * 100 + int((cents or "").ljust(2, "0"))
    if minus or not amount:
        raise CellError("not-positive")
    return amount if amount <= FEN_MAX else _no("invalid-amount")


def a_count(text: str) -> int:
    """A whole number from 1, also as `2份`. Raises `invalid-number`, `not-positive`."""
    return count_from_0(text) or _no("not-positive")


def count_from_0(text: str) -> int:
    """A whole number from 0, also as `2人`. Raises `invalid-number`."""
    found = COUNT.fullmatch(plain(text))
    if not found or not found.group(1).isascii():
        raise CellError("invalid-number")
    number = int(found.group(1).replace(",", ""))
    return number if number < 10_000_000 else _no("invalid-number")


def a_year(text: str) -> int:
    """A year such as 2022 or 2022年. Raises `invalid-number`."""
    digits = plain(text).removesuffix("年度").removesuffix("年")
    return int(digits) if re.fullmatch(r"(19|20|21)\d\d", digits) else _no("invalid-number")


def a_name(text: str) -> str:
    """A person's name; blanks within a Chinese one (张　三) only spread it.

    Raises `invalid-name` where it is longer than 60 characters or holds what no name does: no
    letter at all (a dash, a ditto mark), 同上, or the names of two.
    """
    joined = "".join(text.split())
    if joined in NO_NAMES or SEVERAL.search(joined) or not any(map(str.isalpha, joined)):
        raise CellError("invalid-name")
    name = joined if CJK.fullmatch(joined) else " ".join(text.split())
    return name if name and len(name) <= 60 and name.isprintable() else _no("invalid-name")


def a_title(text: str) -> str:
    """A title of up to 120 characters.

    Raises `invalid-title`, also where nothing is named (—, 同上).
    """
    title = " ".join(text.split())
    if not any(map(str.isalnum, title)) or title == "同上":
        raise CellError("invalid-title")
    return title if title and len(title) <= 120 and title.isprintable() else _no("invalid-title")


def a_department(text: str) -> str:
    """A department's name, one way of writing it for all. Raises `invalid-title`, also where it
    names nothing."""
    title = a_title(plain(text))
    return title if len(title) <= 60 and title not in NO_DEPARTMENTS else _no("invalid-title")


def a_department_if_known(text: str) -> str | None:
    """Likewise; None where the office says that it does not know, or that there is none."""
    joined = "".join(plain(text).split())
    nothing = joined in NO_DEPARTMENTS or not any(map(str.isalnum, joined))
    return None if nothing else a_department(text)


def matching(pattern: re.Pattern[str], code: str) -> Reader:
    """A reader of text that has this shape; another is `code`."""

    def read(text: str) -> str:
        asked = plain(text)
        return asked if pattern.fullmatch(asked) else _no(code)

    return read


employee_no = matching(EMPLOYEE_NO, "invalid-employee-no")
"""An employee number, as text: leading zeros count. Raises `invalid-employee-no`."""

slug = matching(SLUG, "invalid-id")
org_id = matching(re.compile(r"[a-z][a-z0-9-]{1,30}"), "invalid-id")
stream = matching(re.compile(r"[a-z0-9./-]{3,120}"), "invalid-id")


def slugs(text: str) -> list[str]:
    """Ids with commas or blanks between. Raises `invalid-id`."""
    return [slug(part) for part in re.split(r"[\s,，、;；]+", text) if part]


def streams(text: str) -> list[str]:
    """Streams with commas or blanks between. Raises `invalid-id`."""
    return [stream(part) for part in re.split(r"[\s,，、;；]+", text) if part]


class one_of:
    """A reader of a word of an office's list (`words`), or of our own value. Raises
    `not-in-list`."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.words = words
        values = {value: value for value in words.values() if isinstance(value, str)}
        self._known = {**values, **{plain(word): value for word, value in words.items()}}

    def __call__(self, text: str) -> Any:
        asked = text if text in self._known else "".join(plain(text).split())
        return self._known[asked] if asked in self._known else _no("not-in-list")


yes_or_no: Reader = one_of(
    {"是": True, "否": False, "√": True, "yes": True, "no": False, "TRUE": True, "FALSE": False}
)


def _is_year(year: int) -> bool:
    return FIRST_YEAR <= year <= date.today().year + 1


def _day(year: int, month: int, day: int) -> date:
    if not _is_year(year):
        raise CellError("invalid-date")
    try:
        return date(year, month, day)
    except ValueError:
        raise CellError("invalid-date") from None


def _no(code: str) -> Any:
    raise CellError(code)
