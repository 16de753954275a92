"""Explain shows the chain of corrections: what took an event back, and what that took back."""

from typing import Any

import asyncpg

from services.reporting.ingest.apply import Ingest
from services.reporting.queries.event import event_view
from tests.examples.events import congress_held, meeting_convened
from tests.reporting.disowning import withdrawing
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import gift, returned


async def view(pool: asyncpg.Pool, history: History, number: int, at: int) -> dict[str, Any]:
    return await event_view(pool, ORG, history.envelopes[number].event_id, at)


def types(chain: list[dict[str, Any]]) -> list[str]:
    return [each["type"].split(".")[2] for each in chain]


async def test_a_withdrawn_event_names_its_withdrawal_and_is_named_by_it(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(meeting_convened(meeting_id="a"), congress_held(meeting_id="a"))
    withdrawal = withdrawing(history.envelopes[1])
    assert withdrawal is not None
    history(withdrawal, congress_held(meeting_id="a", delegates_present=10))
    await history.told(simulated)
    before = await view(pool, history, 1, 2)
    assert before["corrected_by"] == []
    assert all(touch["stands"] for touch in before["figures"])
    after = await view(pool, history, 1, 4)
    assert types(after["corrected_by"]) == ["EntryWithdrawn"]
    assert after["corrected_by"][0]["reason"] == "entered_in_error"
    assert not any(touch["stands"] for touch in after["figures"])
    took = await view(pool, history, 2, 4)
    assert [each["event_id"] for each in took["corrects"]] == [after["event_id"]]
    touched = {(each["figure"], each["effect"], each["stands"]) for each in took["figures"]}
    assert ("staff_congress_sessions", "takes_back", True) in touched
    anew = await view(pool, history, 3, 4)
    assert (anew["corrected_by"], anew["corrects"]) == ([], [])


async def test_a_return_is_the_correction_of_its_gift_and_of_no_later_one(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(gift("m", "marriage", 1, "2022-05-01"), returned("m", 1, "2022-05-02"))
    history(gift("m", "marriage", 1, "2022-05-03"))
    await history.told(simulated)
    assert types((await view(pool, history, 0, 3))["corrected_by"]) == ["GiftReturned"]
    assert (await view(pool, history, 2, 3))["corrected_by"] == []
