"""The finance system: claims, from filing to payment, and insurance."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.journeys.foreign_year.book import Book, Count
from tests.journeys.foreign_year.people import Person, Personnel

KINDS = (
    "hospital",
    "serious_illness",
    "bereavement",
    "hardship",
    "marriage",
    "birth",
    "retirement",
)
COVERED = date(2022, 3, 15)
CAPACITIES = ("member", "member", "staff", "member", "retiree")


@dataclass
class Finance:
    """The finance system's book, and the hand count of what was truly paid."""

    book: Book
    count: Count

    def claim(self, verb: str, claim: "Claim", on: date, **data: Any) -> tuple[str, int]:
        """An event in a claim's stream."""
        return self.book.say(
            f"benefits.Claim{verb}",
            f"claim-{claim.id}",
            on,
            claim_id=claim.id,
            kind=claim.kind,
            person_id=claim.person,
            **data,
        )

    def withdraw(self, stream: str, on: date, entry: tuple[str, int]) -> None:
        """An entry is taken back."""
        self.book.say(
            "benefits.BenefitEntryWithdrawn",
            stream,
            on,
            entry=entry[0],
            entry_version=entry[1],
            reason="entered_in_error",
            entry_stream=stream,
        )


@dataclass(frozen=True)
class Claim:
    """One person's claim."""

    id: str
    kind: str
    person: str
    capacity: str = "member"
    fen: int = 100000


def file(finance: Finance, claim: Claim, on: date, *, counted: bool = True) -> tuple[str, int]:
    """It is filed."""
    if counted and on.year == 2022:
        finance.count.add("claims_filed")
    return finance.claim(
        "Filed",
        claim,
        on,
        capacity=claim.capacity,
        asked_fen=claim.fen,
        happened_on=on.isoformat(),
        case_id=f"case-{claim.id}",
    )


def approve(finance: Finance, claim: Claim, on: date, *, counted: bool = True) -> tuple[str, int]:
    """It is allowed."""
    if counted and on.year == 2022:
        finance.count.add("claims_approved")
    return finance.claim("Approved", claim, on, approved_fen=claim.fen)


def pay(
    finance: Finance, claim: Claim, on: date, *, counted: bool = True, **data: Any
) -> tuple[str, int]:
    """The money reached the person."""
    if counted and on.year == 2022:
        name = f"claim_{claim.kind}_paid"
        finance.count.person(claim.person, name)
        finance.count.add(f"{name}_amount", claim.fen)
        if claim.capacity == "member":
            finance.count.person(claim.person, f"{name}_members")
        if claim.capacity in ("member", "staff"):
            finance.count.person(claim.person, f"{name}_workers")
    return finance.claim(
        "Paid",
        claim,
        on,
        capacity=claim.capacity,
        paid_fen=claim.fen,
        payment_form="transfer",
        **data,
    )


def claims(finance: Finance, personnel: Personnel) -> None:
    """Claims of every kind, each in every course that it may take."""
    who = list(personnel.people.values())
    for place, kind in enumerate(KINDS):
        people = who[600 + 20 * place : 620 + 20 * place]
        for number, person in enumerate(people[:10]):
            capacity = CAPACITIES[number % 5]
            fen = 50000 + 1000 * number
            claim = Claim(f"{kind[:4]}-{number}", kind, person.id, capacity, fen)
            day = date(2022, number + 1, 10 + place)
            file(finance, claim, day)
            if number < 8:
                approve(finance, claim, day)
                pay(finance, claim, day, fund="care_fund", case_id=f"case-{claim.id}")
            elif number == 8:
                finance.claim("Rejected", claim, day, reason="evidence_missing")
                finance.count.add("claims_rejected")
        for number, person in enumerate(people[:3]):
            # Only paid, and to people who were paid before: the same people, more money.
            pay(finance, Claim(f"{kind[:4]}-p{number}", kind, person.id), date(2022, 12, 31))
        courses(finance, kind, people[10:])


def courses(finance: Finance, kind: str, people: list[Person]) -> None:
    """Withdrawn, undone, decided twice, and across the ends of the year."""
    day = date(2022, 5, 9)
    made = [Claim(f"{kind[:4]}-c{number}", kind, person.id) for number, person in enumerate(people)]
    # It was asked for, and then not wanted; or it never was asked for at all.
    file(finance, made[0], day)
    finance.claim("Withdrawn", made[0], day, reason="by_claimant")
    finance.count.add("claims_withdrawn")
    file(finance, made[1], day)
    approve(finance, made[1], day)
    finance.claim("Withdrawn", made[1], day, reason="no_longer_due")
    finance.count.add("claims_withdrawn")
    file(finance, made[8], day, counted=False)
    approve(finance, made[8], day, counted=False)
    finance.claim("Withdrawn", made[8], day, reason="entered_in_error")
    file(finance, made[9], day, counted=False)
    finance.claim("Withdrawn", made[9], day, reason="duplicate")

    pay(finance, made[2], day, counted=False)
    finance.claim("Reversed", made[2], date(2022, 6, 9), reason="entered_in_error")
    finance.count.add("claims_reversed")
    pay(finance, made[3], day, counted=False)
    finance.claim("Reversed", made[3], date(2022, 6, 9), reason="paid_back")
    finance.count.add("claims_reversed")
    pay(finance, made[4], day, counted=False)
    finance.claim("Reversed", made[4], date(2023, 1, 9), reason="paid_back")

    file(finance, made[5], day)
    entry = approve(finance, made[5], day, counted=False)
    finance.withdraw(f"claim-{made[5].id}", day, entry)
    approve(finance, made[5], date(2022, 5, 20))
    pay(finance, made[5], date(2022, 5, 21))

    file(finance, made[6], date(2021, 12, 31))
    approve(finance, made[6], date(2022, 1, 1))
    pay(finance, made[6], date(2022, 1, 1))
    pay(finance, made[7], date(2023, 1, 1))


def insurance(finance: Finance, personnel: Personnel) -> None:
    """Two policies with their covers: ended, entered in error, of women and men."""
    who = list(personnel.people.values())
    for plan, premium in (("ankang", 1500000), ("serious_illness", 2500000)):
        policy = f"{plan.replace('_', '-')}-2022"
        finance.book.say(
            "benefits.PolicyBought",
            f"policy-{policy}",
            COVERED,
            policy_id=policy,
            plan=plan,
            insurer="中国职工保险互助会",
            starts_on="2022-03-15",
            ends_on="2023-03-14",
            insured_due=300,
            premium_fen=premium,
            fund="union_funds",
            payer="own",
        )
        finance.count.add("policies_bought")
        finance.count.add("insurance_premiums", premium)
        for number, person in enumerate(who[800:1100]):
            cover(finance, policy, plan, person, capacity=("member", "staff")[number % 2])
        cover(finance, policy, plan, who[2550], capacity="staff")
        cover(finance, policy, plan, who[31], capacity="retiree")
        for number, reason in enumerate(("left", "cancelled", "entered_in_error")):
            person = who[1100 + number]
            counted = reason != "entered_in_error"
            cover(finance, policy, plan, person, capacity="member", counted=counted)
            end_cover(finance, policy, plan, person, reason)


def cover(
    finance: Finance,
    policy: str,
    plan: str,
    person: Person,
    *,
    capacity: str,
    counted: bool = True,
) -> None:
    """One person is covered."""
    finance.book.say(
        "benefits.MemberInsured",
        f"insured-{policy}.{person.id}",
        COVERED,
        policy_id=policy,
        plan=plan,
        person_id=person.id,
        capacity=capacity,
    )
    if not counted:
        return
    finance.count.person(person.id, f"{plan}_insured")
    if plan == "ankang" and person.woman:
        finance.count.person(person.id, "ankang_insured_women")
    if plan == "serious_illness":
        whom = "members" if capacity == "member" else "others"
        finance.count.person(person.id, f"serious_illness_insured_{whom}")


def end_cover(finance: Finance, policy: str, plan: str, person: Person, reason: str) -> None:
    """A cover ended, or never was."""
    finance.book.say(
        "benefits.CoverEnded",
        f"insured-{policy}.{person.id}",
        date(2022, 9, 30),
        policy_id=policy,
        plan=plan,
        person_id=person.id,
        reason=reason,
    )
    if reason != "entered_in_error":
        finance.count.add("covers_ended")
