"""Facts of a small union, by number: person 1 is `p-000001`. Days are ISO dates of 2022."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from shared.contract.benefits import (
    ClaimPaid,
    ClaimReversed,
    GiftIssued,
    GiftReceiptSigned,
    GiftReturned,
    MemberInsured,
    PolicyBought,
    ProgrammeClosed,
    ProgrammeOpened,
    RosterFrozen,
)
from shared.contract.members import (
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MemberTransferredOut,
    OrganisationRegistered,
    StaffRegistered,
)
from tests.examples import benefits
from tests.examples.benefits import (
    gift_issued,
    gift_receipt_signed,
    gift_returned,
    member_insured,
    policy_bought,
    programme_closed,
    programme_opened,
    roster_frozen,
)
from tests.examples.members import (
    member_joined,
    member_left,
    member_retired,
    member_transferred_out,
    organisation_registered,
    staff_registered,
)
from tests.reporting.history import History


def person(number: int) -> str:
    """A person's id."""
    return f"p-{number:06d}"


def union() -> OrganisationRegistered:
    """The union of the report."""
    return organisation_registered(
        occurred_on="2002-05-01", parent_org_id="jt-group", simulated=True
    )


def staffed(number: int, on: str = "2015-09-01", *, female: bool = False) -> StaffRegistered:
    """A person works for the unit."""
    gender = "female" if female else "male"
    return staff_registered(occurred_on=on, person_id=person(number), gender=gender, birth_month=5)


def joined(number: int, on: str, kind: str = "new", spell: int = 1) -> MemberJoined:
    """A membership began."""
    return member_joined(
        occurred_on=on, person_id=person(number), kind=kind, spell=spell, from_org=None
    )


def left(number: int, on: str, spell: int = 1) -> MemberLeft:
    """A membership ended."""
    return member_left(occurred_on=on, person_id=person(number), reason="resigned", spell=spell)


def transferred_out(number: int, on: str) -> MemberTransferredOut:
    """A membership moved to another union."""
    return member_transferred_out(occurred_on=on, person_id=person(number), to_org="nankai")


def retired(number: int, on: str, *, retained: bool) -> MemberRetired:
    """A member retired."""
    return member_retired(occurred_on=on, person_id=person(number), membership_retained=retained)


def programme(programme_id: str, occasion: str, on: str, **terms: Any) -> ProgrammeOpened:
    """A programme for members, of goods worth 300 元 from union funds."""
    told = {"occurred_on": on, "programme_id": programme_id, "title": f"2022年{programme_id}"}
    return programme_opened(**{**told, "occasion": occasion, "decision_ref": None, **terms})


def roster(programme_id: str, on: str, people: Iterable[int]) -> RosterFrozen:
    """A programme's roster was frozen, in one chunk."""
    ids = sorted(map(person, people))
    return roster_frozen(
        occurred_on=on,
        programme_id=programme_id,
        as_of=on,
        person_ids=tuple(ids),
        count=len(ids),
        sha256=sha256("\n".join(ids).encode()).hexdigest(),
    )


def gift(
    programme_id: str, occasion: str, number: int, on: str, *, on_roster: bool = True, **more: Any
) -> GiftIssued:
    """A gift of 300 元 was handed over."""
    told = {"occurred_on": on, "programme_id": programme_id, "occasion": occasion}
    reason = None if on_roster else "not_a_member"
    worth = {"amount_fen": 30000 * more.get("quantity", 1), **more}
    return gift_issued(
        **told, person_id=person(number), on_roster=on_roster, off_roster_reason=reason, **worth
    )


def signed(programme_id: str, number: int, on: str) -> GiftReceiptSigned:
    """The recipient signed."""
    who = person(number)
    return gift_receipt_signed(
        occurred_on=on, programme_id=programme_id, person_id=who, signed_by=who
    )


def returned(programme_id: str, number: int, on: str) -> GiftReturned:
    """The gift came back."""
    return gift_returned(occurred_on=on, programme_id=programme_id, person_id=person(number))


def closed(programme_id: str, occasion: str, on: str, missed: Iterable[int]) -> ProgrammeClosed:
    """A programme was closed."""
    ids = tuple(map(person, missed))
    return programme_closed(
        occurred_on=on,
        programme_id=programme_id,
        occasion=occasion,
        issued=0,
        missed=ids,
        missed_count=len(ids),
    )


def claim_paid(claim_id: str, kind: str, number: int, on: str, **more: Any) -> ClaimPaid:
    """A claim of 1,000 元 was paid."""
    told = {"occurred_on": on, "claim_id": claim_id, "kind": kind, "person_id": person(number)}
    given = {
        "case_id": f"case-{claim_id}",
        "paid_fen": 100000,
        "fund": "care_fund" if kind == "hospital" else "union_funds",
        "payment_id": None,
        **more,
    }
    return benefits.claim_paid(**told, **given)


def claim_reversed(claim_id: str, kind: str, number: int, on: str) -> ClaimReversed:
    """A paid claim was undone."""
    return benefits.claim_reversed(
        occurred_on=on, claim_id=claim_id, kind=kind, person_id=person(number)
    )


def policy(policy_id: str, plan: str, on: str, due: int) -> PolicyBought:
    """A policy was bought at 60 元 a head, an assumed price."""
    return policy_bought(
        occurred_on=on,
        policy_id=policy_id,
        plan=plan,
        insurer="互助保障",
        starts_on=on,
        ends_on="2023-12-31",
        insured_due=due,
        premium_fen=6000 * due,
        amount_assumed=True,
    )


def insured(
    policy_id: str, plan: str, number: int, on: str, capacity: str = "member"
) -> MemberInsured:
    """A person was covered."""
    return member_insured(
        occurred_on=on, policy_id=policy_id, plan=plan, person_id=person(number), capacity=capacity
    )


SPRING, ILLNESS, AUTUMN = "spring-2022", "illness-2022", "autumn-2022"


def three_counts(*, everyone_a_member: bool) -> History:
    """Spring gifts for 10, insurance for 9, autumn gifts for 12: as in the report, three counts.

    In one story each agrees with the roll of its day; in the other (`everyone_a_member` False) the
    same 12 autumn portions went to 9 of the 11 members, two others, and one twice.
    """
    history = History()
    history(union(), *map(staffed, range(1, 21)))
    history(*(joined(n, "2021-03-01") for n in range(1, 11)))
    history(programme(SPRING, "spring_festival", "2022-01-13"))
    history(roster(SPRING, "2022-01-17", range(1, 11)))
    history(*(gift(SPRING, "spring_festival", n, "2022-01-20") for n in range(1, 11)))
    history(transferred_out(10, "2022-02-01"), policy(ILLNESS, "serious_illness", "2022-04-01", 9))
    history(*(insured(ILLNESS, "serious_illness", n, "2022-04-01") for n in range(1, 10)))
    arriving = range(11, 15) if everyone_a_member else range(11, 14)
    history(*(joined(n, "2022-08-30", "transferred_in") for n in arriving))
    history(retired(9, "2022-08-31", retained=False))
    history(programme(AUTUMN, "mid_autumn", "2022-08-25"))
    members = [*range(1, 9), *arriving]
    history(roster(AUTUMN, "2022-09-01", members))
    if everyone_a_member:
        return history(*(gift(AUTUMN, "mid_autumn", n, "2022-09-07") for n in members))
    served = members[:9]
    history(*(gift(AUTUMN, "mid_autumn", n, "2022-09-07") for n in served[1:]))
    history(gift(AUTUMN, "mid_autumn", served[0], "2022-09-07", quantity=2))
    return history(
        *(
            gift(AUTUMN, "mid_autumn", n, "2022-09-08", on_roster=False, capacity="staff")
            for n in (18, 19)
        )
    )
