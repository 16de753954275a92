"""Which period a question is about: FROM..TO, both days included; --year is shorthand."""

from datetime import date
from typing import Annotated, NamedTuple

import typer

Org = Annotated[str, typer.Option("--org", envvar="GUILDHALL_ORG", help="the union's id")]
Year = Annotated[
    int | None, typer.Option("--year", min=1900, max=2200, help="the calendar year, as a period")
]
From = Annotated[str | None, typer.Option("--from", help="first day, such as 2022-09-01")]
To = Annotated[str | None, typer.Option("--to", help="last day, included")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="as known at a log_index, or at an instant such as 2023-01-15T00:00Z"
    ),
]


class Period(NamedTuple):
    """The first and the last day of a period, as ISO dates."""

    first: str
    last: str

    def asked(self, as_of: str | None) -> dict[str, str | None]:
        """The query parameters of a question about it, as known at `as_of`."""
        return {"from": self.first, "to": self.last, "as_of": as_of}


def period_of(year: int | None, first: str | None, last: str | None) -> Period:
    """The period that the options name. Raises typer.BadParameter."""
    if year is not None and first is None and last is None:
        return Period(f"{year}-01-01", f"{year}-12-31")
    if year is None and first is not None and last is not None:
        period = Period(_day("--from", first), _day("--to", last))
        if period.first > period.last:
            raise typer.BadParameter(f"--from {first} is after --to {last}")
        return period
    raise typer.BadParameter("name the period: --year Y, or --from DAY --to DAY")


def _day(option: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as why:
        raise typer.BadParameter(f"{option} {text}: {why}") from why
