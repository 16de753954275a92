"""Occasions in a person's life: marriage, birth, retirement, illness, a death in the family; and
the insurance bought for many."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from guildhall.demo.desk import Desk, Payment, Table, moment
from guildhall.demo.people import RETIREMENTS, Person, members_on, staff_on

MARRIAGE_YUAN, BIRTH_YUAN, RETIREMENT_YUAN, HOSPITAL_YUAN, BEREAVEMENT_YUAN = (
    800,
    1000,
    600,
    2000,
    1000,
)
"""Only the birth gift's value is in the report (L18); the others are assumed."""

MARRIAGES = ((2, 22), (3, 16), (5, 20), (5, 25), (6, 18), (8, 4), (10, 1), (11, 11))
BIRTHS = ((3, 27), (6, 9), (9, 15), (11, 20))
HOSPITALS = ((2, 17), (4, 6), (6, 28), (8, 10), (10, 19), (11, 23))
BEREAVEMENTS = (
    (1, 16, "父母"), (3, 3, "父母"), (4, 22, "父母"), (5, 30, "配偶"), (7, 11, "父母"),
    (8, 27, "父母"), (10, 12, "父母"), (11, 18, "父母"),
)  # fmt: skip
CLAIM_HEADINGS = (
    "申请编号", "工号", "姓名", "身份", "申请类型", "与职工关系", "事由编号", "申请金额(元)",
    "发生日期", "申请日期",
)  # fmt: skip
INSURED_HEADINGS = ("保单编号", "工号", "姓名", "身份", "参保日期")
ANKANG_ON, ILLNESS_ON = date(2022, 4, 11), date(2022, 4, 1)


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


def tell_the_occasions(desk: Desk, people: Sequence[Person], seed: int) -> None:
    """Gifts to single people, claims, and the insurance."""
    random = Random(f"{seed}:occasions")
    stay = [p for p in members_on(people, date(2022, 1, 1)) if p.leaving is None]
    chosen = iter(random.sample(stay, 40))
    marriages = [(date(2022, *day), next(chosen)) for day in MARRIAGES]
    births = [(date(2022, *day), next(chosen)) for day in BIRTHS]
    retired = sorted(
        ((p.leaving.on, p) for p in people if p.leaving and p.leaving in RETIREMENTS),
        key=lambda pair: (pair[0], pair[1].employee_no),
    )
    _gifts(desk, "marriage", "结婚慰问", MARRIAGE_YUAN, marriages)
    _gifts(desk, "birth", "生育慰问", BIRTH_YUAN, births)
    _gifts(desk, "retirement", "退休慰问", RETIREMENT_YUAN, retired)
    claims = [
        Claim(
            f"zy-2022-{n:02d}",
            next(chosen),
            "住院",
            "会员",
            None,
            _case(random),
            HOSPITAL_YUAN,
            date(2022, *day),
        )
        for n, day in enumerate(HOSPITALS, start=1)
    ]
    claims += [
        Claim(
            f"ss-2022-{n:02d}",
            next(chosen),
            "丧事",
            "职工",
            relation,
            _case(random),
            BEREAVEMENT_YUAN,
            date(2022, month, day),
        )
        for n, (month, day, relation) in enumerate(BEREAVEMENTS, start=1)
    ]
    claims.append(
        Claim(
            "zy-2022-07",
            next(chosen),
            "住院",
            "会员",
            None,
            _case(random),
            HOSPITAL_YUAN,
            date(2022, 9, 2),
            "evidence_missing",
        )
    )
    _claims(desk, claims)
    _insurance(desk, people)


def _case(random: Random) -> str:
    """An opaque case number: nothing about an illness or a death can be read from it."""
    return f"case-{random.getrandbits(40):010x}"


def _gifts(
    desk: Desk, occasion: str, title: str, yuan: int, given: Sequence[tuple[date, Person]]
) -> None:
    """One programme for the year; each person is named when the day comes."""
    opened, programme_id = date(2022, 1, 14), f"{occasion}-2022"
    assumed = occasion != "birth"
    desk.form(
        moment(opened, "09:40"),
        "clerk",
        "benefits",
        "open-programme",
        programme_id=programme_id,
        title=f"2022年{title}",
        occasion=occasion,
        population="named",
        payment_form="goods",
        unit_value_fen=yuan * 100,
        amount_assumed=assumed,
        fund="union_funds",
        payer="own",
        budget_line="staff_activity.welfare",
        decision_ref="wyh-2022-01",
        opened_on=opened,
    )
    capacity = "retiree" if occasion == "retirement" else "member"
    for number, (day, person) in enumerate(given, start=1):
        issued_on = day + timedelta(days=8)
        desk.form(
            moment(issued_on, "14:10"),
            "clerk",
            "benefits",
            "issue-gift",
            programme_id=programme_id,
            person_id=person.ref,
            capacity=capacity,
            issued_on=issued_on,
        )
        desk.pay(
            Payment(
                f"zf-{programme_id}-{number:02d}",
                issued_on,
                yuan * 100,
                "职工活动-集体福利",
                f"programme-{programme_id}",
                "wyh-2022-01",
                assumed=assumed,
            )
        )
    _signed(desk, programme_id, title, given)


def _signed(
    desk: Desk, programme_id: str, title: str, given: Sequence[tuple[date, Person]]
) -> None:
    """Signed on the day; the sheet is typed in once a half-year, the second time on 14 December."""
    halves = (("上半年", date(2022, 7, 6)), ("下半年", date(2022, 12, 14)))
    for half, (label, entered_on) in enumerate(halves):
        rows = [
            (
                person.employee_no,
                person.name,
                person.unit,
                programme_id,
                day + timedelta(days=8),
                None,
            )
            for day, person in given
            if (day + timedelta(days=8) > date(2022, 7, 5)) == bool(half)
        ]
        headings = ("工号", "姓名", "部门", "项目编号", "签收日期", "代签人工号")
        desk.sheet(
            moment(entered_on, "16:10"),
            "clerk",
            "receipts",
            f"签收表-{programme_id}-{label}.xlsx",
            Table(f"2022年{title}签收表({label})", headings, rows),
        )


def _claims(desk: Desk, claims: Sequence[Claim]) -> None:
    """Filed on the monthly list, decided by the approver, paid by the cashier."""
    for month in sorted({claim.filed_on.replace(day=1) for claim in claims}):
        listed = sorted(
            (c for c in claims if c.filed_on.replace(day=1) == month), key=lambda c: c.filed_on
        )
        entered_on = listed[-1].filed_on
        rows = [
            (
                c.claim_id,
                c.person.employee_no,
                c.person.name,
                c.capacity,
                c.kind,
                c.relation,
                c.case_id,
                f"{c.yuan}.00",
                c.happened_on,
                c.filed_on,
            )
            for c in listed
        ]
        desk.sheet(
            moment(entered_on, "11:00"),
            "clerk",
            "claims",
            f"慰问补助申请-{month:%Y-%m}.xlsx",
            Table(f"{month:%Y年%m月}慰问补助申请表", CLAIM_HEADINGS, rows),
        )
        for claim in listed:
            _decided(desk, claim, entered_on + timedelta(days=2))


def _decided(desk: Desk, claim: Claim, on: date) -> None:
    at, who = moment(on, "10:20"), claim.claim_id
    if claim.rejected is not None:
        desk.form(
            at,
            "approver",
            "benefits",
            "reject-claim",
            claim_id=who,
            reason=claim.rejected,
            rejected_on=on,
        )
        return
    ref = f"wyh-2022-{on.month:02d}"
    desk.form(
        at,
        "approver",
        "benefits",
        "approve-claim",
        claim_id=who,
        approved_fen=claim.yuan * 100,
        decision_ref=ref,
        approved_on=on,
    )
    hospital = claim.kind == "住院"
    paid_on, payment_id = on + timedelta(days=1), f"zf-{who}"
    desk.form(
        moment(paid_on, "15:00"),
        "cashier",
        "benefits",
        "pay-claim",
        claim_id=who,
        fund="care_fund" if hospital else "union_funds",
        payment_form="transfer",
        paid_on=paid_on,
        payment_id=payment_id,
        amount_assumed=True,
    )
    desk.pay(
        Payment(
            payment_id,
            paid_on,
            claim.yuan * 100,
            "维权-困难帮扶" if hospital else "职工活动-集体福利",
            f"claim-{who}",
            ref,
            "关爱基金" if hospital else "工会经费",
        )
    )


def _insurance(desk: Desk, people: Sequence[Person]) -> None:
    women = [p for p in staff_on(people, ANKANG_ON) if p.gender == "female"]
    members = members_on(people, ILLNESS_ON)
    for policy_id, plan, title, day, covered, capacity, yuan in (
        ("illness-2022", "serious_illness", "大病保险", ILLNESS_ON, members, "会员", 60),
        ("ankang-2022", "ankang", "女职工安康保险", ANKANG_ON, women, "职工", 50),
    ):
        premium = len(covered) * yuan * 100
        desk.form(
            moment(day, "10:30"),
            "clerk",
            "benefits",
            "buy-policy",
            policy_id=policy_id,
            plan=plan,
            insurer="职工互助保障办事处(演示)",
            starts_on=day,
            ends_on=day.replace(year=2023),
            premium_fen=premium,
            amount_assumed=True,
            fund="union_funds",
            payer="own",
            insured_due=len(covered),
            bought_on=day,
        )
        rows = [(policy_id, p.employee_no, p.name, capacity, day) for p in covered]
        desk.sheet(
            moment(day, "11:30"),
            "clerk",
            "insured",
            f"参保名单-{policy_id}.xlsx",
            Table(f"2022年{title}参保名单", INSURED_HEADINGS, rows),
        )
        desk.pay(
            Payment(
                f"zf-{policy_id}",
                day + timedelta(days=4),
                premium,
                "维权-送温暖",
                f"policy-{policy_id}",
                "wyh-2022-03",
            )
        )
