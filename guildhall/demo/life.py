"""Meetings, regulations, activities, the health check, the months attested, plan and problems."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from guildhall.demo.desk import Desk, Payment, moment
from guildhall.demo.names import VOLUNTEER
from guildhall.demo.people import Person, members_on, staff_on

COMMITTEE_DAYS = (
    (1, 10),
    (2, 9),
    (3, 2),
    (4, 2),
    (5, 5),
    (6, 1),
    (7, 1),
    (8, 1),
    (9, 1),
    (10, 8),
    (11, 1),
    (12, 1),
)
REGULATIONS = (
    ("staff-congress-rules", "交通职业学院教职工代表大会制度", "jdh-2022-1"),
    ("members-congress-rules", "交通职业学院会员代表大会制度", "jdh-2022-2"),
    ("union-funds-rules", "交通职业学院工会经费收支管理办法", "jdh-2022-2"),
)
HOSPITAL = "天津市第四中心医院"
SUBJECTS = ("safety", "public_opinion", "epidemic_control")


def tell_the_life(desk: Desk, people: Sequence[Person], seed: int) -> None:
    """Everything that belongs to the events context, and the procurement of the health check."""
    random = Random(f"{seed}:life")
    _committee(desk)
    _congresses(desk)
    _volunteer(desk, people)
    _contest(desk, people, random)
    _city_activities(desk, people, random)
    _health_check(desk, people)
    _attestations(desk)


def _committee(desk: Desk) -> None:
    for month, day in COMMITTEE_DAYS:
        held = date(2022, month, day)
        called = held - timedelta(days=3)
        if month == 1:
            called = date(2022, 1, 6)
        desk.form(
            moment(called, "09:15"),
            "chair",
            "events",
            "convene-meeting",
            meeting_id=f"wyh-2022-{month:02d}",
            kind="committee",
            title=f"2022年{month}月工会委员会会议",
            convened_for=held,
            delegates_due=9,
            convened_on=called,
        )


def _congresses(desk: Desk) -> None:
    """教代会 twice, in two school years; called ten working days ahead, above the quorum."""
    sessions = (
        (
            "jdh-2022-1",
            "第二届教职工代表大会第六次会议",
            date(2022, 3, 10),
            date(2022, 3, 24),
            88,
            ("学院工作报告", "教职工代表大会制度(修订)"),
        ),
        (
            "jdh-2022-2",
            "第二届教职工代表大会第七次会议",
            date(2022, 10, 27),
            date(2022, 11, 10),
            84,
            ("会员代表大会制度(修订)", "工会经费收支管理办法(修订)", "绩效分配调整方案"),
        ),
    )
    for meeting_id, title, called, held, present, resolutions in sessions:
        desk.form(
            moment(called, "09:20"),
            "chair",
            "events",
            "convene-meeting",
            meeting_id=meeting_id,
            kind="staff_congress",
            title=title,
            convened_for=held,
            delegates_due=96,
            convened_on=called,
        )
        desk.form(
            moment(held, "17:30"),
            "clerk",
            "events",
            "hold-congress",
            meeting_id=meeting_id,
            delegates_present=present,
            held_on=held,
        )
        for number, subject in enumerate(resolutions, start=1):
            desk.form(
                moment(held, f"17:{40 + number}"),
                "clerk",
                "events",
                "pass-resolution",
                meeting_id=meeting_id,
                resolution_id=f"jy-{number}",
                subject=subject,
                votes_for=present - number,
                votes_against=0,
                abstained=number,
                passed_on=held,
            )
    for regulation_id, title, meeting_id in REGULATIONS:
        held = next(session[3] for session in sessions if session[0] == meeting_id)
        desk.form(
            moment(held, "17:55"),
            "chair",
            "events",
            "adopt-regulation",
            regulation_id=regulation_id,
            title=title,
            action="revised",
            meeting_id=meeting_id,
            adopted_on=held,
        )


def _volunteer(desk: Desk, people: Sequence[Person]) -> None:
    volunteer = next(person for person in people if person.name == VOLUNTEER)
    desk.form(
        moment(date(2022, 1, 29), "11:20"),
        "clerk",
        "events",
        "record-volunteer-service",
        person_id=volunteer.ref,
        service="epidemic-control",
        place="津南区",
        days=16,
        served_from_on=date(2022, 1, 9),
    )


def _contest(desk: Desk, people: Sequence[Person], random: Random) -> None:
    """庆三八健身操微视频: 18 teams enter, 9 are placed and get an award (at most two thirds)."""
    held, name = date(2022, 3, 8), "womens-day-video-2022"
    desk.form(
        moment(date(2022, 2, 22), "09:50"),
        "clerk",
        "events",
        "plan-activity",
        activity_id=name,
        title="庆三八妇女节健身操微视频学习评比",
        kind="contest",
        organiser="own",
        online=True,
        planned_for=held,
        planned_on=date(2022, 2, 22),
    )
    women = [p for p in members_on(people, held) if p.gender == "female" and p.in_post(held)]
    dancers = iter(random.sample(women, 18 * 5))
    entered, teams = date(2022, 3, 4), [[next(dancers).ref for _ in range(5)] for _ in range(18)]
    desk.form(
        moment(held, "15:00"),
        "clerk",
        "events",
        "hold-activity",
        activity_id=name,
        session=1,
        held_on=held,
    )
    for number, members in enumerate(teams, start=1):
        desk.form(
            moment(entered, f"10:{number:02d}"),
            "clerk",
            "events",
            "enter-contest",
            activity_id=name,
            entry_id=f"team-{number:02d}",
            person_ids=members,
            entered_on=entered,
        )
    attended = [ref for members in teams for ref in members]
    desk.form(
        moment(held, "16:00"),
        "clerk",
        "events",
        "record-attendance",
        activity_id=name,
        session=1,
        person_ids=attended,
        attended_on=held,
    )
    judged = date(2022, 3, 15)
    order = random.sample(range(1, 19), 9)
    verdicts = [
        {"entry_id": f"team-{team:02d}", "place": place}
        for place, team in enumerate(order, start=1)
    ]
    desk.form(
        moment(judged),
        "clerk",
        "events",
        "judge-contest",
        activity_id=name,
        judges=5,
        verdicts=verdicts,
        judged_on=judged,
    )
    for place, team in enumerate(order, start=1):
        award = "first-prize" if place <= 2 else "second-prize" if place <= 5 else "third-prize"
        desk.form(
            moment(judged, f"11:{place:02d}"),
            "clerk",
            "events",
            "grant-award",
            activity_id=name,
            entry_id=f"team-{team:02d}",
            award=award,
            recipients=5,
            granted_on=judged,
        )
    desk.pay(
        Payment(
            "zf-2022-0301",
            date(2022, 3, 18),
            4_500_00,
            "职工活动-文体",
            f"activity-{name}",
            "wyh-2022-03",
        )
    )


def _city_activities(desk: Desk, people: Sequence[Person], random: Random) -> None:
    """The city union's: two online matchmaking meetings and three online cultural ones."""
    activities = (
        ("matchmaking-2022-05", "“五二〇”青年线上联谊", "matchmaking", date(2022, 5, 20), 23),
        ("matchmaking-2022-08", "“七夕”青年线上联谊", "matchmaking", date(2022, 8, 4), 19),
        ("culture-2022-reading", "职工线上读书分享", "culture", date(2022, 4, 23), 46),
        ("culture-2022-singing", "职工线上歌咏展演", "culture", date(2022, 7, 1), 62),
        ("culture-2022-congress", "喜迎二十大线上知识竞答", "culture", date(2022, 10, 14), 118),
    )
    for name, title, kind, held, registered in activities:
        planned = held - timedelta(days=14)
        desk.form(
            moment(planned, "09:55"),
            "clerk",
            "events",
            "plan-activity",
            activity_id=name,
            title=title,
            kind=kind,
            organiser="city_union",
            online=True,
            planned_for=held,
            planned_on=planned,
        )
        staff = [p for p in staff_on(people, held) if p.hired_on < planned]
        if kind == "matchmaking":
            staff = [p for p in staff if p.hired_on.year >= 2012]
        refs = [person.ref for person in random.sample(staff, registered)]
        desk.form(
            moment(held - timedelta(days=3), "11:10"),
            "clerk",
            "events",
            "register-participants",
            activity_id=name,
            person_ids=refs,
            registered_on=held - timedelta(days=3),
        )
        desk.form(
            moment(held, "17:10"),
            "clerk",
            "events",
            "hold-activity",
            activity_id=name,
            session=1,
            held_on=held,
        )
        desk.form(
            moment(held, "17:15"),
            "clerk",
            "events",
            "record-attendance",
            activity_id=name,
            session=1,
            person_ids=refs[: registered * 9 // 10],
            attended_on=held,
        )


def _health_check(desk: Desk, people: Sequence[Person]) -> None:
    """Bought by single source, published five working days and more, paid by the administration."""
    decided, signed, arranged = date(2022, 3, 21), date(2022, 3, 28), date(2022, 5, 10)
    desk.form(
        moment(decided, "10:40"),
        "chair",
        "benefits",
        "decide-procurement",
        procurement_id="health-check-2022",
        title="2022年教职工健康体检服务",
        method="single_source",
        basis="only_supplier",
        supplier=HOSPITAL,
        fund="administration",
        notice_from=date(2022, 3, 7),
        notice_to=date(2022, 3, 16),
        decision_ref="xyb-2022-07",
        decided_on=decided,
    )
    desk.form(
        moment(signed, "10:40"),
        "chair",
        "benefits",
        "sign-contract",
        procurement_id="health-check-2022",
        supplier=HOSPITAL,
        signed_on=signed,
    )
    due = len(staff_on(people, arranged))
    desk.form(
        moment(arranged, "10:40"),
        "clerk",
        "events",
        "arrange-health-check",
        check_id="health-check-2022",
        provider=HOSPITAL,
        population="staff",
        people_due=due,
        payer="administration",
        procurement_id="health-check-2022",
        arranged_on=arranged,
    )
    desk.form(
        moment(date(2022, 7, 28), "10:40"),
        "clerk",
        "events",
        "report-health-check",
        check_id="health-check-2022",
        examined=due - 15,
        reexaminations=41,
        reported_on=date(2022, 7, 28),
    )


def _attestations(desk: Desk) -> None:
    """Each month is attested at the start of the next; December on its last day."""
    for month in range(1, 13):
        on = date(2022, month + 1, 3) if month < 12 else date(2022, 12, 31)
        for minute, subject in enumerate(SUBJECTS):
            desk.form(
                moment(on, f"08:{30 + minute}"),
                "chair",
                "events",
                "attest-period",
                subject=subject,
                month=f"2022-{month:02d}",
                incidents=0,
                attested_on=on,
            )
