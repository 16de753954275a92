"""The names of our streams, as the contract has them.

A delivery and a cover have a stream of their own, so that (stream, version) makes a second one
impossible and two clerks never wait for each other (ADR 0003).
"""

from typing import NamedTuple

from shared.contract.benefits import (
    BudgetApproved,
    ClaimFiled,
    ExpenditureRequested,
    GiftIssued,
    IncomeReceived,
    MemberInsured,
    PolicyBought,
    ProcurementDecided,
    ProgrammeOpened,
)


class Range(NamedTuple):
    """Streams that begin with `low`: from there up to, not including, `high`.

    A person id holds no dot and an id we chose may: `spring.2` begins as `spring` does, so readers
    also leave out what has another dot after `low`.
    """

    low: str
    high: str


def programme(org_id: str, programme_id: str) -> str:
    """The stream of a programme."""
    return ProgrammeOpened.STREAM.named(org_id=org_id, programme_id=programme_id)


def programmes_of(org_id: str) -> Range:
    """The streams of a union's programmes; one's is `low` and its id."""
    return _range(ProgrammeOpened.STREAM.prefix(org_id=org_id))


def gift(org_id: str, programme_id: str, person_id: str) -> str:
    """The stream of a delivery."""
    return GiftIssued.STREAM.named(org_id=org_id, programme_id=programme_id, person_id=person_id)


def gifts_of(org_id: str, programme_id: str) -> Range:
    """The streams of a programme's deliveries; a person's is `low` and the person id."""
    return _range(GiftIssued.STREAM.prefix(org_id=org_id, programme_id=programme_id))


def insured_under(org_id: str, policy_id: str) -> Range:
    """The streams of a policy's covers; a person's is `low` and the person id."""
    return _range(MemberInsured.STREAM.prefix(org_id=org_id, policy_id=policy_id))


def insured(org_id: str, policy_id: str, person_id: str) -> str:
    """The stream of a cover."""
    return MemberInsured.STREAM.named(org_id=org_id, policy_id=policy_id, person_id=person_id)


def claim(org_id: str, claim_id: str) -> str:
    """The stream of a claim."""
    return ClaimFiled.STREAM.named(org_id=org_id, claim_id=claim_id)


def policy(org_id: str, policy_id: str) -> str:
    """The stream of an insurance policy."""
    return PolicyBought.STREAM.named(org_id=org_id, policy_id=policy_id)


def budget(org_id: str, budget_year: int) -> str:
    """The stream of a year's budget."""
    return BudgetApproved.STREAM.named(org_id=org_id, budget_year=budget_year)


def income(org_id: str, income_id: str) -> str:
    """The stream of one receipt of money."""
    return IncomeReceived.STREAM.named(org_id=org_id, income_id=income_id)


def payment(org_id: str, payment_id: str) -> str:
    """The stream of one payment, from its request on."""
    return ExpenditureRequested.STREAM.named(org_id=org_id, payment_id=payment_id)


def procurement(org_id: str, procurement_id: str) -> str:
    """The stream of one procurement."""
    return ProcurementDecided.STREAM.named(org_id=org_id, procurement_id=procurement_id)


def _range(low: str) -> Range:
    return Range(low, low[:-1] + chr(ord(low[-1]) + 1))
