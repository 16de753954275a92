"""The canteen's system: what was handed to whom, who signed, what came back."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from tests.journeys.foreign_year.book import Book, Count
from tests.journeys.foreign_year.people import Person, Personnel, person_id

CHUNK = 1000
FESTIVALS = {
    "new_year",
    "spring_festival",
    "qingming",
    "labour_day",
    "dragon_boat",
    "mid_autumn",
    "national_day",
}
PERSONAL = {
    "front_line": "front_line_gifts",
    "summer_cooling": "gift_summer_cooling",
    "birthday": "birthday_cakes",
    "retirement": "gift_retirement",
    "marriage": "gift_marriage",
    "birth": "gift_birth",
    "womens_day": "gift_womens_day",
    "other": "gift_other",
}
"""By occasion, how its figures begin."""
WORKERS = ("member", "staff")
"""职工: whoever works for the unit, a member or not."""


@dataclass(frozen=True)
class Programme:
    """One occasion of giving."""

    id: str
    occasion: str
    day: date
    population: str
    value: int | None
    form: str = "goods"


@dataclass
class Canteen:
    """The canteen's book, and the hand count of what it truly gave."""

    book: Book
    count: Count

    def programme(self, programme: Programme, title: str, **data: Any) -> tuple[str, int]:
        """A programme is opened."""
        worth = {} if programme.value is None else {"unit_value_fen": programme.value}
        return self.book.say(
            "benefits.ProgrammeOpened",
            f"programme-{programme.id}",
            programme.day,
            programme_id=programme.id,
            title=title,
            occasion=programme.occasion,
            population=programme.population,
            payment_form=programme.form,
            **worth,
            **data,
        )

    def say(
        self, kind: str, programme: Programme, person: str, on: date, /, **data: Any
    ) -> tuple[str, int]:
        """An event in the stream of one programme's gift to one person."""
        return self.book.say(
            f"benefits.{kind}",
            f"gift-{programme.id}.{person}",
            on,
            programme_id=programme.id,
            person_id=person,
            **data,
        )

    def hand_out(
        self,
        programme: Programme,
        person: str,
        on: date,
        *,
        capacity: str = "member",
        quantity: int = 1,
        counted: bool = True,
        **data: Any,
    ) -> tuple[str, int]:
        """A gift, told whole: unit value and amount, where the programme has a value."""
        worth = {}
        if programme.value is not None:
            worth = {
                "unit_value_fen": programme.value,
                "amount_fen": programme.value * quantity,
            }
        if counted:
            self.given(programme, person, on, capacity, quantity, worth.get("amount_fen", 0))
        return self.say(
            "GiftIssued",
            programme,
            person,
            on,
            occasion=programme.occasion,
            capacity=capacity,
            quantity=quantity,
            payment_form=programme.form,
            **worth,
            **data,
        )

    def given(
        self, programme: Programme, person: str, on: date, capacity: str, quantity: int, fen: int
    ) -> None:
        """Count what was truly handed out in the year."""
        if on.year != 2022:
            return
        count, occasion = self.count, programme.occasion
        if occasion in FESTIVALS:
            whom = "members" if capacity == "member" else "others"
            count.person(person, f"gift_{occasion}_{whom}")
            count.add(f"gift_{occasion}_portions", quantity)
            count.add(f"gift_{occasion}_amount", fen)
            return
        name = PERSONAL[occasion]
        count.person(person, name)
        if capacity == "member":
            count.person(person, f"{name}_members")
        if capacity in WORKERS or (occasion, capacity) == ("retirement", "retiree"):
            count.person(person, f"{name}_workers")
        count.add(f"{name}_amount", fen)
        if occasion == "summer_cooling":
            count.add("summer_portions_issued", quantity)
        if occasion == "birth" and capacity == "member":
            count.add("gift_birth_members_amount", fen)

    def withdraw(self, stream: str, on: date, entry: tuple[str, int]) -> None:
        """An entry about a programme is taken back."""
        self.book.say(
            "benefits.BenefitEntryWithdrawn",
            stream,
            on,
            entry=entry[0],
            entry_version=entry[1],
            reason="entered_in_error",
            entry_stream=stream,
        )

    def freeze(self, programme: Programme, people: list[str]) -> None:
        """The roster, in chunks of at most a thousand."""
        ordered = sorted(people)
        chunks = [ordered[at : at + CHUNK] for at in range(0, len(ordered), CHUNK)]
        for number, chunk in enumerate(chunks, 1):
            self.book.say(
                "benefits.RosterFrozen",
                f"programme-{programme.id}",
                programme.day,
                programme_id=programme.id,
                as_of=programme.day.isoformat(),
                chunk=number,
                chunks=len(chunks),
                person_ids=chunk,
                count=len(ordered),
                sha256=sha256("\n".join(ordered).encode()).hexdigest(),
            )

    def close(
        self, programme: Programme, on: date, issued: int, missed: list[str]
    ) -> list[tuple[str, int]]:
        """Nothing more is issued; who was missed is named, in chunks."""
        chunks = [missed[at : at + CHUNK] for at in range(0, len(missed), CHUNK)] or [[]]
        return [
            self.book.say(
                "benefits.ProgrammeClosed",
                f"programme-{programme.id}",
                on,
                programme_id=programme.id,
                occasion=programme.occasion,
                issued=issued,
                chunk=number,
                chunks=len(chunks),
                missed=chunk,
                missed_count=len(missed),
            )
            for number, chunk in enumerate(chunks, 1)
        ]


def large(canteen: Canteen, personnel: Personnel) -> None:
    """Festivals for all members: a frozen roster, gifts with receipts, some never fetched."""
    for programme, skipped in (
        (Programme("spring-2022", "spring_festival", date(2022, 1, 20), "members", 30000), 7),
        (Programme("moon-2022", "mid_autumn", date(2022, 9, 8), "members", 20000), 1100),
    ):
        canteen.programme(
            programme, "节日慰问", fund="union_funds", payer="own", decision_ref="minutes-2022-01"
        )
        roster = [person.id for person in personnel.members_on(programme.day)]
        canteen.freeze(programme, roster)
        for person in roster[skipped:]:
            canteen.hand_out(
                programme, person, programme.day, on_roster=True, fund="union_funds", payer="own"
            )
            canteen.say("GiftReceiptSigned", programme, person, programme.day, signed_by=person)
        canteen.close(programme, date(2022, 12, 1), len(roster) - skipped, sorted(roster[:skipped]))
        canteen.count.add("gifts_missed", skipped)


def birthdays(canteen: Canteen, personnel: Personnel) -> None:
    """A cake for each member in the month of birth, by a programme of the year."""
    programme = Programme(
        "cake-2022", "birthday", date(2022, 1, 1), "members", 15000, "cake_voucher"
    )
    canteen.programme(programme, "会员生日蛋糕", fund="union_funds", payer="own")
    roster = [person.id for person in personnel.members_on(date(2022, 1, 1))]
    canteen.freeze(programme, roster)
    missed = []
    for number, person in enumerate(roster):
        if number % 50 == 0:
            missed.append(person)
            continue
        month = personnel.people[person].month
        canteen.hand_out(programme, person, date(2022, month, 15))
    # Closed with one too many on the list: taken back, and closed anew.
    wrong = sorted([*missed, roster[1]])
    for entry in canteen.close(programme, date(2022, 12, 30), len(roster) - len(wrong), wrong):
        canteen.withdraw(f"programme-{programme.id}", date(2022, 12, 31), entry)
    canteen.close(programme, date(2022, 12, 31), len(roster) - len(missed), sorted(missed))
    for person in missed:
        canteen.count.add("gifts_missed")
        canteen.count.person(person, "birthday_missed")


def small(canteen: Canteen, personnel: Personnel) -> None:
    """The other occasions, without a roster: 40 people each, members, staff and others."""
    who = list(personnel.people.values())
    days = {
        "new_year": date(2022, 1, 1),
        "qingming": date(2022, 4, 5),
        "labour_day": date(2022, 5, 1),
        "dragon_boat": date(2022, 6, 3),
        "national_day": date(2022, 10, 1),
        "front_line": date(2022, 3, 10),
        "summer_cooling": date(2022, 7, 10),
        "retirement": date(2022, 8, 1),
        "marriage": date(2022, 5, 20),
        "birth": date(2022, 6, 6),
        "womens_day": date(2022, 3, 8),
        "other": date(2022, 12, 31),
    }
    for place, (occasion, day) in enumerate(days.items()):
        value = 5000 + 100 * place
        programme = Programme(f"{occasion.replace('_', '-')}-2022", occasion, day, "named", value)
        canteen.programme(programme, "慰问", payer="own")
        for person in who[200 + place : 240 + place]:
            canteen.hand_out(programme, person.id, day, quantity=1 + place % 3, payer="own")
        for person in who[2500:2506]:
            canteen.hand_out(programme, person.id, day, capacity="staff")
        canteen.hand_out(programme, who[31].id, day, capacity="retiree")
        canteen.hand_out(programme, person_id(20100), day, capacity="dependant")
        reason = "spare_portion"
        stranger = person_id(30000 + place)
        canteen.hand_out(
            programme, stranger, day, capacity="outsider", on_roster=False, off_roster_reason=reason
        )
        if occasion == "summer_cooling":
            from_above(canteen, programme)
        if occasion == "birth":
            second_births(canteen, programme, who[300:303])


def from_above(canteen: Canteen, programme: Programme) -> None:
    """Portions applied for, and received, from the union above: in two lots."""
    stream = f"programme-{programme.id}"
    common = {"programme_id": programme.id, "occasion": programme.occasion}
    for quantity in (100, 20):
        day = date(2022, 6, 20)
        canteen.book.say(
            "benefits.GiftApplied", stream, day, quantity=quantity, to_org="above", **common
        )
        canteen.count.add("summer_portions_applied", quantity)
        canteen.count.add("portions_applied", quantity)
    for quantity in (80, 30):
        day = date(2022, 7, 5)
        canteen.book.say(
            "benefits.GiftReceived", stream, day, quantity=quantity, from_org="above", **common
        )
        canteen.count.add("summer_portions_received", quantity)
        canteen.count.add("portions_received", quantity)


def second_births(canteen: Canteen, programme: Programme, people: list[Person]) -> None:
    """A second child in one year: the same programme gives again."""
    for person in people:
        canteen.hand_out(programme, person.id, date(2022, 2, 2))
        again(canteen, programme, person.id, date(2022, 12, 20), "another_birth")


def again(
    canteen: Canteen, programme: Programme, person: str, on: date, reason: str
) -> tuple[str, int]:
    """The same gift handed out a second time: it happened, and counts."""
    assert programme.value is not None
    canteen.given(programme, person, on, "member", 1, programme.value)
    canteen.count.add("gifts_issued_again")
    return canteen.say(
        "GiftIssuedAgain",
        programme,
        person,
        on,
        occasion=programme.occasion,
        capacity="member",
        quantity=1,
        amount_fen=programme.value,
        reason=reason,
    )
