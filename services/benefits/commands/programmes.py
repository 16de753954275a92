"""What may be asked about a programme (项目): its terms, its roster, its portions, its end."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.contract.values import (
    BudgetLine,
    BusinessDate,
    CorrectionReason,
    Count,
    Fen,
    Flag,
    Fund,
    Occasion,
    OrgId,
    Payer,
    PaymentForm,
    PersonId,
    Population,
    PositiveCount,
    Slug,
    Title,
)
from shared.decider.command import Sourced

ROWS_MAX = 5000
"""The most rows that travel in one command; whole populations are named, not listed."""


class OpenProgramme(Sourced):
    """Open a benefit programme, such as 2022年春节慰问."""

    programme_id: Slug
    title: Title
    occasion: Occasion
    population: Population
    payment_form: PaymentForm
    unit_value_fen: Fen | None = None
    amount_assumed: Flag = False
    fund: Fund
    payer: Payer
    budget_line: BudgetLine | None = None
    decision_ref: Slug | None = None
    opened_on: BusinessDate


class RenameProgramme(Sourced):
    """Correct a programme's name."""

    programme_id: Slug
    title: Title
    reason: CorrectionReason
    renamed_on: BusinessDate


class FreezeRoster(Sourced):
    """Freeze a programme's roster as it was on a day, once.

    The roster is `person_ids`; without them, everyone in our own copy of the members who belongs
    to the programme's population on `as_of`. `population` restates the programme's, and is refused
    when it is another. `expected_count` is how many the office counts on: another number is
    refused, so that a copy that lags behind is not frozen for good.
    """

    programme_id: Slug
    as_of: BusinessDate
    population: Population | None = None
    person_ids: Annotated[tuple[PersonId, ...], Field(min_length=1, max_length=ROWS_MAX)] | None = (
        None
    )
    expected_count: Count | None = None

    @model_validator(mode="after")
    def _population_or_people(self) -> Self:
        if self.population is not None and self.person_ids is not None:
            raise ValueError("name a population or the person_ids, not both")
        return self


class ApplyForPortions(Sourced):
    """Apply for portions from the union above."""

    programme_id: Slug
    quantity: PositiveCount
    to_org: OrgId
    applied_on: BusinessDate


class ReceivePortions(Sourced):
    """Record portions that came from the union above, to be issued."""

    programme_id: Slug
    quantity: PositiveCount
    from_org: OrgId
    received_on: BusinessDate


class CloseProgramme(Sourced):
    """Close a programme: nothing more is issued; who was missed is named."""

    programme_id: Slug
    closed_on: BusinessDate
