"""Claims (慰问补助申请): filed on a monthly list, decided by the approver, paid by the cashier."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from guildhall.demo.people import Person
from guildhall.demo.script import Payment, Script, Table, instant

HOSPITAL_YUAN, BEREAVEMENT_YUAN = 2000, 1000
"""Assumed: the report gives no amount."""

HOSPITALS = ((2, 17), (4, 6), (6, 28), (8, 10), (10, 19), (11, 23))
BEREAVEMENTS = (
    (1, 16, "父母"), (3, 3, "父母"), (4, 22, "父母"), (5, 30, "配偶"), (7, 11, "父母"),
    (8, 27, "父母"), (10, 12, "父母"), (11, 18, "父母"),
)  # fmt: skip
REJECTED_ON = date(2022, 9, 2)
HEADINGS = (
    "申请编号", "工号", "姓名", "身份", "申请类型", "与职工关系", "事由编号", "申请金额(元)",
    "发生日期", "申请日期",
)  # fmt: skip


class Claim(NamedTuple):
    """One claim as filed; `rejected` for a reason, or paid."""

    claim_id: str
    person: Person
    kind: str
    capacity: str
    relation: str | None
    case_id: str
    yuan: int
    happened_on: date
    rejected: str | None = None

    @property
    def filed_on(self) -> date:
        """A few days after it happened."""
        return self.happened_on + timedelta(days=5)

    @property
    def row(self) -> tuple[str | date | None, ...]:
        """The claim as a row of the monthly list, in the order of HEADINGS."""
        who = (self.claim_id, self.person.employee_no, self.person.name, self.capacity)
        what = (self.kind, self.relation, self.case_id, f"{self.yuan}.00")
        return (*who, *what, self.happened_on, self.filed_on)


def claims_of(chosen: Iterator[Person], random: Random) -> list[Claim]:
    """The year's claims of the next people `chosen`; one of the claims is rejected."""

    def hospital(number: int, on: date, rejected: str | None = None) -> Claim:
        who, case_id = next(chosen), _case(random)
        claim_id = f"zy-2022-{number:02d}"
        return Claim(claim_id, who, "住院", "会员", None, case_id, HOSPITAL_YUAN, on, rejected)

    def bereavement(number: int, on: date, relation: str) -> Claim:
        who, case_id = next(chosen), _case(random)
        claim_id = f"ss-2022-{number:02d}"
        return Claim(claim_id, who, "丧事", "职工", relation, case_id, BEREAVEMENT_YUAN, on)

    return [
        *(hospital(n, date(2022, *day)) for n, day in enumerate(HOSPITALS, start=1)),
        *(bereavement(n, date(2022, m, d), r) for n, (m, d, r) in enumerate(BEREAVEMENTS, start=1)),
        hospital(len(HOSPITALS) + 1, REJECTED_ON, "evidence_missing"),
    ]


def _case(random: Random) -> str:
    """An opaque case number: nothing about an illness or a death can be read from it."""
    return f"case-{random.getrandbits(40):010x}"


def add_claims(script: Script, claims: Sequence[Claim]) -> None:
    """File every claim on the list of its month, and decide each two days later."""
    for month in sorted({claim.filed_on.replace(day=1) for claim in claims}):
        of_month = (claim for claim in claims if claim.filed_on.replace(day=1) == month)
        listed = sorted(of_month, key=lambda claim: claim.filed_on)
        entered_on = listed[-1].filed_on
        table = Table(f"{month:%Y年%m月}慰问补助申请表", HEADINGS, [claim.row for claim in listed])
        name = f"慰问补助申请-{month:%Y-%m}.xlsx"
        script.import_file("clerk", instant(entered_on, "11:00"), "claims", name, table)
        for claim in listed:
            _decide(script, claim, entered_on + timedelta(days=2))


def _decide(script: Script, claim: Claim, on: date) -> None:
    at, decision_ref = instant(on, "10:20"), f"wyh-2022-{on.month:02d}"
    if claim.rejected is not None:
        rejected = {"claim_id": claim.claim_id, "reason": claim.rejected, "rejected_on": on}
        script.command("approver", at, "benefits/reject-claim", **rejected)
        return
    script.command(
        "approver",
        at,
        "benefits/approve-claim",
        claim_id=claim.claim_id,
        approved_fen=claim.yuan * 100,
        decision_ref=decision_ref,
        approved_on=on,
    )
    _pay(script, claim, on + timedelta(days=1), decision_ref)


def _pay(script: Script, claim: Claim, on: date, decision_ref: str) -> None:
    hospital, payment_id = claim.kind == "住院", f"zf-{claim.claim_id}"
    script.command(
        "cashier",
        instant(on, "15:00"),
        "benefits/pay-claim",
        claim_id=claim.claim_id,
        fund="care_fund" if hospital else "union_funds",
        payment_form="transfer",
        paid_on=on,
        payment_id=payment_id,
        amount_assumed=True,
    )
    line = "维权-困难帮扶" if hospital else "职工活动-集体福利"
    fund = "关爱基金" if hospital else "工会经费"
    stream = f"claim-{claim.claim_id}"
    script.pay(Payment(payment_id, on, claim.yuan * 100, line, stream, decision_ref, fund))
