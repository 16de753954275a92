"""Benefit programmes (项目): their terms, their frozen roster's head, and how they closed."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.journal.record import Entry
from services.reporting.projections.definition import Key, Projection, changing
from shared.contract.benefits import (
    ProgrammeClosed,
    ProgrammeOpened,
    ProgrammeRenamed,
    RosterFrozen,
)


class Programme(NamedTuple):
    """One programme. `opened`, `frozen` and `closed` are the ids of the events that say so.

    `roster_chunks` counts the chunks seen of `roster_chunks_due`: fewer means that the roster is
    not all here. `issued` (people) and `missed_count` are what its closing stated. Amounts in fen.
    """

    org_id: str
    programme_id: str
    source: str
    title: str | None = None
    occasion: str | None = None
    population: str | None = None
    payment_form: str | None = None
    unit_value_fen: int | None = None
    amount_assumed: bool = False
    fund: str | None = None
    payer: str | None = None
    budget_line: str | None = None
    decision_ref: str | None = None
    opened_on: date | None = None
    opened: UUID | None = None
    roster_as_of: date | None = None
    roster_count: int | None = None
    roster_sha256: str | None = None
    roster_chunks: int = 0
    roster_chunks_due: int = 0
    frozen: UUID | None = None
    closed_on: date | None = None
    issued: int | None = None
    missed_count: int | None = None
    closed: UUID | None = None

    @property
    def roster_complete(self) -> bool:
        """Whether every chunk of a frozen roster is here."""
        return 0 < self.roster_chunks_due == self.roster_chunks


ProgrammeEvent = ProgrammeOpened | ProgrammeRenamed | RosterFrozen | ProgrammeClosed


def _keys(event: ProgrammeEvent, entry: Entry) -> Sequence[Key]:
    return [(event.org_id, event.programme_id, entry.envelope.source)]


def _opened(row: Programme | None, event: ProgrammeOpened, entry: Entry, key: Key) -> Programme:
    return (row or Programme(*key))._replace(
        title=event.title,
        occasion=event.occasion,
        population=event.population,
        payment_form=event.payment_form,
        unit_value_fen=event.unit_value_fen,
        amount_assumed=event.amount_assumed,
        fund=event.fund,
        payer=event.payer,
        budget_line=event.budget_line,
        decision_ref=event.decision_ref,
        opened_on=event.occurred_on,
        opened=entry.envelope.event_id,
    )


def _renamed(row: Programme | None, event: ProgrammeRenamed, _: Entry, key: Key) -> Programme:
    return (row or Programme(*key))._replace(title=event.title)


def _frozen(row: Programme | None, event: RosterFrozen, entry: Entry, key: Key) -> Programme:
    row = row or Programme(*key)
    return row._replace(
        roster_as_of=event.as_of,
        roster_count=event.count,
        roster_sha256=event.sha256,
        roster_chunks=row.roster_chunks + 1,
        roster_chunks_due=event.chunks,
        frozen=row.frozen or entry.envelope.event_id,
    )


def _closed(row: Programme | None, event: ProgrammeClosed, entry: Entry, key: Key) -> Programme:
    row = row or Programme(*key)
    return row._replace(
        closed_on=event.occurred_on,
        issued=event.issued,
        missed_count=event.missed_count,
        closed=row.closed or entry.envelope.event_id,
    )


PROGRAMMES = Projection(
    name="programmes",
    row=Programme,
    key=("org_id", "programme_id", "source"),
    on={
        ProgrammeOpened: changing(_keys, _opened),
        ProgrammeRenamed: changing(_keys, _renamed),
        RosterFrozen: changing(_keys, _frozen),
        ProgrammeClosed: changing(_keys, _closed),
    },
)
