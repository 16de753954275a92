"""Gifts that came back, were entered wrongly, or whose worth is not wholly known."""

from datetime import date

from tests.journeys.foreign_year.gifts import again
from tests.journeys.foreign_year.giving import Canteen, Programme
from tests.journeys.foreign_year.people import Personnel

DAY = date(2022, 11, 11)


def returns(canteen: Canteen, personnel: Personnel) -> None:
    """One programme whose gifts come back, and are issued again."""
    who = [person.id for person in personnel.people.values()][400:420]
    programme = Programme("autumn-2022", "other", DAY, "named", 8000)
    canteen.programme(programme, "秋季慰问", payer="own")
    # Came back, for good; came back after the year was over.
    canteen.hand_out(programme, who[0], DAY, counted=False)
    returned(canteen, programme, who[0], date(2022, 11, 20), "returned")
    canteen.hand_out(programme, who[1], DAY, counted=False)
    returned(canteen, programme, who[1], date(2023, 1, 5), "returned")
    # Could not be delivered, and was handed out later after all.
    canteen.hand_out(programme, who[2], DAY, counted=False)
    returned(canteen, programme, who[2], date(2022, 11, 20), "undeliverable")
    canteen.hand_out(programme, who[2], date(2022, 12, 1))
    # Entered with a wrong quantity: taken back, and said anew; it was signed for.
    canteen.hand_out(programme, who[3], DAY, quantity=5, counted=False)
    canteen.say("GiftReceiptSigned", programme, who[3], DAY, signed_by=who[3])
    returned(canteen, programme, who[3], date(2022, 11, 12), "entered_in_error")
    canteen.hand_out(programme, who[3], DAY, quantity=2)
    canteen.say("GiftReceiptSigned", programme, who[3], DAY, signed_by=who[3])
    # Given twice by mistake; entered as given twice, which it was not.
    canteen.hand_out(programme, who[4], DAY)
    again(canteen, programme, who[4], date(2022, 11, 13), "by_mistake")
    canteen.hand_out(programme, who[5], DAY)
    wrongly_again(canteen, programme, who[5])
    # A signature of another hand, withdrawn and said anew.
    canteen.hand_out(programme, who[6], DAY)
    entry, version = canteen.say("GiftReceiptSigned", programme, who[6], DAY, signed_by=who[7])
    canteen.say(
        "DeliveryEntryWithdrawn",
        programme,
        who[6],
        DAY,
        entry=entry,
        entry_version=version,
        reason="wrong_person",
    )
    canteen.say("GiftReceiptSigned", programme, who[6], DAY, signed_by=who[6])
    # The days at both ends, and beyond them.
    for person, day in zip(
        who[8:12],
        (date(2021, 12, 31), date(2022, 1, 1), date(2022, 12, 31), date(2023, 1, 1)),
        strict=True,
    ):
        canteen.hand_out(programme, person, day)


def returned(canteen: Canteen, programme: Programme, person: str, on: date, reason: str) -> None:
    """A gift came back, or was entered in error."""
    canteen.say("GiftReturned", programme, person, on, reason=reason)
    if on.year == 2022 and reason != "entered_in_error":
        canteen.count.add("gifts_returned")


def wrongly_again(canteen: Canteen, programme: Programme, person: str) -> None:
    """A second gift that never was: withdrawn."""
    entry, version = canteen.say(
        "GiftIssuedAgain",
        programme,
        person,
        DAY,
        occasion=programme.occasion,
        capacity="member",
        quantity=1,
        amount_fen=programme.value,
        reason="by_mistake",
    )
    canteen.say(
        "DeliveryEntryWithdrawn",
        programme,
        person,
        DAY,
        entry=entry,
        entry_version=version,
        reason="did_not_happen",
    )


def worth(canteen: Canteen, personnel: Personnel) -> None:
    """Gifts told with a unit value alone, and with no value at all."""
    who = [person.id for person in personnel.people.values()][500:520]
    valued = Programme("front-2022", "front_line", DAY, "named", 9000)
    canteen.programme(valued, "一线慰问")
    unvalued = Programme("front-b-2022", "front_line", DAY, "named", None)
    canteen.programme(unvalued, "一线慰问")
    for programme, people, unit in (
        (valued, who[:5], 9000),
        (valued, who[5:10], None),
        (unvalued, who[10:15], 7000),
        (unvalued, who[15:20], None),
    ):
        for person in people:
            canteen.given(programme, person, DAY, quantity=2, fen=2 * (unit or 0))
            canteen.say(
                "GiftIssued",
                programme,
                person,
                DAY,
                occasion="front_line",
                capacity="member",
                quantity=2,
                payment_form="goods",
                **({} if unit is None else {"unit_value_fen": unit}),
            )


def programmes(canteen: Canteen) -> None:
    """A programme's name that is corrected, and one that was opened by mistake."""
    programme = Programme("winter-2022", "other", DAY, "named", 100)
    canteen.programme(programme, "冬季慰问(误)")
    canteen.book.say(
        "benefits.ProgrammeRenamed",
        "programme-winter-2022",
        DAY,
        programme_id=programme.id,
        title="冬季慰问",
        reason="wrong_details",
    )
    mistake = Programme("mistake-2022", "other", DAY, "named", 100)
    entry = canteen.programme(mistake, "误开项目")
    canteen.withdraw("programme-mistake-2022", DAY, entry)
