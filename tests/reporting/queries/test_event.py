"""From an event back to every figure it touches."""

from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.reporting.figures import FIGURES
from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.event import event_view
from services.reporting.queries.figure_events import Cursor, events_of
from services.reporting.queries.figures import values_at
from services.reporting.queries.knowledge import Period
from shared.errors import Unknown
from tests.reporting.history import History, arbitrary_history
from tests.reporting.records import ORG
from tests.reporting.year import gift, joined, left, returned

ALWAYS = Period(date(2000, 1, 1), date(2100, 1, 1))


async def touches(pool: asyncpg.Pool, history: History, number: int) -> dict[str, Any]:
    envelope = history.envelopes[number]
    view = await event_view(pool, ORG, envelope.event_id, await last_index(pool))
    return {t["figure"]: (t["effect"], t["stands"]) for t in view["figures"]}


async def test_a_gift_touches_its_people_portions_and_worth(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(gift("autumn", "mid_autumn", 1, "2022-09-07"))
    await history.told(simulated)
    assert await touches(pool, history, 0) == {
        "gift_mid_autumn_members": ("counts", True),
        "gift_mid_autumn_portions": ("counts", True),
        "gift_mid_autumn_amount": ("counts", True),
    }


async def test_a_return_takes_the_gift_back_and_both_say_so(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(gift("m", "marriage", 1, "2022-05-01"), returned("m", 1, "2022-05-02"))
    await history.told(simulated)
    assert await touches(pool, history, 0) == {
        "gift_marriage": ("counts", False),
        "gift_marriage_members": ("counts", False),
        "gift_marriage_workers": ("counts", False),
        "gift_marriage_amount": ("counts", False),
    }
    assert await touches(pool, history, 1) == {
        "gift_marriage": ("takes_back", True),
        "gift_marriage_members": ("takes_back", True),
        "gift_marriage_workers": ("takes_back", True),
        "gift_marriage_amount": ("takes_back", True),
        "gifts_returned": ("counts", True),
    }


async def test_leaving_ends_a_place_on_the_roll(pool: asyncpg.Pool, simulated: Ingest) -> None:
    history = History()(joined(1, "2021-01-01"), left(1, "2022-05-01"))
    await history.told(simulated)
    assert await touches(pool, history, 1) == {
        "members_left": ("counts", True),
        "members_on_roll": ("ends", True),
    }


async def test_an_event_shows_its_envelope_bytes_origin_and_leaf(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(joined(1, "2021-01-01"))
    await history.told(simulated)
    envelope = history.envelopes[0]
    view = await event_view(pool, ORG, envelope.event_id, 1)
    assert view["data"]["person_id"] == "p-000001"
    assert (view["stream"], view["stream_version"]) == ("tjtc/person-p-000001", 1)
    assert view["origin"]["topic"] == "guildhall.members.v1"
    assert len(view["leaf"]) == 64
    assert view["provable"] is True


async def test_an_event_of_another_union_or_known_later_is_unknown(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(joined(1, "2021-01-01"))
    await history.told(simulated)
    known = history.envelopes[0].event_id
    for org_id, event_id, at in ((ORG, uuid4(), 1), ("other", known, 1), (ORG, known, 0)):
        with pytest.raises(Unknown, match="unknown-event"):
            await event_view(pool, org_id, event_id, at)


async def test_lists_and_events_say_the_same_of_each_other_for_any_history(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    """An event is in a figure's list exactly where it says that it counts there and stands."""
    history = await arbitrary_history(simulated, 160)
    at = await last_index(pool)
    listed = set()
    for figure in FIGURES:
        if not figure.stock:
            page = await events_of(pool, ORG, figure, ALWAYS, after=Cursor(at, 0, ""), limit=1000)
            listed |= {(e["event_id"], figure.name) for e in page.events + page.repeats}
    stocks = {figure.name for figure in FIGURES if figure.stock}
    said = set()
    for envelope in history.envelopes:
        view = await event_view(pool, ORG, envelope.event_id, at)
        said |= {
            (view["event_id"], touch["figure"])
            for touch in view["figures"]
            if touch["effect"] == "counts" and touch["stands"] and touch["figure"] not in stocks
        }
    assert said == listed
    assert len(listed) > 50
    assert any(v.value for v in (await values_at(pool, ORG, ALWAYS, at)).values())
