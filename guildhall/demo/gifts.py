"""Gifts to many: the two holidays, the front line, the summer portions, the birthday cakes.

The report gives no value but that of a birth gift: every other amount is an assumption, and says
so (`amount_assumed`).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from guildhall.demo.desk import Desk, Payment, Table, moment
from guildhall.demo.people import Person, members_on, staff_on

SPRING_YUAN, MID_AUTUMN_YUAN, FRONT_LINE_YUAN, CAKE_YUAN = 500, 300, 200, 200
SPRING_ROSTER, MID_AUTUMN_ROSTER = date(2022, 1, 17), date(2022, 9, 1)
SUMMER_PORTIONS, SUMMER_ISSUED = 80, 78
RECEIPT_HEADINGS = ("工号", "姓名", "部门", "项目编号", "签收日期", "代签人工号")

HOLIDAY_MONEY = {"fund": "union_funds", "payer": "own", "budget_line": "staff_activity.welfare"}


class Handing(NamedTuple):
    """A programme handed out: to whom, on which day, and who signs later than the others."""

    programme_id: str
    title: str
    issued_on: date
    people: Sequence[Person]
    late: int = 0


def tell_the_gifts(desk: Desk, people: Sequence[Person], seed: int) -> None:
    """Every gift of the year that goes to many."""
    # Each has its own seed: where the stories agree, so do their files.
    for tell in (_spring, _front_line, _summer, _mid_autumn):
        tell(desk, people, Random(f"{seed}:{tell.__name__}"))
    for month in range(1, 13):
        _birthdays(desk, people, month, Random(f"{seed}:birthdays:{month}"))


def _open(desk: Desk, on: date, programme_id: str, title: str, **terms: Any) -> None:
    desk.form(
        moment(on, "09:30"),
        "clerk",
        "benefits",
        "open-programme",
        programme_id=programme_id,
        title=title,
        opened_on=on,
        **terms,
    )


def _signed(desk: Desk, handing: Handing, entered_on: date, random: Random) -> None:
    """The sign-off sheet; `late` people sign on sheets of their own after the report."""
    on_time = handing.people[handing.late :]
    rows = [_receipt(handing, person, random) for person in on_time]
    desk.sheet(
        moment(entered_on, "15:30"),
        "clerk",
        "receipts",
        f"签收表-{handing.programme_id}.xlsx",
        Table(f"{handing.title}签收表", RECEIPT_HEADINGS, rows),
    )
    if handing.late:
        late_on = date(2022, 12, 20)
        rows = [
            (*_receipt(handing, person, random)[:4], late_on, None)
            for person in handing.people[: handing.late]
        ]
        desk.sheet(
            moment(late_on, "15:30"),
            "clerk",
            "receipts",
            f"签收表-{handing.programme_id}-补签.xlsx",
            Table(f"{handing.title}签收表(补签)", RECEIPT_HEADINGS, rows),
        )


def _receipt(
    handing: Handing, person: Person, random: Random
) -> tuple[str, str, str, str, date, str | None]:
    signs_on = handing.issued_on + timedelta(days=random.choice((0, 0, 0, 1, 1, 2, 3)))
    return (person.employee_no, person.name, person.unit, handing.programme_id, signs_on, None)


def _shuffled(random: Random, people: Sequence[Person]) -> list[Person]:
    return random.sample(list(people), len(people))


def _spring(desk: Desk, people: Sequence[Person], random: Random) -> None:
    members = members_on(people, SPRING_ROSTER)
    _open(
        desk,
        date(2022, 1, 13),
        "spring-2022",
        "2022年春节慰问",
        occasion="spring_festival",
        population="members",
        payment_form="goods",
        unit_value_fen=SPRING_YUAN * 100,
        amount_assumed=True,
        decision_ref="wyh-2022-01",
        **HOLIDAY_MONEY,
    )
    _to_roster(
        desk, "spring-2022", SPRING_ROSTER, date(2022, 1, 20), len(members), population="members"
    )
    handing = Handing(
        "spring-2022", "2022年春节慰问品", date(2022, 1, 20), _shuffled(random, members)
    )
    _signed(desk, handing, date(2022, 1, 24), random)
    _close(desk, "spring-2022", date(2022, 1, 28))
    desk.pay(
        Payment(
            "zf-2022-0101",
            date(2022, 1, 25),
            len(members) * SPRING_YUAN * 100,
            "职工活动-集体福利",
            "programme-spring-2022",
            "wyh-2022-01",
        )
    )


def _to_roster(
    desk: Desk, programme_id: str, as_of: date, issued_on: date, expected: int, **who: Any
) -> None:
    desk.form(
        moment(as_of),
        "clerk",
        "benefits",
        "freeze-roster",
        programme_id=programme_id,
        as_of=as_of,
        expected_count=expected,
        **who,
    )
    desk.form(
        moment(issued_on, "13:30"),
        "clerk",
        "benefits",
        "issue-gifts-to-roster",
        programme_id=programme_id,
        issued_on=issued_on,
    )


def _close(desk: Desk, programme_id: str, on: date) -> None:
    desk.form(
        moment(on, "17:00"),
        "clerk",
        "benefits",
        "close-programme",
        programme_id=programme_id,
        closed_on=on,
    )


def _front_line(desk: Desk, people: Sequence[Person], random: Random) -> None:
    """在津南抗疫一线工作的教职工: staff, whom only the office knows."""
    day = date(2022, 1, 27)
    staff = [p for p in staff_on(people, day) if p.leaving is None and p.joined_on]
    named = random.sample(staff, 26)
    _open(
        desk,
        date(2022, 1, 24),
        "front-line-2022",
        "2022年春节津南抗疫一线慰问",
        occasion="front_line",
        population="front_line_staff",
        payment_form="goods",
        unit_value_fen=FRONT_LINE_YUAN * 100,
        amount_assumed=True,
        fund="union_funds",
        payer="own",
        budget_line="rights.warmth",
        decision_ref="wyh-2022-01",
    )
    refs = [person.ref for person in named]
    _to_roster(desk, "front-line-2022", date(2022, 1, 26), day, 26, person_ids=refs)
    handing = Handing("front-line-2022", "2022年津南抗疫一线慰问品", day, named)
    _signed(desk, handing, date(2022, 1, 31), random)
    _close(desk, "front-line-2022", date(2022, 2, 10))
    desk.pay(
        Payment(
            "zf-2022-0102",
            date(2022, 1, 28),
            26 * FRONT_LINE_YUAN * 100,
            "维权-送温暖",
            "programme-front-line-2022",
            "wyh-2022-01",
        )
    )


def _summer(desk: Desk, people: Sequence[Person], random: Random) -> None:
    """夏季送凉爽: 80 portions from the group union, 78 handed out; the rest is follow-up work."""
    name, issued_on = "summer-2022", date(2022, 7, 15)
    _open(
        desk,
        date(2022, 6, 20),
        name,
        "2022年“夏季送凉爽”",
        occasion="summer_cooling",
        population="front_line_staff",
        payment_form="goods",
        fund="superior_grant",
        payer="superior",
        decision_ref="wyh-2022-06",
    )
    desk.form(
        moment(date(2022, 6, 24)),
        "clerk",
        "benefits",
        "apply-for-portions",
        programme_id=name,
        quantity=SUMMER_PORTIONS,
        to_org="tjjt",
        applied_on=date(2022, 6, 24),
    )
    desk.form(
        moment(date(2022, 7, 8)),
        "clerk",
        "benefits",
        "receive-portions",
        programme_id=name,
        quantity=SUMMER_PORTIONS,
        from_org="tjjt",
        received_on=date(2022, 7, 8),
    )
    staff = [person for person in staff_on(people, issued_on) if person.leaving is None]
    named = random.sample(staff, SUMMER_PORTIONS)
    later = named[SUMMER_ISSUED:]
    desk.form(
        moment(date(2022, 7, 12)),
        "clerk",
        "benefits",
        "freeze-roster",
        programme_id=name,
        as_of=date(2022, 7, 12),
        person_ids=[p.ref for p in named],
        expected_count=len(named),
    )
    desk.form(
        moment(issued_on, "13:30"),
        "clerk",
        "benefits",
        "issue-gifts-to-roster",
        programme_id=name,
        issued_on=issued_on,
        except_person_ids=[p.ref for p in later],
    )
    handing = Handing(name, "2022年夏季送凉爽慰问品", issued_on, named[:SUMMER_ISSUED])
    _signed(desk, handing, date(2022, 7, 20), random)
    followed_up = date(2022, 12, 21)
    desk.form(
        moment(followed_up, "13:30"),
        "clerk",
        "benefits",
        "issue-gifts-to-roster",
        programme_id=name,
        issued_on=followed_up,
        only_missing=True,
    )


def _mid_autumn(desk: Desk, people: Sequence[Person], random: Random) -> None:
    """中秋: 542 portions in both stories. Who joined after the roster got one of them all the same
    in story 2, and the office noted it as what it was: a portion to somebody off the roster."""
    issued_on, name = date(2022, 9, 6), "mid-autumn-2022"
    on_roster = members_on(people, MID_AUTUMN_ROSTER)
    off_roster = [
        p
        for p in members_on(people, date(2022, 12, 15))
        if p.hired_on <= issued_on and p not in on_roster
    ]
    _open(
        desk,
        date(2022, 8, 25),
        name,
        "2022年中秋节慰问",
        occasion="mid_autumn",
        population="members",
        payment_form="goods",
        unit_value_fen=MID_AUTUMN_YUAN * 100,
        amount_assumed=True,
        decision_ref="wyh-2022-08",
        **HOLIDAY_MONEY,
    )
    _to_roster(desk, name, MID_AUTUMN_ROSTER, issued_on, len(on_roster), population="members")
    for minute, person in enumerate(off_roster):
        desk.form(
            moment(date(2022, 9, 8), f"14:{minute:02d}"),
            "clerk",
            "benefits",
            "issue-gift",
            programme_id=name,
            person_id=person.ref,
            capacity="staff",
            issued_on=date(2022, 9, 8),
            off_roster_reason="spare_portion",
        )
    given = _shuffled(random, on_roster)
    handing = Handing(name, "2022年中秋节慰问品", date(2022, 9, 8), [*given, *off_roster], late=4)
    _signed(desk, handing, date(2022, 9, 14), random)
    desk.pay(
        Payment(
            "zf-2022-0901",
            date(2022, 9, 20),
            len(handing.people) * MID_AUTUMN_YUAN * 100,
            "职工活动-集体福利",
            f"programme-{name}",
            "wyh-2022-08",
        )
    )


def _birthdays(desk: Desk, people: Sequence[Person], month: int, random: Random) -> None:
    """生日蛋糕: one programme a month for the members of its first day; a few are missed."""
    # January's programme waits for the committee's decision of the 10th.
    first, issued_on = date(2022, month, 1 if month > 1 else 11), date(2022, month, 12)
    name, last = f"birthday-2022-{month:02d}", date(2022, month, 28)
    born = [p for p in members_on(people, first) if p.birth_month == month]
    given = _shuffled(random, born)
    missed = [given.pop() for _ in range({3: 1, 7: 2, 10: 1}.get(month, 0))]
    _open(
        desk,
        first,
        name,
        f"2022年{month}月会员生日蛋糕",
        occasion="birthday",
        population="members",
        payment_form="cake_voucher",
        unit_value_fen=CAKE_YUAN * 100,
        amount_assumed=True,
        decision_ref="wyh-2022-01",
        **HOLIDAY_MONEY,
    )
    desk.form(
        moment(first),
        "clerk",
        "benefits",
        "freeze-roster",
        programme_id=name,
        as_of=first,
        person_ids=[p.ref for p in born],
        expected_count=len(born),
    )
    desk.form(
        moment(issued_on, "13:30"),
        "clerk",
        "benefits",
        "issue-gifts-to-roster",
        programme_id=name,
        issued_on=issued_on,
        except_person_ids=[p.ref for p in missed],
    )
    entered_on = issued_on + timedelta(days=5) if month < 12 else date(2022, 12, 19)
    handing = Handing(name, f"2022年{month}月生日蛋糕券", issued_on, given)
    _signed(desk, handing, entered_on, random)
    _close(desk, name, last if month < 12 else date(2022, 12, 30))
    desk.pay(
        Payment(
            f"zf-2022-{month:02d}90",
            issued_on + timedelta(days=1),
            len(given) * CAKE_YUAN * 100,
            "职工活动-集体福利",
            f"programme-{name}",
            "wyh-2022-01",
        )
    )
