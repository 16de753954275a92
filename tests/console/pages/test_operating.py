"""How the services stand, and settling what waits in quarantine."""

from typing import Any

import httpx
import pytest

from services.console.console import Console
from services.console.pages.operating import by_topic, untrue
from tests.console.conftest import Services, browser, session

STATUS: dict[str, Any] = {
    "journal": {"log_index": 12813, "sealed_at": "2022-12-31T00:32:00+00:00"},
    "positions": [
        {"topic": "guildhall.members.v1", "applied": 5, "lag": 0},
        {"topic": "guildhall.members.v1", "applied": 7, "lag": 2},
        {"topic": "guildhall.events.v1", "applied": 1, "lag": None},
    ],
    "lag": None, "parked": 0, "quarantined": 2, "ahead_of_owner": 0, "journal_gaps": [],
    "journal_wrong": [], "copies_differ": [], "stale": [], "differences": None,
    "worker": {"there": True, "parts": {"reactor": {"last_success": None, "reason": "away"}}},
}  # fmt: skip
RECORD = {
    "id": 7, "reason": "unknown-type", "detail": "no such type", "source": "/ext/canteen",
    "topic": "guildhall.ext.canteen.v1", "first_seen": "2022-12-31T00:32:00+00:00",
}  # fmt: skip
OTHER = {**RECORD, "id": 8, "reason": "not-json", "source": None}
REBUILD = {"running": True, "ratio": 0.42, "started_at": None, "last": None}


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    services.answers |= {
        "/v1/status": STATUS,
        "/v1/sources": {"sources": [], "unreadable": ""},
        "/v1/rebuild": REBUILD,
        "/v1/quarantine": {"records": [RECORD, OTHER], "next": None},
        "/v1/quarantine/discard": {
            "looked_at": 1, "applied": 0, "discarded": 1, "still_open": 0, "left": 0, "next": None,
        },
    }  # fmt: skip


def test_what_nobody_could_look_at_is_not_as_it_should_be() -> None:
    assert untrue(STATUS) == ["differences"]
    assert untrue({**STATUS, "differences": [], "journal_gaps": [1]}) == ["journal_gaps"]


def test_a_lag_that_is_unknown_in_one_partition_is_unknown() -> None:
    found = {each["topic"]: each for each in by_topic(STATUS["positions"])}
    assert found["guildhall.members.v1"]["lag"] == 2
    assert found["guildhall.members.v1"]["applied"] == 12
    assert found["guildhall.events.v1"]["lag"] is None


async def test_the_status_says_what_differs_and_how_far_a_rebuild_is(console: Console) -> None:
    async with browser(console, session("operator", orgs=("*",))) as client:
        answer = await client.get("/ops")
    assert "有 1 处与应有的不同" in answer.text
    assert "42%" in answer.text
    assert "不能当作没有" in answer.text


async def test_records_are_narrowed_and_only_then_settled(console: Console) -> None:
    async with browser(console, session("operator", orgs=("*",))) as client:
        every = await client.get("/ops/quarantine")
        some = await client.get("/ops/quarantine?reason=not-json")
    assert "unknown-type" in every.text and "弃置…" not in every.text
    assert "处理筛选出的 1 条" in some.text


async def test_an_auditor_looks_and_does_not_settle(console: Console) -> None:
    async with browser(console, session("auditor")) as client:
        assert "弃置…" not in (await client.get("/ops/quarantine?reason=not-json")).text


async def test_discarding_is_looked_at_before_it_is_done(
    console: Console, services: Services
) -> None:
    form = {"csrf": "csrf-1", "act": "discard", "reason": "not-json", "code": "unreadable",
            "why": "乱码"}  # fmt: skip
    async with browser(console, session("operator", orgs=("*",))) as client:
        look = await client.post("/ops/quarantine/settle", data=form)
        assert "还没有处理任何一条" in look.text and "弃置 1 条" in look.text
        assert not [each for each in services.asked if each.method == "POST"]
        done = await client.post("/ops/quarantine/settle", data={**form, "sure": "yes"})
    assert done.headers["location"] == "/ops/quarantine?reason=not-json&settled=1&left=0"
    (sent,) = [each for each in services.asked if each.method == "POST"]
    assert httpx.Response(200, content=sent.content).json() == {
        "records": {"reason": "not-json"}, "code": "unreadable", "reason": "乱码",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [{"act": "delete"}, {"why": " "}, {"code": "x"}, {"reason": ""}, {"csrf": "another"}],
)
async def test_nothing_is_settled_by_half_a_form(
    console: Console, services: Services, wrong: dict[str, str]
) -> None:
    form = {"csrf": "csrf-1", "act": "discard", "reason": "not-json", "code": "other", "why": "x",
            "sure": "yes", **wrong}  # fmt: skip
    async with browser(console, session("operator", orgs=("*",))) as client:
        answer = await client.post("/ops/quarantine/settle", data=form)
    assert answer.status_code in (403, 422)
    assert not [each for each in services.asked if each.method == "POST"]
