"""Gifts to many: the two holidays, the front line, the summer portions, the birthday cakes.

The report gives no value but that of a birth gift: every other amount is an assumption, and says
so (`amount_assumed`).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from guildhall.demo.people import Person, members_on, staff_on
from guildhall.demo.programmes import (
    HOLIDAY_MONEY,
    WARMTH,
    Handout,
    close_programme,
    freeze_roster,
    import_receipts,
    issue_to_roster,
    open_programme,
    payment_of,
)
from guildhall.demo.script import Script, instant

SPRING_YUAN, MID_AUTUMN_YUAN, FRONT_LINE_YUAN, CAKE_YUAN = 500, 300, 200, 200
SPRING_ROSTER, MID_AUTUMN_ROSTER = date(2022, 1, 17), date(2022, 9, 1)
SUMMER_PORTIONS, SUMMER_ISSUED = 80, 78
SPRING, FRONT_LINE, SUMMER = "spring-2022", "front-line-2022", "summer-2022"
MID_AUTUMN, BIRTHDAY = "mid-autumn-2022", "birthday-2022"
BIRTHDAYS_MISSED = {3: 1, 7: 2, 10: 1}
"""Members who get no cake in their month, by month."""

TERMS: dict[str, dict[str, Any]] = {
    SPRING: {
        "title": "2022年春节慰问", "occasion": "spring_festival", "population": "members",
        "payment_form": "goods", "unit_value_fen": SPRING_YUAN * 100, "amount_assumed": True,
        "decision_ref": "wyh-2022-01", **HOLIDAY_MONEY,
    },
    FRONT_LINE: {
        "title": "2022年春节津南抗疫一线慰问", "occasion": "front_line",
        "population": "front_line_staff", "payment_form": "goods",
        "unit_value_fen": FRONT_LINE_YUAN * 100, "amount_assumed": True, "fund": "union_funds",
        "payer": "own", "budget_line": "rights.warmth", "decision_ref": "wyh-2022-01",
    },
    SUMMER: {
        "title": "2022年“夏季送凉爽”", "occasion": "summer_cooling",
        "population": "front_line_staff", "payment_form": "goods", "fund": "superior_grant",
        "payer": "superior", "decision_ref": "wyh-2022-06",
    },
    MID_AUTUMN: {
        "title": "2022年中秋节慰问", "occasion": "mid_autumn", "population": "members",
        "payment_form": "goods", "unit_value_fen": MID_AUTUMN_YUAN * 100, "amount_assumed": True,
        "decision_ref": "wyh-2022-08", **HOLIDAY_MONEY,
    },
    BIRTHDAY: {
        "occasion": "birthday", "population": "members", "payment_form": "cake_voucher",
        "unit_value_fen": CAKE_YUAN * 100, "amount_assumed": True, "decision_ref": "wyh-2022-01",
        **HOLIDAY_MONEY,
    },
}  # fmt: skip


def add_gifts(script: Script, people: Sequence[Person], seed: int) -> None:
    """Every gift of the year that goes to many."""
    # A seed each: where the two stories agree, their files are equal.
    _spring(script, people, Random(f"{seed}:_spring"))
    _front_line(script, people, Random(f"{seed}:_front_line"))
    _summer(script, people, Random(f"{seed}:_summer"))
    _mid_autumn(script, people, Random(f"{seed}:_mid_autumn"))
    for month in range(1, 13):
        _birthdays(script, people, month, Random(f"{seed}:birthdays:{month}"))


def _shuffled(random: Random, people: Sequence[Person]) -> list[Person]:
    return random.sample(list(people), len(people))


def _spring(script: Script, people: Sequence[Person], random: Random) -> None:
    members, issued_on = members_on(people, SPRING_ROSTER), date(2022, 1, 20)
    open_programme(script, date(2022, 1, 13), SPRING, **TERMS[SPRING])
    freeze_roster(script, SPRING, SPRING_ROSTER, len(members), population="members")
    issue_to_roster(script, SPRING, issued_on)
    handout = Handout(SPRING, "2022年春节慰问品", issued_on, _shuffled(random, members))
    import_receipts(script, handout, date(2022, 1, 24), random)
    close_programme(script, SPRING, date(2022, 1, 28))
    yuan = len(members) * SPRING_YUAN
    script.pay(payment_of(SPRING, "zf-2022-0101", date(2022, 1, 25), yuan, "wyh-2022-01"))


def _front_line(script: Script, people: Sequence[Person], random: Random) -> None:
    """在津南抗疫一线工作的教职工: staff, whom only the office knows."""
    day = date(2022, 1, 27)
    staff = [p for p in staff_on(people, day) if p.leaving is None and p.joined_on]
    named = random.sample(staff, 26)
    refs = [person.ref for person in named]
    open_programme(script, date(2022, 1, 24), FRONT_LINE, **TERMS[FRONT_LINE])
    freeze_roster(script, FRONT_LINE, date(2022, 1, 26), len(named), person_ids=refs)
    issue_to_roster(script, FRONT_LINE, day)
    handout = Handout(FRONT_LINE, "2022年津南抗疫一线慰问品", day, named)
    import_receipts(script, handout, date(2022, 1, 31), random)
    close_programme(script, FRONT_LINE, date(2022, 2, 10))
    paid_on, yuan = date(2022, 1, 28), len(named) * FRONT_LINE_YUAN
    payment = payment_of(FRONT_LINE, "zf-2022-0102", paid_on, yuan, "wyh-2022-01")
    script.pay(payment._replace(line=WARMTH))


def _summer(script: Script, people: Sequence[Person], random: Random) -> None:
    """夏季送凉爽: 80 portions from the group union, 78 handed out; the rest is follow-up work."""
    applied_on, received_on, issued_on = date(2022, 6, 24), date(2022, 7, 8), date(2022, 7, 15)
    portions = {"programme_id": SUMMER, "quantity": SUMMER_PORTIONS}
    applied = {**portions, "to_org": "tjjt", "applied_on": applied_on}
    received = {**portions, "from_org": "tjjt", "received_on": received_on}
    open_programme(script, date(2022, 6, 20), SUMMER, **TERMS[SUMMER])
    script.command("clerk", instant(applied_on), "benefits/apply-for-portions", **applied)
    script.command("clerk", instant(received_on), "benefits/receive-portions", **received)
    staff = [person for person in staff_on(people, issued_on) if person.leaving is None]
    named = random.sample(staff, SUMMER_PORTIONS)
    refs = [person.ref for person in named]
    freeze_roster(script, SUMMER, date(2022, 7, 12), len(named), person_ids=refs)
    issue_to_roster(script, SUMMER, issued_on, except_person_ids=refs[SUMMER_ISSUED:])
    handout = Handout(SUMMER, "2022年夏季送凉爽慰问品", issued_on, named[:SUMMER_ISSUED])
    import_receipts(script, handout, date(2022, 7, 20), random)
    issue_to_roster(script, SUMMER, date(2022, 12, 21), only_missing=True)


def _mid_autumn(script: Script, people: Sequence[Person], random: Random) -> None:
    """中秋: 542 portions in both stories.

    In story 2 a person who joined after the roster got a portion all the same, and the office
    noted what it was: a portion to somebody off the roster.
    """
    issued_on, spare_on = date(2022, 9, 6), date(2022, 9, 8)
    on_roster = members_on(people, MID_AUTUMN_ROSTER)
    admitted = members_on(people, date(2022, 12, 15))
    off_roster = [p for p in admitted if p.hired_on <= issued_on and p not in on_roster]
    open_programme(script, date(2022, 8, 25), MID_AUTUMN, **TERMS[MID_AUTUMN])
    freeze_roster(script, MID_AUTUMN, MID_AUTUMN_ROSTER, len(on_roster), population="members")
    issue_to_roster(script, MID_AUTUMN, issued_on)
    spare = {
        "programme_id": MID_AUTUMN, "capacity": "staff", "issued_on": spare_on,
        "off_roster_reason": "spare_portion",
    }  # fmt: skip
    for minute, person in enumerate(off_roster):
        at = instant(spare_on, f"14:{minute:02d}")
        script.command("clerk", at, "benefits/issue-gift", person_id=person.ref, **spare)
    given = [*_shuffled(random, on_roster), *off_roster]
    handout = Handout(MID_AUTUMN, "2022年中秋节慰问品", spare_on, given, late=4)
    import_receipts(script, handout, date(2022, 9, 14), random)
    yuan = len(given) * MID_AUTUMN_YUAN
    script.pay(payment_of(MID_AUTUMN, "zf-2022-0901", date(2022, 9, 20), yuan, "wyh-2022-08"))


def _birthdays(script: Script, people: Sequence[Person], month: int, random: Random) -> None:
    """生日蛋糕: one programme a month for the members of its first day; a few are missed."""
    # January's programme waits for the committee's decision of the 10th.
    first, issued_on = date(2022, month, 1 if month > 1 else 11), date(2022, month, 12)
    name, last = f"{BIRTHDAY}-{month:02d}", date(2022, month, 28)
    born = [p for p in members_on(people, first) if p.birth_month == month]
    given = _shuffled(random, born)
    missed = [given.pop().ref for _ in range(BIRTHDAYS_MISSED.get(month, 0))]
    refs = [person.ref for person in born]
    open_programme(script, first, name, title=f"2022年{month}月会员生日蛋糕", **TERMS[BIRTHDAY])
    freeze_roster(script, name, first, len(born), person_ids=refs)
    issue_to_roster(script, name, issued_on, except_person_ids=missed)
    entered_on = issued_on + timedelta(days=5) if month < 12 else date(2022, 12, 19)
    handout = Handout(name, f"2022年{month}月生日蛋糕券", issued_on, given)
    import_receipts(script, handout, entered_on, random)
    close_programme(script, name, last if month < 12 else date(2022, 12, 30))
    paid_on, yuan = issued_on + timedelta(days=1), len(given) * CAKE_YUAN
    script.pay(payment_of(name, f"zf-2022-{month:02d}90", paid_on, yuan, "wyh-2022-01"))
