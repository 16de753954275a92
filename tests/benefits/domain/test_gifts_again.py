"""A gift handed over again: for another birth as a matter of course, else as what it was."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.benefits.commands.gifts import IssueGift, IssueGiftAgain
from services.benefits.domain import gifts
from services.benefits.domain.gifts_again import (
    BIRTHS_APART_DAYS,
    issue_gift_again,
    issue_gift_or_again,
)
from shared.contract.benefits import GiftIssued, GiftIssuedAgain
from shared.testing.decider import Given, given
from tests.benefits.domain.test_programmes import opened, programme
from tests.benefits.requests import ANN, ORG, TODAY
from tests.examples.benefits import gift_issued, gift_issued_again, gift_receipt_signed

FIRST = date(2022, 2, 10)
SECOND = FIRST + timedelta(BIRTHS_APART_DAYS)
BIRTHS = programme(opened(occasion="birth", population="named", unit_value_fen=100000)).state
COOLING = programme(opened(occasion="other", population="named", unit_value_fen=100000)).state


def asked(on: date, quantity: int = 1) -> IssueGift:
    return IssueGift(
        programme_id="spring-2022",
        person_id=ANN,
        capacity="member",
        quantity=quantity,
        issued_on=on,
    )


def issued(**changes: Any) -> GiftIssued:
    told = {"occurred_on": FIRST, "person_id": ANN, "programme_id": "spring-2022", "quantity": 1}
    told |= {"capacity": "member", "on_roster": True, "off_roster_reason": None}
    return gift_issued(**(told | changes))


def again(on: date, quantity: int = 1) -> GiftIssuedAgain:
    return gift_issued_again(
        occurred_on=on,
        source_recorded_on=None,
        programme_id="spring-2022",
        occasion="birth",
        person_id=ANN,
        capacity="member",
        quantity=quantity,
        amount_fen=100000 * quantity,
        reason="another_birth",
    )


def gift(*events: Any) -> Given:
    return given(gifts, None, *events)


def test_a_second_birth_in_a_year_is_given_for_once_more() -> None:
    deciding = gift(issued()).when(issue_gift_or_again, asked(SECOND), ORG, TODAY, programme=BIRTHS)
    deciding.then(again(SECOND))


def test_the_receipt_of_the_first_does_not_stand_in_the_way() -> None:
    signed = gift_receipt_signed(occurred_on=FIRST, person_id=ANN, signed_by=ANN)
    deciding = gift(issued(), signed).when(
        issue_gift_or_again, asked(SECOND), ORG, TODAY, programme=BIRTHS
    )
    deciding.then(again(SECOND))


@pytest.mark.parametrize(
    ("command", "differs"),
    [
        (asked(SECOND), []),
        (asked(FIRST), []),
        (asked(SECOND, quantity=2), ["occurred_on", "quantity"]),
        (asked(SECOND + timedelta(1)), ["occurred_on"]),
    ],
)
def test_the_list_of_a_second_birth_sent_again_is_in_already(
    command: IssueGift, differs: list[str]
) -> None:
    deciding = gift(issued(), again(SECOND)).when(
        issue_gift_or_again, command, ORG, TODAY, programme=BIRTHS
    )
    deciding.then_refused("already-issued")
    assert deciding.refusal is not None and deciding.refusal.facts["differs"] == differs


@pytest.mark.parametrize(
    "on", [SECOND - timedelta(1), FIRST + timedelta(1), FIRST - timedelta(300)]
)
def test_a_date_put_right_is_no_second_birth(on: date) -> None:
    deciding = gift(issued()).when(issue_gift_or_again, asked(on), ORG, TODAY, programme=BIRTHS)
    deciding.then_refused("already-issued")


def test_of_another_occasion_a_year_has_one() -> None:
    deciding = gift(issued()).when(
        issue_gift_or_again, asked(SECOND), ORG, TODAY, programme=COOLING
    )
    deciding.then_refused("already-issued")


def test_twins_are_two_portions_of_one_gift() -> None:
    deciding = gift().when(
        issue_gift_or_again, asked(FIRST, quantity=2), ORG, TODAY, programme=BIRTHS
    )
    (event,) = deciding.events
    assert isinstance(event, GiftIssued) and event.quantity == 2


def test_a_gift_handed_over_twice_by_mistake_is_recorded_as_what_it_was() -> None:
    command = IssueGiftAgain(
        programme_id="spring-2022", person_id=ANN, issued_on=FIRST, reason="by_mistake"
    )
    deciding = gift(issued()).when(issue_gift_again, command, ORG, TODAY, programme=COOLING)
    (event,) = deciding.events
    assert isinstance(event, GiftIssuedAgain) and event.reason == "by_mistake"
