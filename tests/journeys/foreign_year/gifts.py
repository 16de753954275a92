"""The canteen's year: festivals for everybody, birthdays, and the smaller occasions."""

from datetime import date

from tests.journeys.foreign_year.giving import Canteen, Programme
from tests.journeys.foreign_year.people import Person, Personnel, person_id


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
            if programme.occasion == "spring_festival":
                canteen.say("GiftReceiptSigned", programme, person, programme.day, signed_by=person)
        for other in (spare.id for spare in list(personnel.people.values())[2500:2503]):
            canteen.hand_out(programme, other, programme.day, capacity="staff", on_roster=False)
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
    canteen.given(programme, person, on, fen=programme.value)
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
