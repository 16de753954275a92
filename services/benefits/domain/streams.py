"""The names of our streams, as the contract's docstring lists them.

A delivery and a cover have a stream of their own, so that (stream, version) makes a second one
impossible and two clerks never wait for each other (ADR 0003).
"""

from typing import NamedTuple


class Range(NamedTuple):
    """Streams that begin with `low`, which ends in a dot: from `low` up to, not including, `high`.

    A person id holds no dot and an id we chose may: `spring.2` begins as `spring` does, so readers
    also leave out what has another dot after `low`.
    """

    low: str
    high: str


def programme(org_id: str, programme_id: str) -> str:
    """The stream of a programme."""
    return f"{org_id}/programme-{programme_id}"


def gifts_of(org_id: str, programme_id: str) -> Range:
    """The streams of a programme's deliveries; a person's is `low` and the person id."""
    return _range(f"{org_id}/gift-{programme_id}.")


def insured_under(org_id: str, policy_id: str) -> Range:
    """The streams of a policy's covers; a person's is `low` and the person id."""
    return _range(f"{org_id}/insured-{policy_id}.")


def claim(org_id: str, claim_id: str) -> str:
    """The stream of a claim."""
    return f"{org_id}/claim-{claim_id}"


def policy(org_id: str, policy_id: str) -> str:
    """The stream of an insurance policy."""
    return f"{org_id}/policy-{policy_id}"


def budget(org_id: str, budget_year: int) -> str:
    """The stream of a year's budget."""
    return f"{org_id}/budget-{budget_year}"


def income(org_id: str, income_id: str) -> str:
    """The stream of one receipt of money."""
    return f"{org_id}/income-{income_id}"


def payment(org_id: str, payment_id: str) -> str:
    """The stream of one payment."""
    return f"{org_id}/payment-{payment_id}"


def procurement(org_id: str, procurement_id: str) -> str:
    """The stream of one procurement."""
    return f"{org_id}/procurement-{procurement_id}"


def _range(low: str) -> Range:
    return Range(low, low[:-1] + chr(ord(".") + 1))
