"""Taking entries back: what is refused, by name and in one order, and what goes together."""

from datetime import date
from typing import Any

import pytest

from shared.contract.catalogue import CATALOGUE
from shared.contract.corrections import withdrawal_of
from shared.contract.envelope import Actor, DomainEvent
from shared.contract.events import MeetingConvened
from shared.decider.withdrawal import (
    Recorded,
    Rules,
    Taking,
    WithdrawEntries,
    entries_to_withdraw,
    taken_back,
)
from shared.errors import Refusal
from tests.examples.events import congress_held, entry_withdrawn, meeting_convened
from tests.examples.reporting import finding_raised
from tests.examples.sample import example

TODAY = date(2022, 12, 15)
STREAM = "tjtc/meeting-tc-1"
ANN = Actor("ann", "clerk", frozenset({"clerk"}), frozenset({"tjtc"}))


def recorded(*events: DomainEvent, withdrawn: tuple[int, ...] = ()) -> list[Recorded]:
    return [
        Recorded(version, f"00000000-0000-7000-8000-{version:012d}", event, version in withdrawn)
        for version, event in enumerate(events, start=1)
    ]


STOOD = recorded(meeting_convened(), congress_held(), entry_withdrawn(), withdrawn=(2,))


def command(*versions: int, on: date = TODAY, **more: Any) -> WithdrawEntries:
    return WithdrawEntries(
        stream=STREAM, versions=versions, reason="wrong_date", withdrawn_on=on, **more
    )


def decided(stream: list[Recorded], asked: WithdrawEntries) -> list[int]:
    entries = entries_to_withdraw(
        stream,
        asked,
        TODAY,
        rules=Rules(lambda _, earlier: isinstance(earlier, MeetingConvened), lambda _: ("clerk",)),
        actor=ANN,
    )
    return [each.version for each in entries]


def refused(stream: list[Recorded], asked: WithdrawEntries) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        decided(stream, asked)
    return refusal.value


def test_an_entry_is_taken_back_and_another_left() -> None:
    assert decided(recorded(meeting_convened(), congress_held()), command(2)) == [2]


def test_an_entry_goes_together_with_what_rests_on_it() -> None:
    stream = recorded(meeting_convened(), congress_held())
    assert decided(stream, command(1, 2)) == [1, 2]
    refusal = refused(stream, command(1))
    assert refusal.code == "others-rest-on-it"
    assert refusal.errors[0]["resting"] == ["CongressHeld@2"]


def test_what_rested_on_it_and_was_taken_back_rests_no_more() -> None:
    stream = recorded(meeting_convened(), congress_held(), withdrawn=(2,))
    assert decided(stream, command(1)) == [1]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (command(1, on=date(2022, 12, 16)), "date-in-future"),
        (command(1, source_recorded_on=date(2022, 12, 16)), "date-in-future"),
        (command(1, 1, 9), "listed-twice"),
        (command(9, 2), "entry-not-found"),
        (command(2, 3), "entry-withdrawn"),
        (command(3), "corrected-otherwise"),
        (command(1, on=date(1999, 1, 1)), "withdrawn-before-entry"),
    ],
)
def test_refusals_by_name_the_first_in_order(asked: WithdrawEntries, code: str) -> None:
    assert refused(STOOD, asked).code == code


def test_what_another_event_corrects_is_named_with_it() -> None:
    refusal = refused(recorded(finding_raised()), command(1))
    assert refusal.code == "corrected-otherwise"
    assert refusal.errors[0]["type"] == "FindingRaised"


WITHDRAWABLE = [cls for cls in CATALOGUE.values() if withdrawal_of(cls) is not None]


@pytest.mark.parametrize("cls", WITHDRAWABLE, ids=lambda cls: cls.__name__)
def test_an_entry_is_taken_back_in_its_own_stream_for_a_reason_on_its_own_day(
    cls: type[DomainEvent],
) -> None:
    entry = Recorded(3, "017f8baf-35f0-7eb0-b025-2c4d5f700e5b", example(cls, {}))
    taking = Taking(entry.event.stream_of(), "wrong_date", date(2022, 4, 1), date(2022, 3, 1))
    event = taken_back(entry, taking)
    assert type(event) is withdrawal_of(cls)
    assert event.stream_of() == taking.stream
    assert (event.entry, event.entry_version, event.reason) == (entry.event_id, 3, "wrong_date")
    assert (event.occurred_on, event.source_recorded_on) == (date(2022, 4, 1), date(2022, 3, 1))
