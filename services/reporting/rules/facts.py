"""What a rule may know: the rows of one union's projections, as they were known at a log_index.

Formulas are handed `Facts` and nothing else, so a verdict depends on facts and not on the order in
which they came.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from services.reporting.projections.activities import Activity
from services.reporting.projections.books import BudgetLineVersion, Income, Payment
from services.reporting.projections.claims import Claim
from services.reporting.projections.deliveries import Delivery
from services.reporting.projections.health_checks import HealthCheck
from services.reporting.projections.insured import Cover
from services.reporting.projections.issued_reports import IssuedReport
from services.reporting.projections.meetings import Meeting
from services.reporting.projections.procurements import Procurement
from services.reporting.projections.programmes import Programme
from services.reporting.projections.register import Registration
from services.reporting.projections.unions import Union
from services.reporting.rules.dated import HOME

OWN_SOURCE = "/guildhall/"
T = TypeVar("T")

UNION_MONEY: frozenset[str] = frozenset({"union_funds", "care_fund"})
"""Funds that are a union's own and no fiscal money (PRC-01)."""


BySource = Mapping[str, T]
"""What each source told of one thing."""

NO_PROGRAMMES: Mapping[str, BySource[Programme]] = MappingProxyType({})
NO_ROSTERS: Mapping[str, BySource[frozenset[str]]] = MappingProxyType({})
NO_ROLL: Mapping[str, BySource[Registration]] = MappingProxyType({})


class Moved(NamedTuple):
    """A number that an issued report states and that the facts give otherwise: `found`, in its
    figure's unit, by the `events` between (None: no such figure is counted any more)."""

    report_id: str
    figure: str
    stated: int
    found: int | None
    events: tuple[UUID, ...]


class Referred(NamedTuple):
    """What a payment names, as one source tells it: `of` is its kind, payer or organiser; when it
    was decided, approved or met, where that is said."""

    of: str | None
    decided_on: date | None


NOT_REFERRED: Mapping[str, BySource[Referred]] = MappingProxyType({})


class Facts(NamedTuple):
    """One union's facts. `known_on` is the civil day by which they were known; what should have
    happened by then and is not here did not happen, as far as anyone says.

    `programmes`, by id, and the `roll`, by person, are as each source tells them; `rosters` are the
    people on the frozen roster of each programme that has one, as far as it came.
    `records_since` is the first business day the union's records speak of: what lay before may
    simply not have been recorded. `reports` are those that stand, `moved` their numbers that are
    others by now. `referred` is what payments name, by the name of its stream in the union;
    `activities` are those with awards. `jurisdiction` is the place whose rules bind the union.
    """

    org_id: str
    known_on: date
    records_since: date | None = None
    deliveries: tuple[Delivery, ...] = ()
    programmes: Mapping[str, BySource[Programme]] = NO_PROGRAMMES
    rosters: Mapping[str, BySource[frozenset[str]]] = NO_ROSTERS
    roll: Mapping[str, BySource[Registration]] = NO_ROLL
    claims: tuple[Claim, ...] = ()
    payments: tuple[Payment, ...] = ()
    incomes: tuple[Income, ...] = ()
    budget_lines: tuple[BudgetLineVersion, ...] = ()
    procurements: tuple[Procurement, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    health_checks: tuple[HealthCheck, ...] = ()
    reports: tuple[IssuedReport, ...] = ()
    moved: tuple[Moved, ...] = ()
    referred: Mapping[str, BySource[Referred]] = NOT_REFERRED
    activities: tuple[Activity, ...] = ()
    unions: tuple[Union, ...] = ()
    covers: tuple[Cover, ...] = ()
    jurisdiction: str = HOME

    def programme_of(self, gift: Delivery) -> Programme | None:
        """The programme that a gift is of, as its source means it; what was only told in part (its
        roster, its end) is meant where nobody told that it was opened."""
        told = self.programmes.get(gift.programme_id, {})
        opened = {source: row for source, row in told.items() if row.opened is not None}
        return nearest(opened, gift.source) or nearest(told, gift.source)

    def registered(self, gift: Delivery) -> Registration | None:
        """Who the recipient of a gift is, by the register that its source means; a row that says
        nothing of a membership is meant last."""
        told = self.roll.get(gift.person_id, {})
        joined = {source: row for source, row in told.items() if row.member_from is not None}
        return nearest(joined, gift.source) or nearest(told, gift.source)


def nearest(told: BySource[T], source: str) -> T | None:
    """Whose word a fact of `source` refers to. A fact of ours refers to ours alone; another's to
    its own source's, else to ours, else to another's, the first by name."""
    if not is_outside(source):
        told = {each: row for each, row in told.items() if not is_outside(each)}
    if not told:
        return None
    return told[min(told, key=lambda each: (each != source, is_outside(each), each))]


def is_outside(source: str) -> bool:
    """Whether a source is none of our contexts."""
    return not source.startswith(OWN_SOURCE)


class Told(Protocol):
    """A row, and who told it."""

    @property
    def source(self) -> str: ...


class ToldInStream(Told, Protocol):
    """A row of a stream, and who told it."""

    @property
    def stream(self) -> str: ...


Row = TypeVar("Row", bound=Told)
StreamRow = TypeVar("StreamRow", bound=ToldInStream)


def told_once(rows: Iterable[StreamRow]) -> list[StreamRow]:
    """Each fact once, for whoever adds up, where two sources told of one stream."""
    return once_each(rows, lambda row: row.stream)


def once_each(rows: Iterable[Row], thing: Callable[[Row], Hashable]) -> list[Row]:
    """The rows of each thing that one source told: where two sources told of it, our own is
    believed, and of two outside sources the first by name. The order of arrival decides nothing."""
    told = list(rows)
    believed: dict[Hashable, tuple[bool, str]] = {}
    for row in told:
        believed[thing(row)] = min(believed.get(thing(row), _rank(row)), _rank(row))
    return [row for row in told if _rank(row) == believed[thing(row)]]


def _rank(row: Told) -> tuple[bool, str]:
    return is_outside(row.source), row.source


def subject(kind: str, name: str, source: str) -> str:
    """The subject `kind:name` of a thing that ours tells; another source's is told apart."""
    outside = f"@{source.rpartition('/')[2]}" if is_outside(source) else ""
    return f"{kind}:{name}{outside}"


def named(kind: str, stream: str, source: str) -> str:
    """The subject `kind:id` of a stream `<org>/kind-id`; another source's is told apart by name.

    Sources and streams that differ never share a subject, whatever a stranger calls its streams.
    """
    name = stream.partition("/")[2]
    identity = name.removeprefix(f"{kind}-") if name.startswith(f"{kind}-") else f"/{name}"
    return subject(kind, identity, source)
