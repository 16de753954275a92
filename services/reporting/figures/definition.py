"""What a figure is: a named measure of lists of lines; the number is their count or sum.

Rules turn an event into lines, each in one list (清单), such as `gift.birth.member`. A figure names
the lists it measures, and how: persons (distinct subjects), count (lines), quantity (portions,
sessions, days) or amount_fen (integer fen). So one line serves every figure that measures its list.
A *flow* measures the lines of a period; a *stock* those that stand at the period's last day.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from services.reporting.journal.record import Entry
from shared.contract.envelope import DomainEvent

Measure = Literal["persons", "count", "quantity", "amount_fen"]


class Counted(NamedTuple):
    """The event adds a line to `list`. `item` names the line, across all lists and events, so that
    a later event can end it or take it back; `subject` is whom it counts (a person or a thing).

    `assumed`: the amount is an assumption, not from a document. `first`: nothing of this name can
    stand before the event, so nothing is looked up.
    """

    list: str
    item: str
    subject: str
    occurred_on: date
    quantity: int = 1
    amount_fen: int | None = None
    assumed: bool = False
    first: bool = False


class Ended(NamedTuple):
    """The event ends a stock's line: on `on` and after it no longer stands."""

    item: str
    on: date


class Dropped(NamedTuple):
    """The event takes a line back: it is not counted, as known from this event on."""

    item: str


class Moved(NamedTuple):
    """The event moves a line that stands to another list; its days stay."""

    item: str
    list: str


Effect = Counted | Ended | Dropped | Moved
Rule = Callable[[Any, Entry], tuple[Effect, ...]]
Rules = Mapping[type[DomainEvent], Rule]


Only = Literal["women", "of_staff_congress", "without_incident"]
"""What must hold of a line beyond its list; other facts decide, as known at the same log_index.

`women`: the subject is registered as a woman. `of_staff_congress`: the subject, `meeting/…`, is of
a 教代会. `without_incident`: no incident is reported in the month that the subject names.
"""


class Figure(NamedTuple):
    """One figure: its name, Chinese title, unit (名, 份, 次, 元, …), measure and lists.

    Lines that do not meet `only` are not counted. `report_line` is the line of the 2022 report it
    stands for (0: not in the report).
    """

    name: str
    title: str
    unit: str
    measure: Measure
    lists: tuple[str, ...]
    stock: bool = False
    report_line: int = 0
    only: Only | None = None


def once(
    name: str,
    subject: str,
    event: DomainEvent,
    entry: Entry,
    *,
    part: str | int = "",
    quantity: int = 1,
    amount_fen: int | None = None,
    assumed: bool = False,
) -> Counted:
    """A line of the list `name` that nothing but its own event can change. `part`: which of several
    things of a day it is about, such as the session, so that two sources' are told apart."""
    item = of_event(name, entry, part)
    return Counted(name, item, subject, event.occurred_on, quantity, amount_fen, assumed, True)


def of_event(family: str, entry: Entry, part: str | int = "") -> str:
    """The item of a line that is its event's own; two sources may use one event id. Before the `!`
    stands what it is about, as in `of_stream`."""
    envelope = entry.envelope
    about = f"{family}:{envelope.stream}" + (f"#{part}" if part != "" else "")
    return f"{about}!{envelope.event_id}@{envelope.source}"


def stream_line(
    name: str,
    family: str,
    subject: str,
    event: DomainEvent,
    entry: Entry,
    *,
    quantity: int = 1,
    amount_fen: int | None = None,
    assumed: bool = False,
    part: str | int = "",
) -> Counted:
    """A line of the list `name` that a later event of the same stream can end or take back, by
    `of_stream(family, entry, part)`."""
    item, first = of_stream(family, entry, part), entry.opens_stream
    return Counted(name, item, subject, event.occurred_on, quantity, amount_fen, assumed, first)


def of_stream(family: str, entry: Entry, part: str | int = "") -> str:
    """The item of a line that a later event of the same stream can end or take back. `part`: which
    of several that the stream holds.

    The source is part of it: two sources may name the same stream. Before it stands what the line
    is about, whoever tells it: of two sources one counts (`queries/conflicts.py`).
    """
    fact = f"{family}:{entry.envelope.stream}" + (f"#{part}" if part != "" else "")
    return f"{fact}@{entry.envelope.source}"
