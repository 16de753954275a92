"""The same gift handed to the same person a second time: recorded as what it was, to be found."""

from datetime import date

from services.benefits.commands.gifts import IssueGiftAgain
from services.benefits.domain.gifts import Gift, Issued, Signed
from services.benefits.domain.programmes import Programme
from shared.contract.benefits import GiftIssuedAgain
from shared.decider.dates import not_in_future
from shared.errors import Conflict, Unknown


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
