"""The unions, the staff and the members: registered in January, then as people come and go."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from guildhall.demo.people import LATE, Person, members_on, staff_on
from guildhall.demo.script import ORG, Script, Table, Who, instant

UPPER, CITY = "tjjt", "tjszgh"
FIRST_DAY = date(2022, 1, 4)
SOURCE_DAY = date(2022, 1, 1)

STAFF_HEADINGS = ("工号", "姓名", "性别", "出生月份", "部门", "入职日期")
MEMBER_HEADINGS = ("工号", "姓名", "部门", "入会日期", "入会方式", "原工会编号")
LEAVER_HEADINGS = ("工号", "姓名", "离开方式", "离开日期", "转入工会编号")


def add_membership(script: Script, people: Sequence[Person]) -> None:
    """Register the unions, everybody in post and every member, and record who comes and goes."""
    _unions(script)
    opening = staff_on(people, SOURCE_DAY)
    at = instant(FIRST_DAY, "09:10")
    script.import_file(
        "clerk", at, "staff", "人员名册-2022-01.xlsx", _staff_sheet(opening, "2022年1月")
    )
    at = instant(FIRST_DAY, "09:20")
    members = members_on(people, SOURCE_DAY)
    script.import_file(
        "clerk", at, "members", "会员名册-2022-01.xlsx", _member_sheet(members, "2022年1月")
    )
    _counted(script, people, SOURCE_DAY, instant(FIRST_DAY, "09:30"))
    _counted(script, people, date(2022, 9, 1), instant(date(2022, 9, 1), "08:40"))
    _hired(script, people)
    _admitted(script, people)
    _left(script, people)
    _affiliation(script, len(members))


def _unions(script: Script) -> None:
    title = "交通职业学院工会" if script.org == ORG else "交通职业学院工会(对照)"
    unions = (
        (CITY, "市总工会(演示)", "city", None),
        (UPPER, "交通集团工会(演示)", "group", CITY),
        (script.org, title, "grassroots", UPPER),
    )
    for minute, (org, name, kind, parent) in enumerate(unions):
        body = {"name": name, "kind": kind, "simulated": True, "registered_on": SOURCE_DAY}
        if parent:
            body["parent_org_id"] = parent
        at = instant(FIRST_DAY, f"09:0{minute}")
        script.command_for(org, "operator", at, "members/register-organisation", body)


def _counted(script: Script, people: Sequence[Person], day: date, at: datetime) -> None:
    staff = staff_on(people, day)
    script.command(
        "clerk",
        at,
        "members/declare-staff-count",
        declared_on=day,
        staff=len(staff),
        women_staff=sum(person.gender == "female" for person in staff),
    )


def _hired(script: Script, people: Sequence[Person]) -> None:
    for day in sorted({person.hired_on for person in people if person.hired_on > SOURCE_DAY}):
        hired = [person for person in people if person.hired_on == day]
        label = f"{day:%Y-%m}"
        script.import_file(
            "clerk",
            instant(day, "09:00"),
            "staff",
            f"入职名单-{label}.xlsx",
            _staff_sheet(hired, f"{day:%Y年%m月}入职"),
        )


def _admitted(script: Script, people: Sequence[Person]) -> None:
    days = {p.joined_on for p in people if p.joined_on is not None and p.joined_on > SOURCE_DAY}
    for day in sorted(days):
        admitted = [person for person in people if person.joined_on == day]
        script.import_file(
            "clerk",
            instant(day, "14:00"),
            "members",
            f"会籍转接-{day:%Y-%m}.xlsx",
            _member_sheet(admitted, f"{day:%Y年%m月}新会员"),
        )


def _left(script: Script, people: Sequence[Person]) -> None:
    """One list a month, entered on the first working days of the next; the last on 29 December."""
    gone = [person for person in people if person.leaving is not None]
    months = sorted({p.leaving.on.replace(day=1) for p in gone if p.leaving is not None})
    for month in months:
        of_month = [p for p in gone if p.leaving and p.leaving.on.replace(day=1) == month]
        last = max(person.leaving.on for person in of_month if person.leaving)
        entered = last + timedelta(days=1)
        script.import_file(
            _clerk_of(month),
            instant(entered, "08:45"),
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


def _affiliation(script: Script, members: int) -> None:
    """转隶: begun in March, files prepared through the year, not completed."""
    started = date(2022, 3, 15)
    script.command(
        "chair",
        instant(started, "15:00"),
        "members/start-affiliation-transfer",
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
        script.command(
            "clerk",
            instant(day, "16:00"),
            "members/record-handover-prepared",
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
