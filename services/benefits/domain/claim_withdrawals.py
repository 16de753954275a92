"""A claim withdrawn before it is paid: its case may be claimed anew."""

from datetime import date

from services.benefits.commands.claims import WithdrawClaim
from services.benefits.domain.claims import Approved, Claim, ClaimEvent, Paid, known, undecided
from shared.contract.benefits import ClaimWithdrawn
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
