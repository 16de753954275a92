"""The insurance bought for many: serious illness for the members, 安康 for women in post."""

from collections.abc import Sequence
from datetime import date, timedelta

from guildhall.demo.people import Person, members_on, staff_on
from guildhall.demo.programmes import WARMTH
from guildhall.demo.script import Payment, Script, Table, instant

HEADINGS = ("保单编号", "工号", "姓名", "身份", "参保日期")
ANKANG_ON, ILLNESS_ON = date(2022, 4, 11), date(2022, 4, 1)


def add_insurance(script: Script, people: Sequence[Person]) -> None:
    """Both policies, each with its list of insured people and its premium."""
    women = [p for p in staff_on(people, ANKANG_ON) if p.gender == "female"]
    members = members_on(people, ILLNESS_ON)
    for policy_id, plan, title, day, covered, capacity, yuan in (
        ("illness-2022", "serious_illness", "大病保险", ILLNESS_ON, members, "会员", 60),
        ("ankang-2022", "ankang", "女职工安康保险", ANKANG_ON, women, "职工", 50),
    ):
        premium = len(covered) * yuan * 100
        script.command(
            "clerk",
            instant(day, "10:30"),
            "benefits/buy-policy",
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
        table = Table(f"2022年{title}参保名单", HEADINGS, rows)
        name = f"参保名单-{policy_id}.xlsx"
        script.import_file("clerk", instant(day, "11:30"), "insured", name, table)
        paid_on, stream = day + timedelta(days=4), f"policy-{policy_id}"
        script.pay(Payment(f"zf-{policy_id}", paid_on, premium, WARMTH, stream, "wyh-2022-03"))
