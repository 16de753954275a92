"""A union's first steps: what is done, what is next, and what a role does not see."""

from typing import Any

import httpx
import pytest

from services.console.console import Console
from services.console.pages.beginning import states_of
from services.console.session import Session
from tests.console.conftest import Services, browser, session

AT = "/xinhua/office/beginning"
UNION = {"org_id": "xinhua", "name": "新华中学工会", "kind": "grassroots", "simulated": False}
PROGRAMME = {
    "programme_id": "spring-2026", "title": "春节慰问", "population": "members", "opened_on":
    "2026-01-05", "closed_on": None, "roster": None, "issued": 0, "signed": 0,
}  # fmt: skip
CLERK = session("clerk", orgs=("xinhua",), subject="xinhua-clerk")
OPERATOR = session("operator", orgs=("*",), subject="operator")


def people(count: int, more: str | None = None) -> dict[str, Any]:
    return {"items": [{"person_id": f"p-{at}"} for at in range(count)], "next": more}


@pytest.fixture(autouse=True)
def nothing_yet(services: Services) -> None:
    known = {"org_id": "xinhua", "name": UNION["name"], "simulated": False, "log_index": 9}
    services.answers |= {
        "/v1/unions": {"unions": [UNION]},
        "/v1/xinhua/knowledge": {
            **known, "last_index": 9, "sealed_at": "2026-01-06T00:00:00+00:00", "years": [],
        },
        "/v1/xinhua/organisation": {**UNION, "registered_on": "2026-01-01"},
        "/v1/xinhua/staff": people(0),
        "/v1/xinhua/roster": people(0),
        "/v1/xinhua/programmes": {"items": [], "next": None},
        "/unions/xinhua/people": {"people": {"xinhua-clerk": {"roles": ["clerk"]}}},
    }  # fmt: skip


async def seen(console: Console, who: Any) -> str:
    async with browser(console, who) as client:
        answer = await client.get(AT)
    assert answer.status_code == 200, answer.text
    return answer.text


def states(text: str) -> list[str]:
    words = ("已做", "下一步", "还没有", "你的角色看不到")
    heads = [head.split("</header>")[0] for head in text.split("<header>")[2:]]
    return [next(word for word in words if f"</svg>{word}</span>" in head) for head in heads]


async def test_a_clerk_of_a_new_union_is_told_the_first_file(console: Console) -> None:
    text = await seen(console, CLERK)
    assert states(text) == ["已做", "已做", "下一步", *["还没有"] * 5]
    assert 'class="btn go" href="/xinhua/office/upload?kind=staff"' in text
    assert "你就是其中一个：xinhua-clerk" in text


async def test_each_step_follows_from_what_the_services_know(
    console: Console, services: Services
) -> None:
    answers = services.answers
    answers["/v1/xinhua/staff"] = people(40)
    assert states(await seen(console, CLERK))[3] == "下一步"
    answers["/v1/xinhua/roster"] = people(500, "p-500")
    text = await seen(console, CLERK)
    assert states(text)[4] == "下一步" and "以上" in text
    answers["/v1/xinhua/programmes"] = {"items": [PROGRAMME], "next": None}
    answers["/v1/xinhua/programmes/spring-2026"] = PROGRAMME
    text = await seen(console, CLERK)
    assert states(text)[5] == "下一步" and "/programmes/spring-2026/freeze" in text
    frozen = {**PROGRAMME, "roster": {"count": 40, "as_of": "2026-01-05"}}
    answers["/v1/xinhua/programmes/spring-2026"] = frozen
    assert states(await seen(console, CLERK))[6] == "下一步"
    answers["/v1/xinhua/programmes/spring-2026"] = {**frozen, "issued": 40, "signed": 12}
    assert states(await seen(console, CLERK))[7] == "下一步"
    known = answers["/v1/xinhua/knowledge"]
    answers["/v1/xinhua/knowledge"] = {**known, "years": [2026]}  # type: ignore[dict-item]
    text = await seen(console, CLERK)
    assert states(text) == ["已做"] * 8 and 'href="/xinhua/2026"' in text


async def test_what_a_role_may_not_read_is_neither_done_nor_undone(console: Console) -> None:
    text = await seen(console, OPERATOR)
    assert states(text) == ["已做", "已做", *["你的角色看不到"] * 5, "还没有"]
    assert "xinhua-clerk" in text and 'action="/sign-out"' in text
    assert "upload?kind=staff" not in text


async def test_one_that_the_log_does_not_have_yet_is_not_said_to_be_missing(
    console: Console, services: Services
) -> None:
    services.answers["/v1/xinhua/knowledge"] = httpx.Response(404, json={"code": "not-found"})
    text = await seen(console, OPERATOR)
    assert "账上还没有它" in text and "没有登记过" not in text
    services.answers["/v1/xinhua/organisation"] = httpx.Response(404, json={"code": "x"})
    text = await seen(console, CLERK)
    assert "没有登记过这个编号的工会" in text and states(text)[0] == "下一步"


@pytest.mark.parametrize("status", [401, 503])
async def test_a_provider_that_does_not_say_who_is_enrolled_is_not_told_as_nobody(
    console: Console, services: Services, status: int
) -> None:
    services.answers["/unions/xinhua/people"] = httpx.Response(status, json={"error": "x"})
    text = await seen(console, OPERATOR)
    assert states(text)[1] == "你的角色看不到" and "还没有人" not in text


async def test_a_union_without_a_year_opens_with_its_first_steps(
    console: Console, services: Services
) -> None:
    cashier = session("cashier", orgs=("xinhua",))
    async with browser(console, CLERK) as client:
        assert (await client.get("/xinhua")).headers["location"] == AT
    services.answers["/v1/xinhua/knowledge"] = httpx.Response(403, json={"code": "forbidden"})
    async with browser(console, cashier) as client:
        assert (await client.get("/xinhua")).headers["location"] == "/xinhua/office/queue"
    async with browser(console, session("producer", orgs=("xinhua",))) as client:
        assert (await client.get("/xinhua")).status_code == 403


@pytest.mark.parametrize("who", [CLERK, OPERATOR])
async def test_a_union_that_the_log_does_not_have_yet_opens_with_its_first_steps(
    console: Console, services: Services, who: Session
) -> None:
    services.answers["/v1/xinhua/knowledge"] = httpx.Response(404, json={"code": "not-found"})
    async with browser(console, who) as client:
        assert (await client.get("/xinhua")).headers["location"] == AT


async def test_a_simulated_union_is_marked_on_its_pages(
    console: Console, services: Services
) -> None:
    mark = "数据是编的，不是哪一家工会的账"
    assert mark not in await seen(console, CLERK)
    known = services.answers["/v1/xinhua/knowledge"]
    simulated: Any = {**dict(known), "simulated": True}  # type: ignore[arg-type]
    services.answers["/v1/xinhua/knowledge"] = simulated
    assert mark in await seen(console, CLERK)


def test_next_is_the_first_that_is_not_done_if_that_is_known() -> None:
    states = states_of({"a": True, "b": False, "c": False})
    assert states == {"a": "done", "b": "next", "c": "later"}
    assert states_of({"a": True, "b": None, "c": False})["c"] == "later"
    assert states_of({"a": True}) == {"a": "done"}
