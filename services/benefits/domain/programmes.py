"""One benefit programme (项目): opened, its roster frozen once, portions from above, closed.

Each decision's refusals stand in its docstring, first come first.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import assert_never

from services.benefits.commands.programmes import (
    ApplyForPortions,
    CloseProgramme,
    FreezeRoster,
    OpenProgramme,
    ReceivePortions,
    RenameProgramme,
)
from services.benefits.domain.people import missed_of, require_readable
from shared.contract.benefits import (
    GiftApplied,
    GiftReceived,
    ProgrammeClosed,
    ProgrammeOpened,
    ProgrammeRenamed,
    RosterFrozen,
)
from shared.decider.dates import not_in_future
from shared.decider.row_refusals import listed_twice, refuse_rows
from shared.errors import Conflict, Invalid, Unknown

ProgrammeEvent = (
    ProgrammeOpened | ProgrammeRenamed | RosterFrozen | GiftApplied | GiftReceived | ProgrammeClosed
)

CHUNK = 1000
"""Ids in one event: large sets travel in pieces with count and hash."""


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme that was opened. `roster` is empty until it is frozen; None in its place: none.

    `terms` bear its name as it is now. `closed` is what ended it: nothing more is issued,
    signatures and returns still come in.
    """

    terms: ProgrammeOpened
    roster: tuple[RosterFrozen, ...] = ()
    applied: int = 0
    received: int = 0
    closed: ProgrammeClosed | None = None

    def person_ids(self) -> list[str]:
        """The person ids on the frozen roster, in order."""
        return list(chain.from_iterable(part.person_ids for part in self.roster))


def evolve(state: Programme | None, event: ProgrammeEvent) -> Programme:
    """The programme after one more event."""
    if isinstance(event, ProgrammeOpened):
        return Programme(event)
    assert state is not None, f"{event.type_name()} before ProgrammeOpened"
    match event:
        case ProgrammeRenamed():
            return replace(state, terms=state.terms.model_copy(update={"title": event.title}))
        case RosterFrozen():
            return replace(state, roster=(*state.roster, event))
        case GiftApplied():
            return replace(state, applied=state.applied + event.quantity)
        case GiftReceived():
            return replace(state, received=state.received + event.quantity)
        case ProgrammeClosed():
            return replace(state, closed=event)
        case _:
            assert_never(event)


def open_programme(
    state: Programme | None, command: OpenProgramme, org_id: str, today: date
) -> list[ProgrammeEvent]:
    """Raises Invalid `date-in-future`; Conflict `programme-exists`."""
    not_in_future(today, command.opened_on, command.source_recorded_on)
    if state is not None:
        raise Conflict("programme-exists", f"{command.programme_id}: {state.terms.title}")
    return [
        ProgrammeOpened(
            org_id=org_id,
            occurred_on=command.opened_on,
            programme_id=command.programme_id,
            title=command.title,
            occasion=command.occasion,
            population=command.population,
            payment_form=command.payment_form,
            unit_value_fen=command.unit_value_fen,
            amount_assumed=command.amount_assumed,
            fund=command.fund,
            payer=command.payer,
            budget_line=command.budget_line,
            decision_ref=command.decision_ref,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def rename_programme(
    state: Programme | None, command: RenameProgramme, org_id: str, today: date
) -> list[ProgrammeEvent]:
    """Correct its name, closed or not.

    Raises Invalid `date-in-future`; Unknown `unknown-programme`; Conflict `nothing-changes`.
    """
    not_in_future(today, command.renamed_on, command.source_recorded_on)
    if state is None:
        raise Unknown("unknown-programme", f"no programme {command.programme_id}")
    if state.terms.title == command.title:
        raise Conflict("nothing-changes", f"{command.programme_id} is called so already")
    return [
        ProgrammeRenamed(
            org_id=org_id,
            occurred_on=command.renamed_on,
            programme_id=command.programme_id,
            title=command.title,
            reason=command.reason,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def freeze_roster(
    state: Programme | None,
    command: FreezeRoster,
    org_id: str,
    today: date,
    belonging: Sequence[str],
) -> list[RosterFrozen]:
    """Freeze the people listed, or else `belonging`: who belongs to the population on `as_of`.

    Raises Invalid `date-in-future`, `listed-twice`; Unknown `unknown-programme`; Conflict
    `programme-closed`, `roster-frozen-already`, `population-differs`; Invalid `people-needed`;
    Conflict `roster-empty`, `count-differs`.
    """
    not_in_future(today, command.as_of, command.source_recorded_on)
    refuse_rows(listed_twice(command.person_ids or ()), {"listed-twice": Invalid})
    programme = require_open(state, command.programme_id)
    if programme.roster:
        raise Conflict(
            "roster-frozen-already",
            f"{command.programme_id} has its roster as of {programme.roster[0].as_of},"
            f" {programme.roster[0].count} people",
        )
    population = programme.terms.population
    if command.population not in (None, population):
        raise Conflict(
            "population-differs",
            f"{command.programme_id} is for {population}, not {command.population}",
        )
    if command.person_ids is None:
        require_readable(population)
    people = sorted(command.person_ids or belonging)
    if not people:
        raise Conflict("roster-empty", f"our copy has no {population} on {command.as_of}")
    if command.expected_count not in (None, len(people)):
        raise Conflict(
            "count-differs",
            f"{command.expected_count} expected, {len(people)} found on {command.as_of}",
            expected=command.expected_count,
            found=len(people),
        )
    return _roster(command, org_id, people)


def _roster(command: FreezeRoster, org_id: str, people: Sequence[str]) -> list[RosterFrozen]:
    parts, digest = chunks(people), roster_sha256(people)
    return [
        RosterFrozen(
            org_id=org_id,
            occurred_on=command.as_of,
            programme_id=command.programme_id,
            as_of=command.as_of,
            chunk=number,
            chunks=len(parts),
            person_ids=tuple(part),
            count=len(people),
            sha256=digest,
            source_recorded_on=command.source_recorded_on,
        )
        for number, part in enumerate(parts, start=1)
    ]


def apply_for_portions(
    state: Programme | None, command: ApplyForPortions, org_id: str, today: date
) -> list[ProgrammeEvent]:
    """Raises Invalid `date-in-future`; Unknown `unknown-programme`; Conflict
    `programme-closed`."""
    not_in_future(today, command.applied_on, command.source_recorded_on)
    programme = require_open(state, command.programme_id)
    return [
        GiftApplied(
            org_id=org_id,
            occurred_on=command.applied_on,
            programme_id=command.programme_id,
            occasion=programme.terms.occasion,
            quantity=command.quantity,
            to_org=command.to_org,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def receive_portions(
    state: Programme | None, command: ReceivePortions, org_id: str, today: date
) -> list[ProgrammeEvent]:
    """Raises Invalid `date-in-future`; Unknown `unknown-programme`; Conflict
    `programme-closed`."""
    not_in_future(today, command.received_on, command.source_recorded_on)
    programme = require_open(state, command.programme_id)
    return [
        GiftReceived(
            org_id=org_id,
            occurred_on=command.received_on,
            programme_id=command.programme_id,
            occasion=programme.terms.occasion,
            quantity=command.quantity,
            from_org=command.from_org,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def close_programme(
    state: Programme | None,
    command: CloseProgramme,
    org_id: str,
    today: date,
    *,
    received: Collection[str],
    merged: Mapping[str, str] = {},
) -> list[ProgrammeClosed]:
    """Close it; missed is who stands on the roster and is not among `received`, in neither record
    (`merged`: of each record that was merged, the one that is kept).

    Raises Invalid `date-in-future`; Unknown `unknown-programme`; Conflict `programme-closed`.
    """
    not_in_future(today, command.closed_on, command.source_recorded_on)
    programme = require_open(state, command.programme_id)
    missed = missed_of(programme.person_ids(), received, merged)
    parts = chunks(missed)
    return [
        ProgrammeClosed(
            org_id=org_id,
            occurred_on=command.closed_on,
            programme_id=command.programme_id,
            issued=len(received),
            chunk=number,
            chunks=len(parts),
            missed=tuple(part),
            missed_count=len(missed),
            occasion=programme.terms.occasion,
            source_recorded_on=command.source_recorded_on,
        )
        for number, part in enumerate(parts, start=1)
    ]


def require_open(state: Programme | None, programme_id: str) -> Programme:
    """The programme, open. Raises Unknown `unknown-programme`; Conflict `programme-closed`."""
    if state is None:
        raise Unknown("unknown-programme", f"no programme {programme_id}")
    if state.closed is not None:
        raise Conflict("programme-closed", f"{programme_id} closed on {state.closed.occurred_on}")
    return state


def roster_sha256(person_ids: Iterable[str]) -> str:
    """The hash of a roster: SHA-256 of its ids, sorted and joined by newlines (the contract)."""
    return hashlib.sha256("\n".join(sorted(person_ids)).encode()).hexdigest()


def chunks(person_ids: Sequence[str]) -> list[Sequence[str]]:
    """The ids in pieces of at most CHUNK; one empty piece when there are none."""
    return [person_ids[at : at + CHUNK] for at in range(0, len(person_ids), CHUNK)] or [()]
