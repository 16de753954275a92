"""A number of a workbook as its format shows it (ECMA-376-1 §18.8.30, §18.8.31).

A person reads what is shown: 35 under `0000` is 0035, 42248 under format 31 is 2015年9月1日. What a
format hides (a year, decimals, thousands, the whole cell) is named as a flaw, because nobody who
looks at the sheet can tell it.
"""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from openpyxl.styles.numbers import BUILTIN_FORMATS

from guildhall.imports.cells import Cell

EXACT_DIGITS = 15
"""More digits than this a spreadsheet's number cannot hold: they were rounded."""

GENERAL = "General"
YEAR_MONTH, MONTH_DAY, WHOLE = 'yyyy"年"m"月"', 'm"月"d"日"', 'yyyy"年"m"月"d"日"'
CHINESE = {
    27: YEAR_MONTH, 28: MONTH_DAY, 29: MONTH_DAY, 30: "m-d-yy", 31: WHOLE, 32: "h:mm",
    33: "h:mm:ss", 34: "h:mm", 35: "h:mm:ss", 36: YEAR_MONTH, 50: YEAR_MONTH, 51: MONTH_DAY,
    52: YEAR_MONTH, 53: MONTH_DAY, 54: MONTH_DAY, 55: "h:mm", 56: "h:mm:ss", 57: YEAR_MONTH,
    58: MONTH_DAY,
}  # fmt: skip
"""The built-in formats of Excel in Chinese, which a file names by number alone (§18.8.30)."""

BUILT_IN = {**BUILTIN_FORMATS, **CHINESE}

TOKEN = re.compile(r'"[^"]*"|\\.|!.|_.|\*.|\[[^\]]*\]|General|AM/PM|A/P|上午/下午|[Ee][+-]|.', re.S)
DATE_LETTERS = frozenset("ymdhs")
EPOCH_1900, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
MINUS = frozenset("-−－(（负△▲")
LAST_SERIAL = 2_958_466  # the first of the year 10000


class Section(NamedTuple):
    """One of a format's sections: how numbers of one sign show.

    `pattern` is its digits, such as `#,##0.00`; of a date `parts` are the letters y, m, d, h.
    `strange`: it scales, divides or compares, so that what is shown is not the number.
    """

    before: str
    pattern: str
    after: str
    parts: frozenset[str]
    strange: bool = False


@lru_cache(maxsize=4096)
def sections_of(code: str) -> tuple[Section, ...]:
    """The sections of a format code: positive, negative, zero, text."""
    parts: list[list[str]] = [[]]
    for token in TOKEN.findall(code.replace("G/通用格式", GENERAL)):
        if token == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(_section(tokens) for tokens in parts)


def _section(tokens: list[str]) -> Section:
    before = pattern = after = ""
    letters: list[str] = []
    strange = False
    for token in tokens:
        literal = _literal(token)
        if literal is not None:
            strange |= token[0] == "[" and token[1:2] in "<>=D"
            before, after = (before, after + literal) if pattern else (before + literal, after)
        elif token == GENERAL:
            pattern = GENERAL
        elif letter := _letter(token):
            letters.append(letter)
        elif token[0] in "0#?.,":
            strange |= bool(after) and token[0] in "0#?"
            pattern += token
        elif token in {"%", "@"}:
            after, pattern = after + token, pattern or token
        else:
            strange |= token[0] in "/Ee"
            before, after = (before, after + token) if pattern else (before + token, after)
    strange |= pattern.endswith(",") or pattern.count(".") > 1
    return Section(before, pattern, after, _parts(letters), strange and not letters)


def _letter(token: str) -> str:
    """Of a date's letters the one that a token is: y, m, d, h or s; else nothing."""
    if token in {"AM/PM", "A/P", "上午/下午"}:
        return "h"
    first = token.strip("[").lower()[:1]
    if token in {"e", "b"}:
        return "y"
    return first if first in DATE_LETTERS and token not in {"E+", "E-", "e+", "e-"} else ""


def _parts(letters: list[str]) -> frozenset[str]:
    """What shows of a date. An m beside hours or seconds is minutes."""
    groups = [each for at, each in enumerate(letters) if at == 0 or letters[at - 1] != each]
    minutes = {
        at
        for at, each in enumerate(groups)
        if each == "m" and ("h" in groups[max(at - 1, 0) : at] or "s" in groups[at + 1 : at + 2])
    }
    return frozenset(each for at, each in enumerate(groups) if at not in minutes)


def _literal(token: str) -> str | None:
    """What a token shows by itself, or None where the number decides."""
    match token[0]:
        case '"' if len(token) > 1:
            return token[1:-1]
        case "\\" | "!" if len(token) > 1:
            return token[1:]
        case "_" | "*" if len(token) > 1:
            return ""
        case "[":
            currency = re.fullmatch(r"\[\$([^\]-]*)(?:-[^\]]*)?\]", token)
            if currency:
                return currency.group(1)
            return None if re.fullmatch(r"\[(h+|m+|s+)\]", token, re.I) else ""
    return None


def number_shown(digits: str, code: str, *, epoch_1904: bool = False) -> Cell:
    """A number, as the file has its digits, under a format. Flaws: `digits-lost`, `not-a-date`,
    `hidden-by-format`, `format-hides-digits`, `number-format`."""
    value = Decimal(format(float(digits), f".{EXACT_DIGITS}g"))
    sections = sections_of(code)
    section = _chosen(sections, value)
    if section.parts:
        return _moment(float(digits), section.parts, epoch_1904)
    text = _plain(value)
    if abs(value) >= 10**EXACT_DIGITS:
        return Cell(text, "digits-lost")
    if not section.pattern:
        return Cell(text, "number-format" if section.before else "hidden-by-format")
    if section.strange:
        return Cell(text, "number-format")
    if section.pattern in {GENERAL, "@"}:
        return Cell(section.before + text + section.after.replace("@", ""))
    cell = _digits(value, section, minus=value < 0 and section is sections[0])
    if value < 0 and not MINUS.intersection(cell.text):
        return Cell(
            _plain(value), "number-format"
        )  # red alone, or nothing, says that it is below 0
    return cell


def text_hidden(code: str) -> bool:
    """Whether a format shows nothing of a text (`;;;`)."""
    sections = sections_of(code)
    return len(sections) == 4 and not any(sections[3][:3])


def _chosen(sections: tuple[Section, ...], value: Decimal) -> Section:
    if value < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if value == 0 and len(sections) > 2 else sections[0]


def _digits(value: Decimal, section: Section, *, minus: bool) -> Cell:
    percent = "%" in section.before + section.after
    number = abs(value) * (100 if percent else 1)
    whole, _, cents = section.pattern.partition(".")
    places = sum(cents.count(mark) for mark in "0#?")
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if rounded != number:
        return Cell(_plain(value), "format-hides-digits")
    before, _, after = format(rounded, "f").partition(".")
    optional = len(cents) - len(cents.rstrip("#?"))
    kept = after.rstrip("0").ljust(places - optional, "0") if optional else after
    before = before.zfill(whole.count("0")) if before != "0" else "0" * whole.count("0")
    if "," in whole and before:
        before = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", before)
    sign = "-" if minus else ""
    shown = sign + section.before + before + (f".{kept}" if kept else "") + section.after
    return Cell(shown.strip())


def _moment(serial: float, parts: frozenset[str], epoch_1904: bool) -> Cell:
    """A date as ISO text where year, month and day show; else in Chinese what does show."""
    if not parts & frozenset("ymd"):
        return Cell("", "not-a-date")
    if not 0 <= serial < LAST_SERIAL or (not epoch_1904 and 60 <= serial < 61):
        return Cell("", "not-a-date")  # 60 is the 29 February 1900 that never was
    early = 1 if not epoch_1904 and serial < 60 else 0
    day = (EPOCH_1904 if epoch_1904 else EPOCH_1900) + timedelta(days=int(serial) + early)
    if parts >= frozenset("ymd"):
        return Cell(day.date().isoformat())
    year = f"{day.year}年" if "y" in parts else ""
    month = f"{day.month}月" if "m" in parts else ""
    return Cell(year + month + (f"{day.day}日" if "d" in parts else ""))


def _plain(value: Decimal) -> str:
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
