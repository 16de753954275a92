"""The canteen's system: what was handed to whom, who signed, what came back."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from tests.journeys.foreign_year.book import Book, Count

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
            fen = worth.get("amount_fen", 0)
            self.given(programme, person, on, capacity=capacity, quantity=quantity, fen=fen)
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
        self,
        programme: Programme,
        person: str,
        on: date,
        *,
        capacity: str = "member",
        quantity: int = 1,
        fen: int,
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
