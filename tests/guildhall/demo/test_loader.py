"""Entering a script: by day, by person, people looked up once, a lagging copy waited for."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from guildhall.demo.loader import NotEntered, Place, Year, enter
from guildhall.demo.script import Entry
from shared.contract.contexts import FACT_CONTEXTS

Answer = Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]]

COLLEAGUES = ("operator", "clerk", "approver", "chair", "cashier")


class Services:
    """All three services, as one function that answers; keeps what it was asked, in order."""

    def __init__(self, answer: Answer = lambda *_: (201, {"events": 1})) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, Any], httpx.Headers]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path.removeprefix("/v1/tjtc/"), orjson.loads(request.content)
        name = f"{request.url.host}/{path}"
        self.asked.append((name, body, request.headers))
        if path == "people/lookup":
            people = [
                {"employee_no": no, "person_id": f"p-{no:0>6}"} for no in body["employee_nos"]
            ]
            return httpx.Response(200, json={"people": people, "unknown": []})
        status, answer = self.answer(name, body)
        return httpx.Response(status, json=answer)

    def named(self) -> list[str]:
        return [name for name, _, _ in self.asked]


def form(
    day: int, command: str, service: str = "benefits", by: Any = "clerk", **body: Any
) -> Entry:
    return Entry(datetime(2022, 1, day, 2, tzinfo=UTC), by, "tjtc", service, command, body)


async def entered(services: Services, *script: Entry) -> Any:
    async with httpx.AsyncClient(transport=httpx.MockTransport(services)) as http:
        urls = {name: f"http://{name}" for name in FACT_CONTEXTS}
        place = Place(http, urls, {who: f"token-of-{who}" for who in COLLEAGUES})
        return await enter([Year(place, Path(), script)], lambda _done: None)


async def test_each_entry_is_sent_at_its_moment_by_its_person() -> None:
    services = Services()
    counted = await entered(services, form(20, "approve-claim", by="approver", claim_id="c-1"))
    [(name, body, headers)] = services.asked
    assert (name, body) == ("benefits/approve-claim", {"claim_id": "c-1"})
    assert headers["authorization"] == "Bearer token-of-approver"
    assert headers["guildhall-simulated-now"] == "2022-01-20T02:00:00+00:00"
    assert (counted.commands, counted.events) == (1, 1)


async def test_a_day_ends_in_every_service_before_the_next_begins() -> None:
    services = Services()
    script = [
        form(day, f"c{day}{n}", service)
        for day in (3, 4, 5)
        for service in ("members", "events")
        for n in (1, 2)
    ]
    await entered(services, *script)
    days = [name.rpartition("/c")[2][0] for name in services.named()]
    assert days == sorted(days) and Counter(days) == {"3": 4, "4": 4, "5": 4}
    of_events = [name for name in services.named() if name.startswith("events/c3")]
    assert of_events == ["events/c31", "events/c32"]


async def test_people_are_looked_up_once_by_employee_number() -> None:
    services = Services()
    await entered(
        services,
        form(3, "freeze-roster", person_ids=["employee:1", "employee:2"]),
        form(4, "issue-gift", person_id="employee:2"),
    )
    assert services.named() == [
        "members/people/lookup",
        "benefits/freeze-roster",
        "benefits/issue-gift",
    ]
    assert services.asked[1][1] == {"person_ids": ["p-000001", "p-000002"]}
    assert services.asked[2][1] == {"person_id": "p-000002"}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "unknown-union"),
        (503, "members-behind"),
        (422, "unknown-member"),
        (409, "count-differs"),
        (409, "capacity-unknown"),
        (409, "roster-empty"),
    ],
)
async def test_a_copy_that_lags_is_asked_again_under_the_same_key(status: int, code: str) -> None:
    answers = [(status, {"code": code}), (status, {"code": code}), (201, {"events": 3})]
    services = Services(lambda *_: answers.pop(0))
    counted = await entered(services, form(3, "freeze-roster"))
    keys = {headers["idempotency-key"] for _, _, headers in services.asked}
    assert (len(services.asked), len(keys), counted.events) == (3, 1, 3)


async def test_a_refusal_ends_the_demo_and_is_named() -> None:
    services = Services(lambda *_: (409, {"code": "programme-exists", "title": "项目编号已使用"}))
    with pytest.raises(ExceptionGroup) as failed:
        await entered(services, form(3, "open-programme"))
    [why] = failed.value.exceptions
    assert isinstance(why, NotEntered) and "programme-exists" in str(why)


async def test_entering_a_script_twice_sends_the_same_keys() -> None:
    services, script = Services(), form(3, "open-programme", programme_id="a")
    await entered(services, script)
    await entered(services, script)
    await entered(services, form(3, "open-programme", programme_id="b"))
    keys = [headers["idempotency-key"] for _, _, headers in services.asked]
    assert keys[0] == keys[1] != keys[2]
