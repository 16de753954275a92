"""The personnel system: who works for the unit, and who was a member when."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from tests.journeys.foreign_year.book import Book, Count

MEMBERS, OTHERS = 2500, 100
END = date(2022, 12, 31)
FOREVER = date(2999, 1, 1)


@dataclass
class Person:
    """What is true of a person: the posts and memberships, each from a day to its last."""

    id: str
    woman: bool
    month: int
    posts: list[tuple[date, date]] = field(default_factory=list)
    memberships: list[tuple[date, date]] = field(default_factory=list)

    def member_on(self, day: date) -> bool:
        """Whether a member at the end of the day."""
        return any(start <= day <= last for start, last in self.memberships)

    def in_post_on(self, day: date) -> bool:
        """Whether in post on the day; the last day in post is one of them."""
        return any(start <= day <= last for start, last in self.posts)


@dataclass
class Personnel:
    """The people of the union, the system's book, and the hand count."""

    book: Book
    count: Count
    people: dict[str, Person] = field(default_factory=dict)

    def members_on(self, day: date) -> list[Person]:
        """All who were members at the end of a day."""
        return [person for person in self.people.values() if person.member_on(day)]

    def say(self, kind: str, person: Person, on: date, /, **data: Any) -> tuple[str, int]:
        """An event in the person's stream."""
        return self.book.say(
            f"members.{kind}", f"person-{person.id}", on, person_id=person.id, **data
        )

    def hire(self, person: Person, on: date, *, woman: bool | None = None) -> None:
        """A post begins."""
        person.posts.append((on, FOREVER))
        registered = person.woman if woman is None else woman
        self.say(
            "StaffRegistered",
            person,
            on,
            gender="female" if registered else "male",
            birth_month=person.month,
            spell=len(person.posts),
        )

    def leave_post(self, person: Person, on: date, reason: str) -> None:
        """A post ends; `on` is its last day."""
        person.posts[-1] = (person.posts[-1][0], on)
        self.say("StaffLeft", person, on, reason=reason, spell=len(person.posts))

    def join(self, person: Person, on: date, kind: str = "new") -> None:
        """A membership begins."""
        person.memberships.append((on, FOREVER))
        more = {"from_org": "another"} if kind == "transferred_in" else {}
        self.say("MemberJoined", person, on, kind=kind, spell=len(person.memberships), **more)
        if on.year == 2022:
            self.count.person(person.id, "members_admitted", JOINED[kind])

    def end(self, kind: str, person: Person, on: date, figure: str, **data: Any) -> None:
        """A membership ends on a day."""
        person.memberships[-1] = (person.memberships[-1][0], on - timedelta(days=1))
        self.say(kind, person, on, spell=len(person.memberships), **data)
        if on.year == 2022:
            self.count.person(person.id, figure)

    def retire(self, person: Person, on: date, *, retained: bool) -> None:
        """A member retires, and stays a member or not."""
        if not retained:
            person.memberships[-1] = (person.memberships[-1][0], on - timedelta(days=1))
        spell = len(person.memberships)
        self.say("MemberRetired", person, on, membership_retained=retained, spell=spell)
        if on.year == 2022:
            self.count.person(person.id, "members_retired")
            if not retained:
                self.count.person(person.id, "members_retired_off_roll")


JOINED = {
    "new": "members_joined_new",
    "transferred_in": "members_transferred_in",
    "rejoined": "members_rejoined",
}


def person_id(number: int) -> str:
    """An opaque id, the same in every run."""
    return "p-" + sha256(f"foreign-{number}".encode()).hexdigest()[:14]


def someone(number: int) -> Person:
    """Three of five are women."""
    return Person(person_id(number), woman=number % 5 < 3, month=number % 12 + 1)


def found(personnel: Personnel) -> None:
    """Everybody who was there before the year, and all who joined in it."""
    book = personnel.book
    book.say(
        "members.OrganisationRegistered",
        "organisation",
        date(2010, 1, 1),
        name="外来数据测试工会",
        kind="grassroots",
    )
    for number in range(MEMBERS + OTHERS):
        person = someone(number)
        personnel.people[person.id] = person
        hired = date(2011 + number % 10, number % 12 + 1, number % 28 + 1)
        if number == 90:  # registered as a man, corrected later
            personnel.hire(person, hired, woman=not person.woman)
        else:
            personnel.hire(person, hired)
        if number < 2450:
            personnel.join(person, hired + timedelta(days=30))
        elif number < MEMBERS:
            kind = ("new", "new", "new", "transferred_in", "new")[number % 5]
            day = date(2022, number % 12 + 1, number % 27 + 1)
            personnel.join(person, day, kind)
    book.say(
        "members.StaffCountDeclared", "organisation", date(2022, 9, 1), staff=2590, women_staff=1550
    )


def year(personnel: Personnel) -> None:
    """What happened to people in the year."""
    who = list(personnel.people.values())
    for number, person in enumerate(who[:80]):
        day = date(2022, number % 11 + 1, number % 27 + 1)
        if number < 20:
            personnel.leave_post(person, day, "resigned")
            personnel.end("MemberLeft", person, day, "members_left", reason="left_unit")
        elif number < 30:
            personnel.leave_post(person, day, "transferred")
            out = "members_transferred_out"
            personnel.end("MemberTransferredOut", person, day, out, to_org="another")
        elif number < 60:
            personnel.leave_post(person, day, "retired")
            personnel.retire(person, day, retained=number % 2 == 0)
        elif number < 64:
            personnel.leave_post(person, day, "died")
            personnel.end("MemberDied", person, day, "members_died")
        elif number < 70:
            personnel.end("MemberLeft", person, day, "members_left", reason="resigned")
        elif number < 74:
            lapsed = date(2022, 2, number - 60)
            personnel.end("MemberLeft", person, lapsed, "members_left", reason="dues_lapsed")
            personnel.join(person, date(2022, 11, number - 60), "rejoined")
        elif number < 78:
            personnel.leave_post(person, date(2022, 3, 31), "resigned")
            gone = date(2022, 4, 1)
            personnel.end("MemberLeft", person, gone, "members_left", reason="left_unit")
            personnel.hire(person, date(2022, 9, 1))
            personnel.join(person, date(2022, 9, 5), "rejoined")
        else:
            last_of_the_year(personnel, person, number)
    edges(personnel, who)


def last_of_the_year(personnel: Personnel, person: Person, number: int) -> None:
    """A pensioner who died, and one who left, came back and left again."""
    if number == 78:
        personnel.leave_post(person, date(2021, 6, 30), "retired")
        personnel.retire(person, date(2021, 6, 30), retained=True)
        personnel.end("MemberDied", person, date(2022, 5, 5), "members_died")
    else:
        personnel.end("MemberLeft", person, date(2022, 1, 8), "members_left", reason="resigned")
        personnel.join(person, date(2022, 6, 8), "rejoined")
        personnel.end("MemberLeft", person, date(2022, 10, 8), "members_left", reason="resigned")


def edges(personnel: Personnel, who: list[Person]) -> None:
    """The first and the last days."""
    personnel.end("MemberLeft", who[80], END, "members_left", reason="resigned")
    personnel.leave_post(who[81], END, "retired")
    personnel.retire(who[81], END, retained=False)
    personnel.end("MemberLeft", who[82], date(2023, 1, 1), "members_left", reason="resigned")
    personnel.end("MemberLeft", who[83], date(2021, 12, 31), "members_left", reason="resigned")
    personnel.leave_post(who[84], date(2023, 1, 1), "resigned")
    for number, day in ((9001, date(2022, 1, 1)), (9002, END), (9003, date(2023, 1, 1))):
        person = someone(number)
        personnel.people[person.id] = person
        personnel.hire(person, day)
        personnel.join(person, day)


def corrections(personnel: Personnel) -> None:
    """What was entered wrongly, and put right by adding."""
    who = list(personnel.people.values())
    day = date(2022, 6, 1)
    entry, version = personnel.say("MemberLeft", who[85], day, reason="resigned", spell=1)
    withdraw(personnel, who[85], day, entry, version)

    late = someone(9004)
    personnel.people[late.id] = late
    personnel.hire(late, date(2021, 5, 1))
    entry, version = personnel.say("MemberJoined", late, date(2022, 5, 1), kind="new", spell=1)
    withdraw(personnel, late, day, entry, version)
    personnel.join(late, date(2021, 5, 1))

    never = someone(9005)
    entry, version = personnel.say(
        "StaffRegistered", never, date(2022, 2, 1), gender="female", birth_month=3, spell=1
    )
    unregister(personnel, never, day, entry, version)

    changed = who[90]
    personnel.say(
        "MemberChanged",
        changed,
        day,
        gender="female" if changed.woman else "male",
        birth_month=changed.month,
        posts=1,
        reason="wrong_details",
    )
    twice(personnel, who[91], someone(9006))
    for number in range(100, 140):
        relation = ("spouse", "child", "parent")[number % 3]
        dependant = person_id(20000 + number)
        personnel.say(
            "DependantDeclared", who[number], day, dependant_id=dependant, relation=relation
        )


def withdraw(personnel: Personnel, person: Person, on: date, entry: str, version: int) -> None:
    """A membership's beginning or end is taken back."""
    personnel.say(
        "MembershipWithdrawn",
        person,
        on,
        entry=entry,
        entry_version=version,
        reason="entered_in_error",
    )


def unregister(personnel: Personnel, person: Person, on: date, entry: str, version: int) -> None:
    """A post's beginning or end is taken back."""
    stream = f"person-{person.id}"
    personnel.book.say(
        "members.RegistrationWithdrawn",
        stream,
        on,
        entry=entry,
        entry_version=version,
        reason="entered_in_error",
        entry_stream=stream,
    )


def twice(personnel: Personnel, kept: Person, other: Person) -> None:
    """One person had two records: the second is withdrawn and merged into the first."""
    on = date(2022, 3, 3)
    post = personnel.say(
        "StaffRegistered", other, on, gender="female", birth_month=kept.month, spell=1
    )
    joined = personnel.say("MemberJoined", other, on, kind="new", spell=1)
    withdraw(personnel, other, on, *joined)
    unregister(personnel, other, on, *post)
    personnel.say("MembersMerged", other, on, kept_person_id=kept.id, reason="registered_twice")


def tell(personnel: Personnel) -> None:
    """The whole year of people, and the stocks at its end."""
    found(personnel)
    year(personnel)
    corrections(personnel)
    for person in personnel.people.values():
        if person.member_on(END):
            personnel.count.person(person.id, "members_on_roll")
        if person.in_post_on(END):
            personnel.count.person(person.id, "staff_in_post")
            if person.woman:
                personnel.count.person(person.id, "women_staff_in_post")
