"""What a page is about, by its address: union, period, known as of when, compared with when.

    /tjtc/2022/figures/gift_mid_autumn_portions?as_of=12538&compare=12685

A period is a year, or two days with `..` between them. Knowledge time is a log_index; a day in an
address is answered with the address of the log_index that it stands for.
"""

import re
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from shared.contract.admissible import FIRST_YEAR
from shared.errors import Invalid, Unknown
from shared.http.pages import LAST_YEAR

ORG = re.compile(r"[a-z][a-z0-9-]{1,30}")
SEPARATOR = ".."
OWN_ADDRESSES = frozenset(
    {
        "contract", "find", "go", "help", "language", "livez", "metrics", "ops", "readyz",
        "sign-in", "sign-out", "signed-out", "static",
    }
)  # fmt: skip
"""What an address of ours begins with: the pages of a union of that id could not be reached."""


class Period(NamedTuple):
    """Days of a page, both included; `said` as its address has them."""

    said: str
    first: date
    last: date

    @property
    def year(self) -> int | None:
        """The calendar year that it is, if it is one."""
        whole = (self.first.month, self.first.day, self.last.month, self.last.day)
        same = self.first.year == self.last.year
        return self.first.year if same and whole == (1, 1, 12, 31) else None

    @property
    def before(self) -> "Period | None":
        """The year before, where it is a year."""
        return None if self.year is None or self.year == FIRST_YEAR else of_year(self.year - 1)


class Scope(NamedTuple):
    """The four values of the bar. `as_of` and `compare` are log indexes, None for now and for no
    comparison; `known` is what reporting says about the union and that time."""

    org: str
    period: Period
    as_of: int | None
    compare: int | None
    known: dict[str, Any]

    @property
    def at(self) -> int:
        """The log_index that the page is answered at."""
        return int(self.known["log_index"])

    @property
    def past(self) -> bool:
        """Whether the page is about an earlier knowledge time than now."""
        return self.as_of is not None and self.at < int(self.known["last_index"])

    @property
    def question(self) -> dict[str, Any]:
        """The parameters of a question to reporting: all of a page at one knowledge time."""
        return {"from": self.period.first, "to": self.period.last, "as_of": self.at}

    def to(self, page: str = "", **query: Any) -> str:
        """The address of a page of this union and period, known as of then."""
        path = f"/{self.org}/{self.period.said}" + (f"/{quote(page)}" if page else "")
        return self.address(path, **query)

    def event(self, event_id: str, **query: Any) -> str:
        """The address of an event's page; it keeps the period to lead back to."""
        return self.address(f"/{self.org}/events/{event_id}", period=self.period.said, **query)

    def address(self, path: str, **query: Any) -> str:
        """`path` with the knowledge time and the comparison, and `query`; None is left out."""
        carried = {"as_of": self.as_of, "compare": self.compare, **query}
        given = {name: value for name, value in carried.items() if value not in (None, "")}
        return f"{path}?{urlencode(given)}" if given else path


def of_year(year: int) -> Period:
    """A calendar year."""
    return Period(str(year), date(year, 1, 1), date(year, 12, 31))


def period_of(said: str) -> Period:
    """The period that an address names. Raises Unknown `not-found`: it is part of the path."""
    try:
        if said.isascii() and said.isdigit() and FIRST_YEAR <= int(said) <= LAST_YEAR:
            return of_year(int(said))
        first, last = (date.fromisoformat(each) for each in said.split(SEPARATOR))
    except ValueError:
        raise Unknown("not-found", f"{said!r} is no period") from None
    if not FIRST_YEAR <= first.year <= last.year <= LAST_YEAR or first > last:
        raise Unknown("not-found", f"{said!r} is no period")
    return Period(f"{first}{SEPARATOR}{last}", first, last)


def union_of(said: str) -> str:
    """The union that an address names. Raises Unknown `not-found`."""
    if not ORG.fullmatch(said):
        raise Unknown("not-found", f"{said!r} names no union")
    return said


def index_of(said: str | None) -> int | str | None:
    """A knowledge time as an address says it: a log_index, or a day that stands for one, or none.

    Raises Invalid `as-of-invalid`.
    """
    if not said:
        return None
    if said.isascii() and said.isdigit() and len(said) < 19:
        return int(said)
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise Invalid("as-of-invalid", f"{said!r} is no log_index and no day") from None
