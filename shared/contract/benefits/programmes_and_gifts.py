"""Benefit programmes (项目), their rosters and portions, and each gift (慰问品) delivered."""

from typing import Literal

from pydantic import Field

from shared.contract.benefits.benefits_event import BenefitsEvent
from shared.contract.values import (
    FEN_MAX,
    AgainReason,
    BudgetLine,
    BusinessDate,
    Capacity,
    CorrectionReason,
    Count,
    Fen,
    Flag,
    Fund,
    Occasion,
    OffRosterReason,
    OrgId,
    Payer,
    PaymentForm,
    PersonId,
    Population,
    PositiveCount,
    Sha256,
    Slug,
    Title,
)
from shared.contract.withdrawal import Withdrawal


class ProgrammeOpened(BenefitsEvent, stream="programme-{programme_id}"):
    """A benefit programme (项目, such as 春节慰问) with its population, form, value and money."""

    programme_id: Slug
    title: Title
    occasion: Occasion
    population: Population
    payment_form: PaymentForm
    unit_value_fen: Fen | None = None
    amount_assumed: Flag = False
    fund: Fund | None = None
    payer: Payer | None = None
    budget_line: BudgetLine | None = None
    decision_ref: Slug | None = None


class ProgrammeRenamed(BenefitsEvent, stream="programme-{programme_id}"):
    """The programme's name is corrected; everything else stands."""

    programme_id: Slug
    title: Title
    reason: CorrectionReason


class RosterFrozen(BenefitsEvent, stream="programme-{programme_id}"):
    """The roster of a programme, frozen as of a day: one chunk of at most 1,000 person ids.

    `count` and `sha256` are of the whole set (ids sorted, joined by newlines): the reader's check.
    """

    programme_id: Slug
    as_of: BusinessDate
    chunk: PositiveCount
    chunks: PositiveCount
    person_ids: tuple[PersonId, ...] = Field(max_length=1000)
    count: Count
    sha256: Sha256


class GiftApplied(BenefitsEvent, stream="programme-{programme_id}"):
    """Portions applied for from the union above."""

    programme_id: Slug
    occasion: Occasion
    quantity: PositiveCount
    to_org: OrgId


class GiftReceived(BenefitsEvent, stream="programme-{programme_id}"):
    """Portions that came from the union above, to be issued: not our own spending."""

    programme_id: Slug
    occasion: Occasion
    quantity: PositiveCount
    from_org: OrgId


class GiftIssued(BenefitsEvent, stream="gift-{programme_id}.{person_id}"):
    """A gift (慰问品) was handed to a person: `quantity` portions worth `amount_fen` together.

    Who did not stand on the programme's frozen roster (`on_roster`) has an `off_roster_reason`.
    Another source leaves out what it does not know: fund, payer, whether there was a roster.
    """

    programme_id: Slug
    occasion: Occasion
    person_id: PersonId
    capacity: Capacity
    quantity: PositiveCount
    unit_value_fen: Fen | None = None
    amount_fen: Fen | None = None
    payment_form: PaymentForm
    fund: Fund | None = None
    payer: Payer | None = None
    on_roster: Flag | None = None
    off_roster_reason: OffRosterReason | None = None


class GiftIssuedAgain(BenefitsEvent, stream="gift-{programme_id}.{person_id}"):
    """The same gift was handed to a person a second time: it happened, and is to be found.

    `quantity` portions worth `amount_fen` beyond those of its GiftIssued. `another_birth`: the same
    programme of the year gives for each birth, and the person had a second.
    """

    programme_id: Slug
    occasion: Occasion
    person_id: PersonId
    capacity: Capacity
    quantity: PositiveCount
    amount_fen: Fen | None = None
    reason: AgainReason


class GiftReceiptSigned(BenefitsEvent, stream="gift-{programme_id}.{person_id}"):
    """The recipient signed for it (签收); `signed_by` differs only where another hand signed."""

    programme_id: Slug
    person_id: PersonId
    signed_by: PersonId


class GiftReturned(BenefitsEvent, stream="gift-{programme_id}.{person_id}"):
    """The gift came back, or was entered in error: it is not counted from this event on.

    A second one (GiftIssuedAgain) stays counted.
    """

    programme_id: Slug
    person_id: PersonId
    reason: Literal["returned", "entered_in_error", "undeliverable"]


class DeliveryEntryWithdrawn(BenefitsEvent, Withdrawal, stream="gift-{programme_id}.{person_id}"):
    """A signature, or a second gift, was entered wrongly and is taken back; the gift stands."""

    programme_id: Slug
    person_id: PersonId


class ProgrammeClosed(BenefitsEvent, stream="programme-{programme_id}"):
    """Nothing more is issued; `missed` names who stood on the roster and received nothing.

    `issued` counts people and `missed_count` those missed, the same in every chunk; more than 1,000
    are named in several, as in RosterFrozen. `occasion` None: closed before it was stated here.
    """

    programme_id: Slug
    occasion: Occasion | None = None
    issued: Count
    chunk: PositiveCount = 1
    chunks: PositiveCount = 1
    missed: tuple[PersonId, ...] = Field(default=(), max_length=1000)
    missed_count: Count = 0


def worth_fen(gift: GiftIssued) -> int | None:
    """What a gift is worth, in fen, for figures and rules alike: as stated, or its portions at
    their unit value; None where neither is stated.

    A worth beyond every amount of the contract is a slip, and no amount.
    """
    if gift.amount_fen is not None or gift.unit_value_fen is None:
        return gift.amount_fen
    worth = gift.quantity * gift.unit_value_fen
    return worth if worth <= FEN_MAX else None
