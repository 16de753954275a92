"""Insurance policies, and the people whom each covers."""

from typing import Literal

from shared.contract.benefits.benefits_event import BenefitsEvent
from shared.contract.values import (
    BusinessDate,
    Capacity,
    Count,
    Fen,
    Flag,
    Fund,
    InsurancePlan,
    Payer,
    PersonId,
    Slug,
    Title,
)


class PolicyBought(BenefitsEvent, stream="policy-{policy_id}"):
    """An insurance policy for many: `insured_due` is how many the insurer was told."""

    policy_id: Slug
    plan: InsurancePlan
    insurer: Title
    starts_on: BusinessDate
    ends_on: BusinessDate
    insured_due: Count
    premium_fen: Fen | None = None
    amount_assumed: Flag = False
    fund: Fund | None = None
    payer: Payer | None = None


class MemberInsured(BenefitsEvent, stream="insured-{policy_id}.{person_id}"):
    """One person is covered by a policy, in the capacity stated (the report insures 女教工)."""

    policy_id: Slug
    plan: InsurancePlan
    person_id: PersonId
    capacity: Capacity


class CoverEnded(BenefitsEvent, stream="insured-{policy_id}.{person_id}"):
    """A person's cover ended before its policy did; entered in error, it never was.

    `occurred_on` is the last day covered, or the day on which the error was found.
    """

    policy_id: Slug
    plan: InsurancePlan
    person_id: PersonId
    reason: Literal["entered_in_error", "duplicate", "left", "died", "cancelled", "other"]
