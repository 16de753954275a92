"""Two clocks of a question: which days it is about, and what was known when it is answered."""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from services.reporting.journal import log as journal
from shared.contract.instants import read_instant
from shared.contract.values import SHANGHAI
from shared.errors import ContractViolation, Invalid

YEARS = range(1900, 2201)


class Period(NamedTuple):
    """Days of a question, both included."""

    first: date
    last: date


def period_of(year: int | None, first: date | None, last: date | None) -> Period:
    """FROM..TO, or the calendar year `year`. Raises Invalid `period-missing`, `period-invalid`."""
    if first is not None and last is not None and year is None:
        if first > last:
            raise Invalid("period-invalid", f"the first day {first} is after the last, {last}")
        return Period(first, last)
    if year is not None and first is None and last is None:
        if year not in YEARS:
            raise Invalid("period-invalid", f"{year} is not a year from 1900 to 2200")
        return Period(date(year, 1, 1), date(year, 12, 31))
    raise Invalid("period-missing", "name the period: from and to, or year")


def knowledge_of(as_of: str) -> int | datetime:
    """What `as_of` means: a log_index, or an instant. A date means the end of that day in China.

    Raises Invalid `as-of-invalid`.
    """
    try:
        if as_of.isascii() and as_of.isdigit() and len(as_of) < 19:
            return int(as_of)
        if len(as_of) == len("2022-12-15"):
            day = date.fromisoformat(as_of) + timedelta(days=1)
            return datetime.combine(day, time(), SHANGHAI) - timedelta(microseconds=1)
        return read_instant(as_of)
    except (ValueError, OverflowError, ContractViolation) as why:
        raise Invalid(
            "as-of-invalid", f"{as_of!r} is no log_index, date or instant: {why}"
        ) from None


async def log_index_of(connection: Any, as_of: str | None) -> int:
    """The log_index a question is answered at: now, or what was known as of then.

    Raises Invalid `as-of-invalid`.
    """
    last = await journal.last_index(connection)
    if as_of is None:
        return last
    known = knowledge_of(as_of)
    if isinstance(known, int):
        return min(known, last)
    return await journal.index_known_at(connection, known)
