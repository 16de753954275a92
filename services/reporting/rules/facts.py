"""What a rule may know: the rows of one union's projections, as they were known at a log_index.

Formulas are handed `Facts` and nothing else, so a verdict depends on facts and not on the order in
which they came.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from services.reporting.projections.books import BudgetLineVersion, Income, Payment
from services.reporting.projections.claims import Claim
from services.reporting.projections.deliveries import Delivery
from services.reporting.projections.health_checks import HealthCheck
from services.reporting.projections.issued_reports import IssuedReport
from services.reporting.projections.meetings import Meeting
from services.reporting.projections.procurements import Procurement
from services.reporting.projections.programmes import Programme
from services.reporting.projections.register import Registration

OWN_SOURCE = "/guildhall/"

UNION_MONEY: frozenset[str] = frozenset({"union_funds", "care_fund"})
"""Funds that are a union's own and no fiscal money (PRC-01)."""


NO_PROGRAMMES: Mapping[str, Programme] = MappingProxyType({})
NO_ROSTERS: Mapping[str, frozenset[str]] = MappingProxyType({})
NO_ROLL: Mapping[str, Registration] = MappingProxyType({})


class Moved(NamedTuple):
    """A number that an issued report states and that the facts give otherwise: `found`, in its
    figure's unit, by the `events` between (None: no such figure is counted any more)."""

    report_id: str
    figure: str
    stated: int
    found: int | None
    events: tuple[UUID, ...]


class Facts(NamedTuple):
    """One union's facts. `known_on` is the civil day by which they were known; what should have
    happened by then and is not here did not happen, as far as anyone says.

    `rosters` are the people on the frozen roster of each programme that has one, as far as it came.
    `records_since` is the first business day the union's records speak of: what lay before may
    simply not have been recorded. `reports` are those that stand, `moved` their numbers that are
    others by now.
    """

    org_id: str
    known_on: date
    records_since: date | None = None
    deliveries: tuple[Delivery, ...] = ()
    programmes: Mapping[str, Programme] = NO_PROGRAMMES
    rosters: Mapping[str, frozenset[str]] = NO_ROSTERS
    roll: Mapping[str, Registration] = NO_ROLL
    claims: tuple[Claim, ...] = ()
    payments: tuple[Payment, ...] = ()
    incomes: tuple[Income, ...] = ()
    budget_lines: tuple[BudgetLineVersion, ...] = ()
    procurements: tuple[Procurement, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    health_checks: tuple[HealthCheck, ...] = ()
    reports: tuple[IssuedReport, ...] = ()
    moved: tuple[Moved, ...] = ()


class Told(Protocol):
    """A row of a stream, and who told it."""

    @property
    def stream(self) -> str: ...
    @property
    def source(self) -> str: ...


Row = TypeVar("Row", bound=Told)


def told_once(rows: Iterable[Row]) -> list[Row]:
    """Each fact once, for whoever adds up: where two sources told of one stream, our own is
    believed, and of two outside sources the first by name. The order of arrival decides nothing."""
    told = list(rows)
    believed: dict[str, tuple[bool, str]] = {}
    for row in told:
        believed[row.stream] = min(believed.get(row.stream, _rank(row)), _rank(row))
    return [row for row in told if _rank(row) == believed[row.stream]]


def _rank(row: Told) -> tuple[bool, str]:
    return not row.source.startswith(OWN_SOURCE), row.source


def named(kind: str, stream: str, source: str) -> str:
    """The subject `kind:id` of a stream `<org>/kind-id`; another source's is told apart by name.

    Sources and streams that differ never share a subject, whatever a stranger calls its streams.
    """
    name = stream.partition("/")[2]
    identity = name.removeprefix(f"{kind}-") if name.startswith(f"{kind}-") else f"/{name}"
    outside = "" if source.startswith(OWN_SOURCE) else f"@{source.rpartition('/')[2]}"
    return f"{kind}:{identity}{outside}"
