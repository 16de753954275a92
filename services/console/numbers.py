"""Numbers and days as the pages write them, in every language: 162,600.00 and 2022-09-08."""

from datetime import datetime
from typing import Any

from shared.contract.values import SHANGHAI

MINUS = "−"
UNKNOWN = "—"


def plain(value: int | None, scale: int = 0) -> str:
    """An integer of 10^-scale units, its thousands set off: fen are of scale 2. None is unknown,
    and never a zero."""
    if value is None:
        return UNKNOWN
    whole, rest = divmod(abs(value), 10**scale)
    digits = f"{whole:,}" + (f".{rest:0{scale}d}" if scale else "")
    return f"{MINUS}{digits}" if value < 0 else digits


def change(before: int | None, after: int | None, scale: int = 0) -> str:
    """What moved, signed; empty where nothing did or one of the two is unknown."""
    if before is None or after is None or before == after:
        return ""
    moved = plain(after - before, scale)
    return moved if after < before else f"+{moved}"


def share(part: int, whole: int) -> str:
    """A part of a whole in per cent, to one decimal; of nothing there is no share."""
    return f"{100 * part / whole:.1f}%" if whole else UNKNOWN


def day(value: str | None) -> str:
    """A date as answered (ISO 8601), or the day in China of an instant."""
    if not value:
        return UNKNOWN
    return value if len(value) == 10 else moment(value)[:10]


def moment(value: str | None) -> str:
    """An instant as answered, to the minute, in China's time."""
    if not value:
        return UNKNOWN
    return f"{datetime.fromisoformat(value).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def shortened(code: str | None) -> str:
    """A person's code or a hash, short enough for a table: the first and last letters."""
    if not code:
        return UNKNOWN
    return code if len(code) <= 14 else f"{code[:6]}…{code[-4:]}"


FILTERS: dict[str, Any] = {
    "plain": plain,
    "share": share,
    "day": day,
    "moment": moment,
    "shortened": shortened,
}
"""What templates call them; a number is written by the macro `number` alone."""
