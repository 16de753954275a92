"""Deliveries (慰问品): each is a stream of its own, issued, signed for, perhaps returned.

Each decision's refusals stand in its docstring, first come first. A returned gift may be issued
again; a signature or a return may come after the programme was closed, because it happened.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never

from services.benefits.commands.gifts import (
    IssueGift,
    IssueGiftsToRoster,
    ReturnGift,
)
from services.benefits.domain.bulk_event import BulkEvent, Recipient
from services.benefits.domain.people import (
    PersonStatus,
    as_received,
    capacity_in,
    named_as_kept,
)
from services.benefits.domain.programmes import Programme, require_open
from shared.contract.benefits import (
    GiftIssued,
    GiftIssuedAgain,
    GiftReceiptSigned,
    GiftReturned,
)
from shared.contract.values import Capacity
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.decider.row_refusals import refuse_rows, refused_row
from shared.errors import Conflict, Invalid

GiftEvent = GiftIssued | GiftReceiptSigned | GiftReturned | GiftIssuedAgain


@dataclass(frozen=True, slots=True)
class Issued:
    """Handed over, not yet signed for; `again`: what was handed over again since."""

    terms: GiftIssued
    again: tuple[GiftIssuedAgain, ...] = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """Handed over and signed for."""

    terms: GiftIssued
    receipt: GiftReceiptSigned
    again: tuple[GiftIssuedAgain, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """Came back: it may be issued again. `receipt`: it had been signed for. `in_error`: who
    returned it said that it was never issued."""

    terms: GiftIssued
    returned_on: date
    receipt: GiftReceiptSigned | None = None
    in_error: bool = False


Gift = Issued | Signed | Returned | None
"""None: nothing was issued to this person in this programme."""


def evolve(state: Gift, event: GiftEvent) -> Gift:
    """The delivery after one more event."""
    match event:
        case GiftIssued():
            return Issued(event)
        case GiftReceiptSigned():
            assert isinstance(state, Issued), f"signed in state {state}"
            return Signed(state.terms, event, state.again)
        case GiftIssuedAgain():
            assert isinstance(state, Issued | Signed), f"issued again in state {state}"
            return replace(state, again=(*state.again, event))
        case GiftReturned():
            assert isinstance(state, Issued | Signed), f"returned in state {state}"
            receipt = state.receipt if isinstance(state, Signed) else None
            in_error = event.reason == "entered_in_error"
            return Returned(state.terms, event.occurred_on, receipt, in_error)
        case _:
            assert_never(event)


def issue_gift(
    state: Gift, command: IssueGift, org_id: str, today: date, *, programme: Programme | None
) -> list[GiftIssued]:
    """Issue to one person, on the roster or off it.

    Where the population is `named` and no roster was frozen, whoever receives is meant. What came
    back is issued again, but not as it was issued before: that is a list sent a second time. What
    was entered in error never was: who sends a list again asks that it stays so (eventstore).

    Raises Invalid `date-in-future`; Unknown `unknown-programme`; Conflict `already-issued`
    (`differs`), `programme-closed`; Invalid `off-roster-reason-missing`, `stands-on-roster`.
    """
    not_in_future(today, command.issued_on, command.source_recorded_on)
    if programme is not None:
        _not_issued_before(state, command)
    opened = require_open(programme, command.programme_id)
    if opened.roster or command.capacity == "outsider":
        on_roster = any(command.person_id in part.person_ids for part in opened.roster)
    else:
        on_roster = opened.terms.population == "named"
    if not on_roster and command.off_roster_reason is None:
        raise Invalid(
            "off-roster-reason-missing",
            f"{command.person_id} is not on the roster of {command.programme_id}: say why",
        )
    if on_roster and command.off_roster_reason is not None:
        raise Invalid("stands-on-roster", f"{command.person_id} is on the roster")
    return [
        _issued(
            opened,
            command,
            org_id,
            Recipient(command.person_id, command.capacity),
            on_roster=on_roster,
            off_roster_reason=command.off_roster_reason,
        )
    ]


def _not_issued_before(state: Gift, command: IssueGift) -> None:
    """Raises Conflict `already-issued`, also in a closed programme: who sends a list again is told
    what of it is in."""
    if state is None:
        return
    terms = state.terms
    differs = differing(
        occurred_on=(terms.occurred_on, command.issued_on),
        capacity=(terms.capacity, command.capacity),
        quantity=(terms.quantity, command.quantity),
        off_roster_reason=(terms.off_roster_reason, command.off_roster_reason),
    )
    if isinstance(state, Returned):
        if differs or state.in_error:
            return
    elif any(_says(each, command) for each in state.again):
        differs = []
    raise Conflict(
        "already-issued",
        f"{command.person_id} received {command.programme_id} on {terms.occurred_on}",
        differs=differs,
    )


def _says(again: GiftIssuedAgain, command: IssueGift) -> bool:
    """Whether a gift issued again is what the command says."""
    stands = (again.occurred_on, again.quantity, again.capacity)
    return stands == (command.issued_on, command.quantity, command.capacity)


def issue_gifts_to_roster(
    programme: Programme | None,
    command: IssueGiftsToRoster,
    org_id: str,
    today: date,
    *,
    statuses: Mapping[str, PersonStatus],
    received: Collection[str],
    merged: Mapping[str, str] = {},
) -> BulkEvent[GiftIssued]:
    """Issue to everyone on the roster but the exceptions, in the capacity they had on its day.

    `statuses` are those of the roster's `as_of`; `received`: who has the gift already; `merged`:
    of each record that was merged since, the one that is kept.

    Raises Invalid `date-in-future`; Unknown `unknown-programme`; Conflict `programme-closed`,
    `roster-not-frozen`; Invalid `not-on-roster`; Conflict `already-issued`, `nobody-missing`,
    `merged-record`, `capacity-unknown`.
    """
    not_in_future(today, command.issued_on, command.source_recorded_on)
    opened = require_open(programme, command.programme_id)
    roster = opened.person_ids()
    if not roster:
        raise Conflict("roster-not-frozen", f"{command.programme_id} has no frozen roster")
    _exceptions_on_roster(command, roster)
    meant = _meant(command, roster, as_received(received, merged))
    named_as_kept(meant, merged)
    population, unknown = opened.terms.population, PersonStatus()
    recipients: list[Recipient] = []
    rows: list[dict[str, Any]] = []
    # One object a status, not one a person: 100,000 of them are decided here at once.
    capacities: dict[PersonStatus, Capacity | None] = {}
    for number, person_id in meant:
        status = statuses.get(person_id, unknown)
        try:
            capacity = capacities[status]
        except KeyError:
            capacity = capacities[status] = capacity_in(population, status)
        if capacity is None:
            rows.append(refused_row(number, "capacity-unknown", person_id=person_id))
        else:
            recipients.append(Recipient(person_id, capacity))
    refuse_rows(rows, {"capacity-unknown": Conflict})
    return BulkEvent(_issued(opened, command, org_id, recipients[0], on_roster=True), recipients)


def _exceptions_on_roster(command: IssueGiftsToRoster, roster: Sequence[str]) -> None:
    known = frozenset(roster) if command.except_person_ids else frozenset()
    rows = [
        refused_row(number, "not-on-roster", person_id=person_id)
        for number, person_id in enumerate(command.except_person_ids, start=1)
        if person_id not in known
    ]
    refuse_rows(rows, {"not-on-roster": Invalid})


def _meant(
    command: IssueGiftsToRoster, roster: Sequence[str], received: Collection[str]
) -> list[tuple[int, str]]:
    """Who is to receive now, each with the place on the roster."""
    excepted = frozenset(command.except_person_ids)
    meant = [
        (number, person_id)
        for number, person_id in enumerate(roster, start=1)
        if person_id not in excepted
    ]
    if received and not command.only_missing:
        rows = [
            refused_row(at, "already-issued", person_id=person)
            for at, person in meant
            if person in received
        ]
        refuse_rows(rows, {"already-issued": Conflict})
    if received:
        meant = [place for place in meant if place[1] not in received]
    if not meant:
        raise Conflict("nobody-missing", f"nobody is left to receive {command.programme_id}")
    return meant


def _issued(
    programme: Programme,
    command: IssueGift | IssueGiftsToRoster,
    org_id: str,
    to: Recipient,
    *,
    on_roster: bool,
    off_roster_reason: Any = None,
) -> GiftIssued:
    terms = programme.terms
    value = terms.unit_value_fen
    return GiftIssued(
        org_id=org_id,
        occurred_on=command.issued_on,
        programme_id=terms.programme_id,
        occasion=terms.occasion,
        person_id=to.person_id,
        capacity=to.capacity,
        quantity=command.quantity,
        unit_value_fen=value,
        amount_fen=None if value is None else value * command.quantity,
        payment_form=terms.payment_form,
        fund=terms.fund,
        payer=terms.payer,
        on_roster=on_roster,
        off_roster_reason=off_roster_reason,
        source_recorded_on=command.source_recorded_on,
    )


def return_gift(state: Gift, command: ReturnGift, org_id: str, today: date) -> list[GiftEvent]:
    """Take it back, signed for or not.

    Raises Invalid `date-in-future`; Conflict `not-issued`, `returned-already`,
    `returned-before-issue`.
    """
    not_in_future(today, command.returned_on, command.source_recorded_on)
    match state:
        case None:
            raise Conflict(
                "not-issued", f"{command.person_id} received nothing of {command.programme_id}"
            )
        case Returned():
            raise Conflict("returned-already", f"it came back on {state.returned_on}")
        case Issued() | Signed():
            issued_on = state.terms.occurred_on
            if command.returned_on < issued_on:
                raise Conflict("returned-before-issue", f"it was issued on {issued_on}")
    return [
        GiftReturned(
            org_id=org_id,
            occurred_on=command.returned_on,
            programme_id=command.programme_id,
            person_id=command.person_id,
            reason=command.reason,
            source_recorded_on=command.source_recorded_on,
        )
    ]
