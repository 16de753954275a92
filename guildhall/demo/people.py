"""The staff and members of the union in 2022, person by person, from a seed.

What both stories share and where they part is all here: 517 members on 1 January, 6 leave before
the insurance, 33 are admitted, 2 leave before the Mid-Autumn roster. In story 1 the 33 are in by
then (542 members); in story 2 only 21 are (530), and the other 12 join in October.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Literal, NamedTuple

from guildhall.demo.names import UNITS, VOLUNTEER, invented_names
from shared.contract.values import Gender

Story = Literal[1, 2]

OPENING_MEMBERS = 517
OPENING_OTHER_STAFF = 24
OPENING_WOMEN = 325
"""Women in post on 1 January: 319 when the 安康 insurance is bought, after 6 have gone."""

TRANSFERRED_IN_ON, SUMMER_INTAKE_ON = date(2022, 5, 16), date(2022, 8, 22)
EXISTING_STAFF_JOIN_ON, LATE_INTAKE_ON = date(2022, 4, 20), date(2022, 10, 12)
HIRED_IN_MAY, HIRED_IN_AUGUST, HIRED_IN_OCTOBER = (
    date(2022, 5, 9),
    date(2022, 8, 15),
    date(2022, 10, 8),
)
LATE_IN_STORY_2 = 12


class Leaving(NamedTuple):
    """How and on which day somebody leaves, in the words of the office's form."""

    on: date
    how: str


RETIRED = "退休(保留会籍)"
EARLY = (
    Leaving(date(2022, 2, 15), "会籍转出"),
    Leaving(date(2022, 2, 15), "会籍转出"),
    Leaving(date(2022, 2, 28), "离职"),
    Leaving(date(2022, 3, 15), "会籍转出"),
    Leaving(date(2022, 3, 31), "离职"),
    Leaving(date(2022, 3, 31), "离职"),
)
MIDDLE = (Leaving(date(2022, 6, 30), "会籍转出"), Leaving(date(2022, 8, 15), "离职"))
LATE = (Leaving(date(2022, 12, 28), "离职"), Leaving(date(2022, 12, 28), "离职"))
RETIREMENTS = tuple(
    Leaving(date(2022, month, day), RETIRED)
    for month, day in (
        (1, 31),
        (2, 28),
        (3, 31),
        (4, 30),
        (5, 31),
        (6, 30),
        (6, 30),
        (7, 31),
        (8, 31),
        (8, 31),
        (10, 31),
        (11, 30),
    )
)
GONE_WOMEN = "ffffmm" + "ff" + "fm" + "ffmffmfmfmfm"
"""Genders of EARLY, MIDDLE, LATE and RETIREMENTS; 6 of the women go before 11 April."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person. Membership ends by `leaving`, unless it is retained on retirement."""

    employee_no: str
    name: str
    gender: Gender
    birth_month: int
    unit: str
    hired_on: date
    joined_on: date | None = None
    join_kind: str = "新入会"
    leaving: Leaving | None = None

    def in_post(self, day: date) -> bool:
        """Whether the person works here on `day`; the last day counts."""
        return self.hired_on <= day and (self.leaving is None or day <= self.leaving.on)

    def member(self, day: date) -> bool:
        """Whether the person is a member at the end of `day`; the day of leaving does not count."""
        if self.joined_on is None or self.joined_on > day:
            return False
        return self.leaving is None or self.leaving.how == RETIRED or day < self.leaving.on

    @property
    def ref(self) -> str:
        """How a form names the person: by employee number, looked up when it is entered."""
        return f"employee:{self.employee_no}"


def members_on(people: Iterable[Person], day: date) -> list[Person]:
    """The members at the end of a day."""
    return [person for person in people if person.member(day)]


def staff_on(people: Iterable[Person], day: date) -> list[Person]:
    """Those in post on a day."""
    return [person for person in people if person.in_post(day)]


def people_of(seed: int, story: Story) -> list[Person]:
    """Everybody of the year, in the order of the roster. The same seed, the same people."""
    opening = _opening(Random(f"{seed}:opening"))
    return [*opening, *_hired(Random(f"{seed}:hired"), story)]


def _opening(random: Random) -> list[Person]:
    leavings = [*EARLY, *MIDDLE, *LATE, *RETIREMENTS]
    gone: list[Gender] = ["female" if letter == "f" else "male" for letter in GONE_WOMEN]
    total = OPENING_MEMBERS + OPENING_OTHER_STAFF
    women_left = OPENING_WOMEN - gone.count("female")
    stay: list[Gender] = ["female"] * women_left
    stay += ["male"] * (total - len(gone) - women_left)
    random.shuffle(stay)
    genders = gone + stay
    names = invented_names(random, genders)
    people = []
    for at, (gender, name) in enumerate(zip(genders, names, strict=True)):
        leaving = leavings[at] if at < len(leavings) else None
        retires = leaving is not None and leaving.how == RETIRED
        hired = _some_day(random, *((1983, 1990) if retires else (1988, 2021)))
        joined: date | None = hired + timedelta(days=random.randrange(0, 90))
        kind = "会籍转入" if random.random() < 0.12 else "新入会"
        if at >= OPENING_MEMBERS:
            joined, kind = None, "新入会"
        people.append(
            Person(
                "",
                name,
                gender,
                random.randint(1, 12),
                random.choice(UNITS),
                hired,
                joined,
                kind,
                leaving,
            )
        )
    volunteer = next(at for at, p in enumerate(people) if p.leaving is None and p.joined_on)
    people[volunteer] = replace(people[volunteer], name=VOLUNTEER)
    _admit_existing(people)
    return _numbered(sorted(people, key=lambda person: (person.hired_on, person.name)))


def _admit_existing(people: list[Person]) -> None:
    """Nine of the staff who were no members join in April."""
    for at in range(OPENING_MEMBERS, OPENING_MEMBERS + 9):
        people[at] = replace(people[at], joined_on=EXISTING_STAFF_JOIN_ON)


def _hired(random: Random, story: Story) -> list[Person]:
    """Who is hired in 2022: 6 in May (their membership is transferred in), 18 in August, 2 in
    October, who join in no year of ours."""
    genders: list[Gender] = [random.choice(("female", "male")) for _ in range(26)]
    names = invented_names(random, genders)
    people = []
    for at, (gender, name) in enumerate(zip(genders, names, strict=True)):
        late = 24 > at >= 24 - LATE_IN_STORY_2
        if at < 6:
            hired, joined, kind = HIRED_IN_MAY, TRANSFERRED_IN_ON, "会籍转入"
        else:
            hired, joined, kind = HIRED_IN_AUGUST, SUMMER_INTAKE_ON, "新入会"
        if late and story == 2:
            joined = LATE_INTAKE_ON
        # Their birthdays fall outside the months between: both stories give the same cakes.
        months = [1, 2, 3, 4, 5, 6, 7, 8, 11, 12] if late else list(range(1, 13))
        person = Person(
            "", name, gender, random.choice(months), random.choice(UNITS), hired, joined, kind
        )
        if at >= 24:
            person = replace(person, hired_on=HIRED_IN_OCTOBER, joined_on=None, join_kind="新入会")
        people.append(person)
    return _numbered(people)


def _numbered(people: list[Person]) -> list[Person]:
    """Employee numbers: the year of hiring and a running number within it."""
    counted: dict[int, int] = {}
    numbered = []
    for person in people:
        counted[person.hired_on.year] = counted.get(person.hired_on.year, 0) + 1
        number = f"{person.hired_on.year}{counted[person.hired_on.year]:03d}"
        numbered.append(replace(person, employee_no=number))
    return numbered


def _some_day(random: Random, first: int, last: int) -> date:
    """A day on which somebody is hired: most start in summer."""
    month = random.choice((1, 3, 6, 7, 7, 8, 8, 9))
    return date(random.randint(first, last), month, random.randint(1, 28))
