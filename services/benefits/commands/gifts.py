"""What may be asked about gifts (慰问品): issued to a roster or a person, signed for, returned."""

from typing import Annotated, Literal

from pydantic import Field

from services.benefits.commands.programmes import ROWS_MAX
from shared.contract.values import (
    AgainReason,
    BusinessDate,
    Capacity,
    Flag,
    OffRosterReason,
    PersonId,
    PositiveCount,
    Slug,
)
from shared.decider.command import Command, Sourced


class IssueGiftsToRoster(Sourced):
    """Issue a programme's gift to everyone on its frozen roster, in one transaction.

    Who has it already refuses the whole command, unless `only_missing`.
    """

    programme_id: Slug
    issued_on: BusinessDate
    quantity: PositiveCount = 1
    except_person_ids: Annotated[tuple[PersonId, ...], Field(max_length=ROWS_MAX)] = ()
    only_missing: Flag = False


class IssueGift(Sourced):
    """Issue a programme's gift to one person, also to somebody off the roster.

    It is recorded as it happened: somebody off the roster needs an `off_roster_reason`.
    """

    programme_id: Slug
    person_id: PersonId
    capacity: Capacity
    quantity: PositiveCount = 1
    issued_on: BusinessDate
    off_roster_reason: OffRosterReason | None = None


class IssueGiftAgain(Sourced):
    """Record that a person was handed the same gift a second time, and why."""

    programme_id: Slug
    person_id: PersonId
    quantity: PositiveCount = 1
    issued_on: BusinessDate
    reason: AgainReason


class Receipt(Command):
    """One signature: `signed_by` only where another hand signed."""

    person_id: PersonId
    signed_by: PersonId | None = None
    signed_on: BusinessDate


class SignReceipts(Sourced):
    """Record the signatures on a sign-off sheet (签收表): all of them, or none."""

    programme_id: Slug
    receipts: Annotated[tuple[Receipt, ...], Field(min_length=1, max_length=ROWS_MAX)]


class ReturnGift(Sourced):
    """Record that a gift came back, could not be delivered, or was entered in error."""

    programme_id: Slug
    person_id: PersonId
    reason: Literal["returned", "entered_in_error", "undeliverable"]
    returned_on: BusinessDate
