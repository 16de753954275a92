"""One claim (慰问金、补助申请): filed, approved or rejected, paid, perhaps reversed.

Two people at least: who files may pay, who approves does neither (BUD-09, 会计法). An approval
dated before the filing is recorded as it happened, for an audit rule to find (EVD-04). Refusals
stand in the docstrings, first come first.
"""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from services.benefits.commands.claims import (
    ApproveClaim,
    FileClaim,
    PayClaim,
    RejectClaim,
)
from shared.contract.benefits import (
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ClaimRejected,
    ClaimReversed,
    ClaimWithdrawn,
)
from shared.contract.corrections import NEVER_WAS
from shared.decider.dates import not_in_future
from shared.decider.restated import differing
from shared.errors import Conflict, Invalid, NotPermitted, Unknown

ClaimEvent = ClaimFiled | ClaimApproved | ClaimRejected | ClaimWithdrawn | ClaimPaid | ClaimReversed


@dataclass(frozen=True, slots=True)
class Filed:
    """Waits for a decision."""

    terms: ClaimFiled


@dataclass(frozen=True, slots=True)
class Approved:
    """Allowed, in full or in part; not paid."""

    terms: ClaimFiled
    approved_fen: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused; the same case may be claimed anew."""

    terms: ClaimFiled


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Taken back before it was paid; the same case may be claimed anew. `never_was`: filed
    in error, or twice."""

    terms: ClaimFiled
    never_was: bool = False


@dataclass(frozen=True, slots=True)
class Paid:
    """The money reached the person."""

    terms: ClaimFiled
    paid_on: date


@dataclass(frozen=True, slots=True)
class Reversed:
    """The payment was undone; the same case may be claimed anew. `never_was` as of Withdrawn."""

    terms: ClaimFiled
    never_was: bool = False


STATED = (
    "kind", "person_id", "capacity", "case_id", "relation", "asked_fen", "happened_on",
)  # fmt: skip
"""What a claim says beside its day."""

Claim = Filed | Approved | Rejected | Withdrawn | Paid | Reversed
"""None in its place: there is no such claim."""


def evolve(state: Claim | None, event: ClaimEvent) -> Claim:
    """The claim after one more event."""
    if isinstance(event, ClaimFiled):
        return Filed(event)
    assert state is not None, f"{event.type_name()} before ClaimFiled"
    match event:
        case ClaimApproved():
            return Approved(state.terms, event.approved_fen)
        case ClaimRejected():
            return Rejected(state.terms)
        case ClaimWithdrawn():
            return Withdrawn(state.terms, event.reason in NEVER_WAS)
        case ClaimPaid():
            return Paid(state.terms, event.occurred_on)
        case ClaimReversed():
            return Reversed(state.terms, event.reason in NEVER_WAS)
        case _:
            assert_never(event)


def file_claim(
    state: Claim | None, command: FileClaim, org_id: str, today: date, *, same_case: str | None
) -> list[ClaimEvent]:
    """File it; `same_case` is another claim of this person, kind and case that still stands.

    Raises Invalid `date-in-future`; Conflict `withdrawn-before`, `claim-exists` (`differs`),
    `claimed-before`. An id is used once: what was withdrawn is claimed anew under another.
    """
    not_in_future(today, command.filed_on, command.happened_on, command.source_recorded_on)
    if state is not None:
        raise _filed_before(state, command)
    if same_case is not None:
        raise Conflict(
            "claimed-before",
            f"{command.person_id} claims {command.kind} for the case {command.case_id}"
            f" in {same_case}",
        )
    return [
        ClaimFiled(
            org_id=org_id,
            occurred_on=command.filed_on,
            claim_id=command.claim_id,
            kind=command.kind,
            person_id=command.person_id,
            capacity=command.capacity,
            case_id=command.case_id,
            relation=command.relation,
            asked_fen=command.asked_fen,
            happened_on=command.happened_on,
            documents=command.documents,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def _filed_before(state: Claim, command: FileClaim) -> Conflict:
    terms, said = state.terms, command.model_dump(include=set(STATED))
    differs = differing(
        occurred_on=(terms.occurred_on, command.filed_on),
        **{name: (getattr(terms, name), said[name]) for name in STATED},
    )
    if isinstance(state, Withdrawn | Reversed) and state.never_was and not differs:
        return Conflict("withdrawn-before", f"{command.claim_id} was taken back by a person")
    return Conflict(
        "claim-exists", f"{command.claim_id} was filed on {terms.occurred_on}", differs=differs
    )


def approve_claim(
    state: Claim | None,
    command: ApproveClaim,
    org_id: str,
    today: date,
    *,
    approver: str,
    filed_by: str,
) -> list[ClaimEvent]:
    """Approve it, for no more than was asked; `approver` and `filed_by` are logins.

    Raises Invalid `date-in-future`; Unknown `unknown-claim`; NotPermitted `maker-is-approver`;
    Conflict `claim-decided`; Invalid `more-than-asked`.
    """
    not_in_future(today, command.approved_on, command.source_recorded_on)
    claim = known(state, command.claim_id)
    _not_own(claim, approver, filed_by)
    undecided(claim)
    if command.approved_fen > claim.terms.asked_fen:
        raise Invalid(
            "more-than-asked",
            f"{command.approved_fen} fen approved, {claim.terms.asked_fen} fen asked",
        )
    return [
        ClaimApproved(
            org_id=org_id,
            occurred_on=command.approved_on,
            claim_id=command.claim_id,
            kind=claim.terms.kind,
            person_id=claim.terms.person_id,
            approved_fen=command.approved_fen,
            decision_ref=command.decision_ref,
            filed_by=filed_by,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def reject_claim(
    state: Claim | None,
    command: RejectClaim,
    org_id: str,
    today: date,
    *,
    approver: str,
    filed_by: str,
) -> list[ClaimEvent]:
    """Reject it; who filed it may do so only to withdraw it.

    Raises Invalid `date-in-future`; Unknown `unknown-claim`; NotPermitted `maker-is-approver`;
    Conflict `claim-decided`.
    """
    not_in_future(today, command.rejected_on, command.source_recorded_on)
    claim = known(state, command.claim_id)
    if command.reason != "withdrawn":
        _not_own(claim, approver, filed_by)
    undecided(claim)
    return [
        ClaimRejected(
            org_id=org_id,
            occurred_on=command.rejected_on,
            claim_id=command.claim_id,
            kind=claim.terms.kind,
            person_id=claim.terms.person_id,
            reason=command.reason,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def pay_claim(
    state: Claim | None,
    command: PayClaim,
    org_id: str,
    today: date,
    *,
    payer: str,
    approved_by: str | None,
) -> list[ClaimEvent]:
    """Pay what was approved; `payer` and `approved_by` (None: nobody yet) are logins.

    Raises Invalid `date-in-future`; Unknown `unknown-claim`; Conflict `claim-not-approved`,
    `claim-paid-already`; NotPermitted `approver-is-payer`.
    """
    not_in_future(today, command.paid_on, command.source_recorded_on)
    claim = known(state, command.claim_id)
    match claim:
        case Filed() | Rejected() | Withdrawn():
            raise Conflict("claim-not-approved", f"{command.claim_id} was not approved")
        case Paid() | Reversed():
            raise Conflict("claim-paid-already", f"{command.claim_id} was paid before")
        case Approved():
            pass
    if payer == approved_by:
        raise NotPermitted(
            "approver-is-payer", f"{payer} approved {command.claim_id}: another pays it"
        )
    terms = claim.terms
    return [
        ClaimPaid(
            org_id=org_id,
            occurred_on=command.paid_on,
            claim_id=command.claim_id,
            kind=terms.kind,
            person_id=terms.person_id,
            capacity=terms.capacity,
            case_id=terms.case_id,
            paid_fen=claim.approved_fen,
            amount_assumed=command.amount_assumed,
            fund=command.fund,
            payment_form=command.payment_form,
            payment_id=command.payment_id,
            source_recorded_on=command.source_recorded_on,
        )
    ]


def known(state: Claim | None, claim_id: str) -> Claim:
    """The claim, which is there. Raises Unknown `unknown-claim`."""
    if state is None:
        raise Unknown("unknown-claim", f"no claim {claim_id}")
    return state


def undecided(claim: Claim) -> None:
    """Raises Conflict `claim-decided` for any but one that waits for a decision."""
    if not isinstance(claim, Filed):
        raise Conflict(
            "claim-decided", f"{claim.terms.claim_id} is {type(claim).__name__.lower()} already"
        )


def _not_own(claim: Claim, approver: str, filed_by: str) -> None:
    if approver == filed_by:
        raise NotPermitted(
            "maker-is-approver", f"{approver} filed {claim.terms.claim_id}: another decides on it"
        )
