"""Regulations, given-when-then: the three the report says were revised, and new ones."""

from datetime import date
from typing import Any

from services.events.commands.meetings import AdoptRegulation
from services.events.domain import regulations
from services.events.domain.meetings import Meeting
from services.events.domain.regulations import adopt_regulation
from shared.contract.events import RegulationAdopted
from shared.testing.decider import Given, given
from tests.examples.events import regulation_adopted

ORG = "tjtc"
TODAY, DAY = date(2022, 12, 15), date(2022, 3, 25)
AFTER_TODAY = date(2022, 12, 16)

CONVENED = Meeting("staff_congress", "教代会", date(2022, 3, 15), DAY, 60)
MET = Meeting("staff_congress", "教代会", date(2022, 3, 15), DAY, 60, present=52, held_on=DAY)


def recorded(action: Any, meeting_id: str | None = None, on: date = DAY) -> RegulationAdopted:
    return regulation_adopted(
        occurred_on=on, title="工会经费收支管理办法", action=action, meeting_id=meeting_id
    )


def adopt(action: Any, meeting_id: str | None = None, on: date = DAY) -> AdoptRegulation:
    return AdoptRegulation(
        regulation_id="funds-rule",
        title="工会经费收支管理办法",
        action=action,
        meeting_id=meeting_id,
        adopted_on=on,
    )


def regulation(*events: Any) -> Given:
    return given(regulations, None, *events)


def test_a_regulation_is_adopted_by_a_congress_that_met() -> None:
    regulation().when(adopt_regulation, adopt("adopted", "tc-1"), ORG, TODAY, meeting=MET).then(
        recorded("adopted", "tc-1")
    )


def test_a_regulation_older_than_the_log_is_revised() -> None:
    regulation().when(adopt_regulation, adopt("revised"), ORG, TODAY, meeting=None).then(
        recorded("revised")
    )


def test_a_regulation_is_adopted_once() -> None:
    regulation(recorded("revised")).when(
        adopt_regulation, adopt("adopted"), ORG, TODAY, meeting=None
    ).then_refused("regulation-exists")


def test_a_regulation_is_revised_once_a_day() -> None:
    regulation(recorded("revised")).when(
        adopt_regulation, adopt("revised"), ORG, TODAY, meeting=None
    ).then_refused("revised-that-day")


def test_a_regulation_is_revised_again_on_another_day() -> None:
    later = date(2022, 9, 9)
    regulation(recorded("adopted"), recorded("revised")).when(
        adopt_regulation, adopt("revised", on=later), ORG, TODAY, meeting=None
    ).then(recorded("revised", on=later))


def test_the_meeting_named_must_exist() -> None:
    regulation().when(
        adopt_regulation, adopt("adopted", "tc-9"), ORG, TODAY, meeting=None
    ).then_refused("unknown-meeting")


def test_the_congress_named_must_have_met() -> None:
    regulation().when(
        adopt_regulation, adopt("adopted", "tc-1"), ORG, TODAY, meeting=CONVENED
    ).then_refused("congress-not-held")


def test_an_adoption_is_not_dated_after_today() -> None:
    regulation().when(
        adopt_regulation, adopt("adopted", on=AFTER_TODAY), ORG, TODAY, meeting=None
    ).then_refused("date-in-future")
