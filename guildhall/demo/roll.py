"""The unions, the staff and the members: registered in January, then as people come and go."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from guildhall.demo.desk import ORG, Desk, Table, Who, moment
from guildhall.demo.people import LATE, Person, members_on, staff_on

UPPER, CITY = "tjjt", "tjszgh"
FIRST_DAY = date(2022, 1, 4)
SOURCE_DAY = date(2022, 1, 1)

STAFF_HEADINGS = ("工号", "姓名", "性别", "出生月份", "部门", "入职日期")
MEMBER_HEADINGS = ("工号", "姓名", "部门", "入会日期", "入会方式", "原工会编号")
LEAVER_HEADINGS = ("工号", "姓名", "离开方式", "离开日期", "转入工会编号")


def tell_the_roll(desk: Desk, people: Sequence[Person]) -> None:
    """Register the unions, everybody in post and every member, and record who comes and goes."""
    _unions(desk)
    opening = staff_on(people, SOURCE_DAY)
    at = moment(FIRST_DAY, "09:10")
    desk.sheet(at, "clerk", "staff", "人员名册-2022-01.xlsx", _staff_sheet(opening, "2022年1月"))
    at = moment(FIRST_DAY, "09:20")
    members = members_on(people, SOURCE_DAY)
    desk.sheet(at, "clerk", "members", "会员名册-2022-01.xlsx", _member_sheet(members, "2022年1月"))
    _counted(desk, people, SOURCE_DAY, moment(FIRST_DAY, "09:30"))
    _counted(desk, people, date(2022, 9, 1), moment(date(2022, 9, 1), "08:40"))
    _hired(desk, people)
    _admitted(desk, people)
    _left(desk, people)
    _affiliation(desk, len(members))


def _unions(desk: Desk) -> None:
    title = "交通职业学院工会" if desk.org == ORG else "交通职业学院工会(对照)"
    unions = (
        (CITY, "市总工会(演示)", "city", None),
        (UPPER, "交通集团工会(演示)", "group", CITY),
        (desk.org, title, "grassroots", UPPER),
    )
    for minute, (org, name, kind, parent) in enumerate(unions):
        body = {"parent_org_id": parent} if parent else {}
        desk.form(
            moment(FIRST_DAY, f"09:0{minute}"),
            "operator",
            "members",
            "register-organisation",
            org=org,
            name=name,
            kind=kind,
            simulated=True,
            registered_on=SOURCE_DAY,
            **body,
        )


def _counted(desk: Desk, people: Sequence[Person], day: date, at: datetime) -> None:
    staff = staff_on(people, day)
    desk.form(
        at,
        "clerk",
        "members",
        "declare-staff-count",
        declared_on=day,
        staff=len(staff),
        women_staff=sum(person.gender == "female" for person in staff),
    )


def _hired(desk: Desk, people: Sequence[Person]) -> None:
    for day in sorted({person.hired_on for person in people if person.hired_on > SOURCE_DAY}):
        hired = [person for person in people if person.hired_on == day]
        label = f"{day:%Y-%m}"
        desk.sheet(
            moment(day, "09:00"),
            "clerk",
            "staff",
            f"入职名单-{label}.xlsx",
            _staff_sheet(hired, f"{day:%Y年%m月}入职"),
        )


def _admitted(desk: Desk, people: Sequence[Person]) -> None:
    days = {p.joined_on for p in people if p.joined_on is not None and p.joined_on > SOURCE_DAY}
    for day in sorted(days):
        admitted = [person for person in people if person.joined_on == day]
        desk.sheet(
            moment(day, "14:00"),
            "clerk",
            "members",
            f"会籍转接-{day:%Y-%m}.xlsx",
            _member_sheet(admitted, f"{day:%Y年%m月}新会员"),
        )


def _left(desk: Desk, people: Sequence[Person]) -> None:
    """One list a month, entered on the first working days of the next; the last on 29 December."""
    gone = [person for person in people if person.leaving is not None]
    months = sorted({p.leaving.on.replace(day=1) for p in gone if p.leaving is not None})
    for month in months:
        of_month = [p for p in gone if p.leaving and p.leaving.on.replace(day=1) == month]
        last = max(person.leaving.on for person in of_month if person.leaving)
        entered = last + timedelta(days=1)
        desk.sheet(
            moment(entered, "08:45"),
            _clerk_of(month),
            "leavers",
            f"人员离开-{month:%Y-%m}.xlsx",
            Table(
                f"{month:%Y年%m月}人员离开登记表",
                LEAVER_HEADINGS,
                [
                    (
                        p.employee_no,
                        p.name,
                        p.leaving.how,
                        p.leaving.on,
                        UPPER if p.leaving.how == "会籍转出" else None,
                    )
                    for p in of_month
                    if p.leaving
                ],
            ),
        )


def _clerk_of(month: date) -> Who:
    return "clerk2" if month == LATE[0].on.replace(day=1) else "clerk"


def _affiliation(desk: Desk, members: int) -> None:
    """转隶: begun in March, files prepared through the year, not completed."""
    started = date(2022, 3, 15)
    desk.form(
        moment(started, "15:00"),
        "chair",
        "members",
        "start-affiliation-transfer",
        from_parent=UPPER,
        to_parent=CITY,
        members_due=members - 6,
        started_on=started,
    )
    for day, prepared in (
        (date(2022, 6, 30), 180),
        (date(2022, 9, 30), 364),
        (date(2022, 12, 9), 505),
    ):
        desk.form(
            moment(day, "16:00"),
            "clerk",
            "members",
            "record-handover-prepared",
            to_parent=CITY,
            prepared=prepared,
            prepared_on=day,
        )


def _staff_sheet(people: Sequence[Person], label: str) -> Table:
    return Table(
        f"{label}人员名册",
        STAFF_HEADINGS,
        [
            (
                p.employee_no,
                p.name,
                "女" if p.gender == "female" else "男",
                f"{p.birth_month}月",
                p.unit,
                p.hired_on,
            )
            for p in people
        ],
    )


def _member_sheet(people: Sequence[Person], label: str) -> Table:
    return Table(
        f"{label}会员名册",
        MEMBER_HEADINGS,
        [
            (
                p.employee_no,
                p.name,
                p.unit,
                p.joined_on,
                p.join_kind,
                UPPER if p.join_kind == "会籍转入" and p.hired_on.year == 2022 else None,
            )
            for p in people
        ],
    )
