"""What may be asked about insurance (安康保险、大病保险) bought for many people at once."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.benefits.commands.programmes import ROWS_MAX
from shared.contract.values import (
    BusinessDate,
    Capacity,
    Fen,
    Flag,
    Fund,
    InsurancePlan,
    Payer,
    PersonId,
    Population,
    PositiveCount,
    Slug,
    Title,
)
from shared.decider.command import Command, Sourced


class BuyPolicy(Sourced):
    """Record a policy that was bought; `insured_due` is how many the insurer was told."""

    policy_id: Slug
    plan: InsurancePlan
    insurer: Title
    starts_on: BusinessDate
    ends_on: BusinessDate
    premium_fen: Fen | None = None
    amount_assumed: Flag = False
    fund: Fund
    payer: Payer
    insured_due: PositiveCount
    bought_on: BusinessDate

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("a policy ends on or after the day it starts on")
        return self


class InsuredPerson(Command):
    """One person covered, and in which capacity."""

    person_id: PersonId
    capacity: Capacity


class InsurePeople(Sourced):
    """Put people under a policy: those listed, or a whole population as it is on `insured_on`."""

    policy_id: Slug
    insured_on: BusinessDate
    population: Population | None = None
    people: (
        Annotated[tuple[InsuredPerson, ...], Field(min_length=1, max_length=ROWS_MAX)] | None
    ) = None

    @model_validator(mode="after")
    def _population_or_people(self) -> Self:
        if (self.population is None) == (self.people is None):
            raise ValueError("name a population or the people, one of the two")
        return self


class EndCover(Sourced):
    """End a person's cover before its policy does; entered in error, it never was."""

    policy_id: Slug
    person_id: PersonId
    reason: Literal["entered_in_error", "duplicate", "left", "died", "cancelled", "other"]
    ended_on: BusinessDate
