"""The same gift handed to the same person a second time: recorded as what it was, to be found; or
for another birth, which the programme of the year gives for as well."""

from datetime import date

from services.benefits.commands.gifts import IssueGift, IssueGiftAgain
from services.benefits.domain.gifts import Gift, Issued, Signed, issue_gift
from services.benefits.domain.programmes import Programme
from shared.contract.benefits import GiftIssued, GiftIssuedAgain
from shared.decider.dates import not_in_future
from shared.errors import Conflict, Unknown

BIRTHS_APART_DAYS = 240
"""Nobody gives birth twice within so many days, and a date that is put right is mostly nearer."""


def issue_gift_or_again(
    state: Gift, command: IssueGift, org_id: str, today: date, *, programme: Programme | None
) -> list[GiftIssued] | list[GiftIssuedAgain]:
    """As `issue_gift`; for another birth of the same programme the gift is issued again.

    Raises what `issue_gift` raises.
    """
    if programme is None or not _another_birth(state, command, programme):
        return issue_gift(state, command, org_id, today, programme=programme)
    (issued,) = issue_gift(None, command, org_id, today, programme=programme)
    return [
        GiftIssuedAgain(
            org_id=issued.org_id,
            occurred_on=issued.occurred_on,
            programme_id=issued.programme_id,
            occasion=issued.occasion,
            person_id=issued.person_id,
            capacity=issued.capacity,
            quantity=issued.quantity,
            amount_fen=issued.amount_fen,
            reason="another_birth",
            source_recorded_on=issued.source_recorded_on,
        )
    ]


def _another_birth(state: Gift, command: IssueGift, programme: Programme) -> bool:
    if programme.terms.occasion != "birth" or not isinstance(state, Issued | Signed):
        return False
    days = [state.terms.occurred_on, *(each.occurred_on for each in state.again)]
    return all((command.issued_on - day).days >= BIRTHS_APART_DAYS for day in days)


def issue_gift_again(
    state: Gift, command: IssueGiftAgain, org_id: str, today: date, *, programme: Programme | None
) -> list[GiftIssuedAgain]:
    """Record that the same gift was handed to a person a second time, closed programme or not.

    Raises Invalid `date-in-future`; Unknown `unknown-programme`; Conflict `not-issued`,
    `again-before-issue`.
    """
    not_in_future(today, command.issued_on, command.source_recorded_on)
    if programme is None:
        raise Unknown("unknown-programme", f"no programme {command.programme_id}")
    if not isinstance(state, Issued | Signed):
        raise Conflict("not-issued", f"{command.person_id} holds nothing: issue-gift records it")
    first = state.terms
    if command.issued_on < first.occurred_on:
        raise Conflict("again-before-issue", f"the first was issued on {first.occurred_on}")
    value = programme.terms.unit_value_fen
    return [
        GiftIssuedAgain(
            org_id=org_id,
            occurred_on=command.issued_on,
            programme_id=command.programme_id,
            occasion=programme.terms.occasion,
            person_id=command.person_id,
            capacity=first.capacity,
            quantity=command.quantity,
            amount_fen=None if value is None else value * command.quantity,
            reason=command.reason,
            source_recorded_on=command.source_recorded_on,
        )
    ]
