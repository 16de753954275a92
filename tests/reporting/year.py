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
from shared.contract.envelope import DomainEvent
from shared.contract.members import (
    MemberJoined,
    MemberLeft,
    MemberRetired,
    MemberTransferredOut,
    OrganisationRegistered,
    StaffRegistered,
)
from tests.reporting.history import History
from tests.reporting.records import ORG


def person(number: int) -> str:
    """A person's id."""
    return f"p-{number:06d}"


def fact(cls: type[DomainEvent], on: str, **fields: Any) -> Any:
    """An event of the union on a day."""
    return cls.model_validate({"org_id": ORG, "occurred_on": on, **fields})


def union() -> OrganisationRegistered:
    """The union of the report."""
    return fact(
        OrganisationRegistered,
        "2002-05-01",
        name="天津交通职业学院工会",
        kind="grassroots",
        parent_org_id="jt-group",
        simulated=True,
    )


def staffed(number: int, on: str = "2015-09-01", *, female: bool = False) -> StaffRegistered:
    """A person works for the unit."""
    gender = "female" if female else "male"
    return fact(StaffRegistered, on, person_id=person(number), gender=gender, birth_month=5)


def joined(number: int, on: str, kind: str = "new", spell: int = 1) -> MemberJoined:
    """A membership began."""
    return fact(MemberJoined, on, person_id=person(number), kind=kind, spell=spell)


def left(number: int, on: str, spell: int = 1) -> MemberLeft:
    """A membership ended."""
    return fact(MemberLeft, on, person_id=person(number), reason="resigned", spell=spell)


def transferred_out(number: int, on: str) -> MemberTransferredOut:
    """A membership moved to another union."""
    return fact(MemberTransferredOut, on, person_id=person(number), to_org="nankai")


def retired(number: int, on: str, *, retained: bool) -> MemberRetired:
    """A member retired."""
    return fact(MemberRetired, on, person_id=person(number), membership_retained=retained)


def programme(programme_id: str, occasion: str, on: str, **terms: Any) -> ProgrammeOpened:
    """A programme for members, of goods worth 300 元 from union funds."""
    given = {
        "title": f"2022年{programme_id}",
        "population": "members",
        "payment_form": "goods",
        "unit_value_fen": 30000,
        "fund": "union_funds",
        "payer": "own",
        "budget_line": "staff_activity.welfare",
        **terms,
    }
    return fact(ProgrammeOpened, on, programme_id=programme_id, occasion=occasion, **given)


def roster(programme_id: str, on: str, people: Iterable[int]) -> RosterFrozen:
    """A programme's roster was frozen, in one chunk."""
    ids = sorted(map(person, people))
    return fact(
        RosterFrozen,
        on,
        programme_id=programme_id,
        as_of=on,
        chunk=1,
        chunks=1,
        person_ids=tuple(ids),
        count=len(ids),
        sha256=sha256("\n".join(ids).encode()).hexdigest(),
    )


def gift(
    programme_id: str, occasion: str, number: int, on: str, *, on_roster: bool = True, **more: Any
) -> GiftIssued:
    """A gift of 300 元 was handed over."""
    given = {
        "capacity": "member",
        "quantity": 1,
        "payment_form": "goods",
        "fund": "union_funds",
        "payer": "own",
        "unit_value_fen": 30000,
        "amount_fen": 30000 * more.get("quantity", 1),
        "off_roster_reason": None if on_roster else "not_a_member",
        **more,
    }
    return fact(
        GiftIssued,
        on,
        programme_id=programme_id,
        occasion=occasion,
        person_id=person(number),
        on_roster=on_roster,
        **given,
    )


def signed(programme_id: str, number: int, on: str) -> GiftReceiptSigned:
    """The recipient signed."""
    who = person(number)
    return fact(GiftReceiptSigned, on, programme_id=programme_id, person_id=who, signed_by=who)


def returned(programme_id: str, number: int, on: str) -> GiftReturned:
    """The gift came back."""
    return fact(
        GiftReturned, on, programme_id=programme_id, person_id=person(number), reason="returned"
    )


def closed(programme_id: str, occasion: str, on: str, missed: Iterable[int]) -> ProgrammeClosed:
    """A programme was closed."""
    ids = tuple(map(person, missed))
    return fact(
        ProgrammeClosed,
        on,
        programme_id=programme_id,
        occasion=occasion,
        issued=0,
        missed=ids,
        missed_count=len(ids),
    )


def claim_paid(claim_id: str, kind: str, number: int, on: str, **more: Any) -> ClaimPaid:
    """A claim of 1,000 元 was paid."""
    given = {
        "capacity": "member",
        "case_id": f"case-{claim_id}",
        "paid_fen": 100000,
        "fund": "care_fund" if kind == "hospital" else "union_funds",
        "payment_form": "transfer",
        **more,
    }
    return fact(ClaimPaid, on, claim_id=claim_id, kind=kind, person_id=person(number), **given)


def claim_reversed(claim_id: str, kind: str, number: int, on: str) -> ClaimReversed:
    """A paid claim was undone."""
    return fact(
        ClaimReversed,
        on,
        claim_id=claim_id,
        kind=kind,
        person_id=person(number),
        reason="paid_back",
    )


def policy(policy_id: str, plan: str, on: str, due: int) -> PolicyBought:
    """A policy was bought at 60 元 a head, an assumed price."""
    return fact(
        PolicyBought,
        on,
        policy_id=policy_id,
        plan=plan,
        insurer="互助保障",
        starts_on=on,
        ends_on="2023-12-31",
        insured_due=due,
        premium_fen=6000 * due,
        amount_assumed=True,
        fund="union_funds",
        payer="own",
    )


def insured(
    policy_id: str, plan: str, number: int, on: str, capacity: str = "member"
) -> MemberInsured:
    """A person was covered."""
    return fact(
        MemberInsured,
        on,
        policy_id=policy_id,
        plan=plan,
        person_id=person(number),
        capacity=capacity,
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
