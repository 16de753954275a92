"""Given events, these rows: what a projection says of a thing."""

from datetime import date
from typing import Any

from services.reporting.projections.definition import Projection
from shared.contract.envelope import DomainEvent
from tests.reporting.history import History, current_rows, folded


def rows(projection: Projection, *happened: DomainEvent) -> list[Any]:
    """The current rows after these events, by key."""
    return rows_of(projection, History()(*happened))


def rows_of(projection: Projection, history: History) -> list[Any]:
    """The current rows after a history, by key."""
    found = current_rows(folded(projection, history.entries()))
    return [found[key] for key in sorted(found, key=str)]


def only(projection: Projection, *happened: DomainEvent) -> Any:
    """The one row."""
    (row,) = rows(projection, *happened)
    return row


def day(text: str) -> date:
    """A day from its ISO date."""
    return date.fromisoformat(text)
