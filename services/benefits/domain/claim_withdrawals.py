"""A claim withdrawn before it is paid, or reversed after: its case may be claimed anew."""

from datetime import date

from services.benefits.commands.claims import ReverseClaim, WithdrawClaim
from services.benefits.domain.claims import Approved, Claim, ClaimEvent, Paid, known, undecided
from shared.contract.benefits import ClaimReversed, ClaimWithdrawn
from shared.decider.dates import not_in_future
from shared.errors import Conflict


def withdraw_claim(
    state: Claim | None, command: WithdrawClaim, org_id: str, today: date
) -> list[ClaimEvent]:
    """Withdraw a claim that was not paid, approved or not.

    Raises Invalid `date-in-future`; Unknown `unknown-claim`; Conflict `claim-paid-already`,
    `claim-decided`, `withdrawn-before-filed`.
    """
    not_in_future(today, command.withdrawn_on, command.source_recorded_on)
    claim = known(state, command.claim_id)
    if isinstance(claim, Paid):
        raise Conflict("claim-paid-already", f"{command.claim_id} was paid: reverse it")
    if not isinstance(claim, Approved):
        undecided(claim)
    if command.withdrawn_on < claim.terms.occurred_on:
        raise Conflict(
            "withdrawn-before-filed", f"{command.claim_id} was filed on {claim.terms.occurred_on}"
        )
    return [
        ClaimWithdrawn(
            org_id=org_id,
            occurred_on=command.withdrawn_on,
            claim_id=command.claim_id,
            kind=claim.terms.kind,
            person_id=claim.terms.person_id,
            reason=command.reason,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def reverse_claim(
    state: Claim | None, command: ReverseClaim, org_id: str, today: date
) -> list[ClaimEvent]:
    """Undo a payment.

    Raises Invalid `date-in-future`; Unknown `unknown-claim`; Conflict `claim-not-paid`,
    `reversed-before-paid`.
    """
    not_in_future(today, command.reversed_on, command.source_recorded_on)
    claim = known(state, command.claim_id)
    if not isinstance(claim, Paid):
        raise Conflict("claim-not-paid", f"{command.claim_id} holds no payment to undo")
    if command.reversed_on < claim.paid_on:
        raise Conflict("reversed-before-paid", f"{command.claim_id} was paid on {claim.paid_on}")
    return [
        ClaimReversed(
            org_id=org_id,
            occurred_on=command.reversed_on,
            claim_id=command.claim_id,
            kind=claim.terms.kind,
            person_id=claim.terms.person_id,
            reason=command.reason,
            source_recorded_on=command.source_recorded_on,
        )
    ]
