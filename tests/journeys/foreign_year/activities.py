"""The office's system: what people took part in."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.journeys.foreign_year.book import Book, Count
from tests.journeys.foreign_year.people import Personnel

KINDS = (
    "matchmaking",
    "culture",
    "contest",
    "lecture",
    "sport",
    "outing",
    "club",
    "training",
    "other",
)
DAY = date(2022, 5, 20)


@dataclass
class Office:
    """The office's book, and the hand count of what truly took place."""

    book: Book
    count: Count

    def activity(self, kind: str, name: str, on: date, /, **data: Any) -> tuple[str, int]:
        """An event in an activity's stream."""
        return self.book.say(f"events.{kind}", f"activity-{name}", on, activity_id=name, **data)

    def withdraw(self, stream: str, on: date, entry: tuple[str, int]) -> None:
        """An entry is taken back; of an unnumbered source its id alone names it."""
        number = {"entry_version": entry[1]} if self.book.numbered else {}
        self.book.say(
            "events.EntryWithdrawn",
            stream,
            on,
            entry=entry[0],
            reason="did_not_happen",
            entry_stream=stream,
            **number,
        )


def plan(office: Office, name: str, kind: str, on: date, **how: Any) -> None:
    """It is planned."""
    office.activity(
        "ActivityPlanned",
        name,
        date(on.year, 1, 1),
        title="活动",
        kind=kind,
        planned_for=on.isoformat(),
        **how,
    )


def hold(
    office: Office,
    name: str,
    kind: str,
    on: date,
    *,
    how: dict[str, Any],
    session: int = 1,
    counted: bool = True,
    **data: Any,
) -> tuple[str, int]:
    """A session took place."""
    if counted and on.year == 2022:
        office.count.add("activities_held")
        if kind == "culture":
            office.count.add("culture_activities")
        if kind == "matchmaking" and how["organiser"] == "city_union" and how["online"]:
            office.count.add("matchmaking_sessions")
        if "headcount" in data:
            office.count.add("activity_headcount", data["headcount"])
        if "cost_fen" in data:
            office.count.add("activity_cost_stated", data["cost_fen"])
    return office.activity("ActivityHeld", name, on, kind=kind, session=session, **how, **data)


def attend(office: Office, name: str, person: str, on: date, session: int) -> tuple[str, int]:
    """A person was there."""
    office.count.add("attendances")
    office.count.person(person, "participants")
    return office.activity("AttendanceRecorded", name, on, person_id=person, session=session)


def activities(office: Office, personnel: Personnel) -> None:
    """Each kind: two sessions, people who registered, fewer who came."""
    who = [person.id for person in personnel.people.values()]
    organisers = ("city_union", "own", "own", "group_union", "own", "own", "own", "own", "own")
    for place, kind in enumerate(KINDS):
        how = {"organiser": organisers[place], "online": kind == "matchmaking"}
        day = date(2022, place + 2, 11)
        plan(office, kind, kind, day, **how)
        for person in who[700 + 10 * place : 740 + 10 * place]:
            office.activity("ParticipantRegistered", kind, date(2022, 1, 5), person_id=person)
            office.count.add("registrations")
        hold(office, kind, kind, day, how=how, branch="branch-1", headcount=30, cost_fen=100)
        hold(office, kind, kind, date(2022, place + 3, 11), how=how, session=2, cost_fen=1)
        for person in who[700 + 10 * place : 730 + 10 * place]:
            attend(office, kind, person, day, 1)
        for person in who[700 + 10 * place : 705 + 10 * place]:
            attend(office, kind, person, date(2022, place + 3, 11), 2)
    # Held without a plan, in the offline form of our own, and on the ends of the year.
    own = {"organiser": "own", "online": False}
    hold(office, "unplanned", "matchmaking", date(2022, 1, 1), how=own, headcount=12)
    city = {"organiser": "city_union", "online": False}
    hold(office, "in-a-hall", "matchmaking", date(2022, 8, 8), how=city)
    hold(office, "new-year-eve", "culture", date(2022, 12, 31), how=own)
    hold(office, "before", "culture", date(2021, 12, 31), how=own, headcount=5)
    hold(office, "after", "culture", date(2023, 1, 1), how=own)


def undone(office: Office, personnel: Personnel) -> None:
    """Cancelled; and entries that were wrong."""
    who = [person.id for person in personnel.people.values()][1200:1210]
    own = {"organiser": "own", "online": False}
    plan(office, "trip", "outing", DAY, **own)
    office.activity("ActivityCancelled", "trip", DAY, reason="epidemic")
    office.count.add("activities_cancelled")
    plan(office, "ball", "culture", DAY, **own)
    entry = hold(office, "ball", "culture", DAY, how=own, counted=False)
    office.withdraw("activity-ball", DAY, entry)
    hold(office, "ball", "culture", date(2022, 5, 21), how=own)
    wrong = office.activity(
        "AttendanceRecorded", "ball", date(2022, 5, 21), person_id=who[0], session=1
    )
    office.withdraw("activity-ball", date(2022, 5, 23), wrong)
    attend(office, "ball", who[1], date(2022, 5, 21), 1)
    again = office.activity("ParticipantRegistered", "ball", DAY, person_id=who[2])
    office.withdraw("activity-ball", DAY, again)


def contests(office: Office, personnel: Personnel) -> None:
    """Two contests: entries of one and of a team, places, awards with and without an entry."""
    who = [person.id for person in personnel.people.values()][1300:1400]
    own = {"organiser": "own", "online": False}
    for contest in range(2):
        name, day = f"match-{contest}", date(2022, 10, 10 + contest)
        plan(office, name, "contest", day, **own)
        hold(office, name, "contest", day, how=own)
        for number in range(8):
            team = who[number : number + 1 + number % 3]
            office.activity("ContestEntered", name, day, entry_id=f"e-{number}", person_ids=team)
            office.count.add("contest_entries")
            office.count.add("contest_participants", len(team))
        office.activity(
            "ContestJudged",
            name,
            day,
            judges=3,
            verdicts=[{"entry_id": f"e-{number}", "place": number + 1} for number in range(3)],
        )
        for number in range(3):
            award(
                office,
                name,
                day,
                f"prize-{number}",
                recipients=2,
                fen=10000,
                entry_id=f"e-{number}",
            )
        award(office, name, day, "encouragement", recipients=5, fen=None)
    wrong = award(
        office, "match-0", date(2022, 10, 10), "wrong", recipients=9, fen=777, counted=False
    )
    office.withdraw("activity-match-0", date(2022, 10, 12), wrong)


def award(
    office: Office,
    name: str,
    on: date,
    award_id: str,
    *,
    recipients: int,
    fen: int | None,
    counted: bool = True,
    **data: Any,
) -> tuple[str, int]:
    """An award was given."""
    if counted:
        office.count.add("contest_awards")
        office.count.add("contest_award_amount", fen or 0)
    worth = {} if fen is None else {"value_fen": fen}
    return office.activity(
        "AwardGranted", name, on, award=award_id, recipients=recipients, **worth, **data
    )
