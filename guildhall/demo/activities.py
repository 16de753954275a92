"""Activities (活动): the volunteer, the union's own contest, the city union's online ones."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from guildhall.demo.names import VOLUNTEER
from guildhall.demo.people import Person, members_on, staff_on
from guildhall.demo.script import Payment, Script, instant

CONTEST = "womens-day-video-2022"
TEAMS, TEAM_SIZE, PLACES = 18, 5, 9
PRIZES = {1: "first-prize", 2: "first-prize"} | dict.fromkeys((3, 4, 5), "second-prize")
"""Awards by place; every other place gets the third prize."""


class CityActivity(NamedTuple):
    """An online activity of the city union, and how many of ours register."""

    activity_id: str
    title: str
    kind: str
    held_on: date
    registered: int


CITY_ACTIVITIES = tuple(
    CityActivity(activity_id, title, kind, date(2022, month, day), registered)
    for activity_id, title, kind, (month, day), registered in (
        ("matchmaking-2022-05", "“五二〇”青年线上联谊", "matchmaking", (5, 20), 23),
        ("matchmaking-2022-08", "“七夕”青年线上联谊", "matchmaking", (8, 4), 19),
        ("culture-2022-reading", "职工线上读书分享", "culture", (4, 23), 46),
        ("culture-2022-singing", "职工线上歌咏展演", "culture", (7, 1), 62),
        ("culture-2022-congress", "喜迎二十大线上知识竞答", "culture", (10, 14), 118),
    )
)


def add_activities(script: Script, people: Sequence[Person], seed: int) -> None:
    """The volunteer's service, the contest, and the city union's activities."""
    random = Random(f"{seed}:life")
    _volunteer(script, people)
    _contest(script, people, random)
    for activity in CITY_ACTIVITIES:
        _city_activity(script, people, random, activity)


def _volunteer(script: Script, people: Sequence[Person]) -> None:
    volunteer = next(person for person in people if person.name == VOLUNTEER)
    script.command(
        "clerk",
        instant(date(2022, 1, 29), "11:20"),
        "events/record-volunteer-service",
        person_id=volunteer.ref,
        service="epidemic-control",
        place="津南区",
        days=16,
        served_from_on=date(2022, 1, 9),
    )


def _plan(script: Script, on: date, at: str, name: str, **what: Any) -> None:
    body = {"activity_id": name, "online": True, "planned_on": on, **what}
    script.command("clerk", instant(on, at), "events/plan-activity", **body)


def _hold(script: Script, on: date, at: str, name: str) -> None:
    body = {"activity_id": name, "session": 1, "held_on": on}
    script.command("clerk", instant(on, at), "events/hold-activity", **body)


def _attend(script: Script, on: date, at: str, name: str, refs: Sequence[str]) -> None:
    body = {"activity_id": name, "session": 1, "person_ids": refs, "attended_on": on}
    script.command("clerk", instant(on, at), "events/record-attendance", **body)


def _contest(script: Script, people: Sequence[Person], random: Random) -> None:
    """庆三八健身操微视频: 18 teams enter, 9 are placed and get an award (at most two thirds)."""
    planned, entered, held = date(2022, 2, 22), date(2022, 3, 4), date(2022, 3, 8)
    title = "庆三八妇女节健身操微视频学习评比"
    about = {"kind": "contest", "organiser": "own", "planned_for": held}
    _plan(script, planned, "09:50", CONTEST, title=title, **about)
    women = [p for p in members_on(people, held) if p.gender == "female" and p.in_post(held)]
    dancers = [person.ref for person in random.sample(women, TEAMS * TEAM_SIZE)]
    for number in range(1, TEAMS + 1):
        script.command(
            "clerk",
            instant(entered, f"10:{number:02d}"),
            "events/enter-contest",
            activity_id=CONTEST,
            entry_id=f"team-{number:02d}",
            person_ids=dancers[(number - 1) * TEAM_SIZE : number * TEAM_SIZE],
            entered_on=entered,
        )
    _hold(script, held, "15:00", CONTEST)
    _attend(script, held, "16:00", CONTEST, dancers)
    _judge(script, date(2022, 3, 15), random.sample(range(1, TEAMS + 1), PLACES))
    paid_on, stream = date(2022, 3, 18), f"activity-{CONTEST}"
    payment = Payment("zf-2022-0301", paid_on, 4_500_00, "职工活动-文体", stream, "wyh-2022-03")
    script.pay(payment)


def _judge(script: Script, on: date, placed: Sequence[int]) -> None:
    """Judge the contest: `placed` are the teams in the order of their places; grant the awards."""
    entries = [f"team-{team:02d}" for team in placed]
    verdicts = [{"entry_id": entry, "place": at} for at, entry in enumerate(entries, start=1)]
    body = {"activity_id": CONTEST, "judges": 5, "verdicts": verdicts, "judged_on": on}
    script.command("clerk", instant(on), "events/judge-contest", **body)
    for place, entry in enumerate(entries, start=1):
        script.command(
            "clerk",
            instant(on, f"11:{place:02d}"),
            "events/grant-award",
            activity_id=CONTEST,
            entry_id=entry,
            award=PRIZES.get(place, "third-prize"),
            recipients=TEAM_SIZE,
            granted_on=on,
        )


def _city_activity(
    script: Script, people: Sequence[Person], random: Random, activity: CityActivity
) -> None:
    """Planned, registered for, held and attended; matchmaking is for those hired of late."""
    name, title, kind, held, registered = activity
    planned, listed = held - timedelta(days=14), held - timedelta(days=3)
    about = {"kind": kind, "organiser": "city_union", "planned_for": held}
    _plan(script, planned, "09:55", name, title=title, **about)
    staff = [p for p in staff_on(people, held) if p.hired_on < planned]
    if kind == "matchmaking":
        staff = [p for p in staff if p.hired_on.year >= 2012]
    refs = [person.ref for person in random.sample(staff, registered)]
    body = {"activity_id": name, "person_ids": refs, "registered_on": listed}
    script.command("clerk", instant(listed, "11:10"), "events/register-participants", **body)
    _hold(script, held, "17:10", name)
    _attend(script, held, "17:15", name, refs[: registered * 9 // 10])
