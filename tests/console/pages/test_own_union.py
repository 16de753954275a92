"""An operator begins a union on a page: what is asked, what is refused, and where it leads."""

from typing import Any

import httpx
import pytest

from services.console.app import console_app
from services.console.backend import NoAnswer
from services.console.command_line import CommandLine
from services.console.console import Console
from services.console.founding import Founder, Founding, NotBegun
from services.console.pages import own_union
from services.console.scope import OWN_ADDRESSES
from tests.console.conftest import Services, browser, session

NEW = "/ops/unions/new"
FORM = {
    "csrf": "csrf-1", "name": "新华中学工会", "org": "xinhua", "kind": "grassroots", "parent": "",
    "founded": "2026-01-01",
}  # fmt: skip
OPERATOR = session("operator", orgs=("*",))


class Founds(Founder):
    """Begins nothing: answers or refuses as it was told."""

    def __init__(self, outcome: Any = None) -> None:
        super().__init__(CommandLine({}), enrols=True)
        self.outcome = outcome
        self.asked: list[tuple[str, Founding]] = []

    async def begin(self, token: str, union: Founding) -> dict[str, Any]:
        self.asked.append((token, union))
        if self.outcome:
            raise self.outcome
        return {"registered": True, "people": {}}


@pytest.fixture(autouse=True)
def unions(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_union, "HEARD_SECONDS", 0.0)
    listed = [{"org_id": "city", "name": "市总工会", "simulated": False}]
    services.answers["/v1/unions"] = {"unions": listed}


async def sent(console: Console, founds: Founds, **form: str) -> httpx.Response:
    async with browser(console._replace(founder=founds), OPERATOR) as client:
        return await client.post(NEW, data={**FORM, **form})


async def test_the_form_offers_the_known_unions_as_the_upper_one(console: Console) -> None:
    async with browser(console, OPERATOR) as client:
        text = (await client.get(NEW)).text
    assert '<option value="city">市总工会</option>' in text and "练手" not in text


async def test_a_union_is_begun_once_and_leads_to_its_first_steps(console: Console) -> None:
    founds = Founds()
    answer = await sent(console, founds, parent="city")
    assert (answer.status_code, answer.headers["location"]) == (303, "/xinhua/office/beginning")
    union = Founding("xinhua", "新华中学工会", "grassroots", "city", "2026-01-01")
    assert founds.asked == [("t", union)]


@pytest.mark.parametrize(
    ("field", "said", "why"),
    [
        ("org", "Xin Hua", "编号是 2 至 31 个"),
        ("org", "--help", "编号是 2 至 31 个"),
        ("org", "x", "编号是 2 至 31 个"),
        ("org", "ops", "页面自己的地址"),
        ("name", "", "填工会的名称"),
        ("name", "新华\x00", "填工会的名称"),
        ("name", "长" * 101, "填工会的名称"),
        ("kind", "guild", "种类不在所列之中"),
        ("parent", "elsewhere", "从所列的选"),
        ("founded", "2999-01-01", "不晚于今天"),
        ("founded", "昨天", "不晚于今天"),
        ("founded", "20260101", "不晚于今天"),
    ],
)
async def test_what_is_wrong_is_named_and_what_was_typed_stays(
    console: Console, field: str, said: str, why: str
) -> None:
    founds = Founds()
    answer = await sent(console, founds, **{field: said})
    assert answer.status_code == 422 and why in answer.text and not founds.asked
    assert 'aria-invalid="true"' in answer.text or field in ("kind", "parent")
    kept = "新华中学工会" if field != "name" else "xinhua"
    assert f'value="{kept}"' in answer.text


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("organisation-exists", "这个编号已登记给一家工会"),
        ("invalid_request", "身份服务没有收下它的人"),
        ("stopped", "再按一次"),
        ("parent-is-below", "服务没有收下"),
    ],
)
async def test_what_a_service_refuses_is_said_in_words(
    console: Console, code: str, says: str
) -> None:
    founds = Founds(NotBegun({"code": code, "title": "服务的话"}))
    answer = await sent(console, founds)
    assert answer.status_code == 422
    assert says in answer.text and "服务的话" in answer.text and code in answer.text


async def test_where_nobody_answers_it_is_not_said_that_nothing_was_written(
    console: Console,
) -> None:
    answer = await sent(console, Founds(NoAnswer("members", "away")))
    assert answer.status_code == 503 and "不知道写下没有" in answer.text
    assert "没有写下任何东西" not in answer.text


@pytest.mark.parametrize(
    "who", [session("clerk"), session("operator", orgs=("tjtc",)), session("auditor", orgs=("*",))]
)
async def test_nobody_else_begins_one(console: Console, who: Any) -> None:
    founds = Founds()
    async with browser(console._replace(founder=founds), who) as client:
        assert (await client.get(NEW)).status_code == 403
        assert (await client.post(NEW, data=FORM)).status_code == 403
    assert not founds.asked


async def test_a_form_from_elsewhere_begins_nothing(console: Console) -> None:
    founds = Founds()
    assert (await sent(console, founds, csrf="another")).status_code == 403
    assert not founds.asked


async def test_on_a_simulated_clock_it_is_a_simulated_union_and_the_page_says_so(
    console: Console, services: Services
) -> None:
    listed = [{"org_id": "tjtc", "name": "", "simulated": True}]
    services.answers["/v1/unions"] = {"unions": listed}
    founds = Founds()
    async with browser(console._replace(founder=founds), OPERATOR) as client:
        assert "练手" in (await client.get(NEW)).text
    assert (await sent(console, founds, founded="2022-12-01")).status_code == 303
    assert founds.asked[0][1].now == "2022-12-31T00:32:00+00:00"
    assert (await sent(console, founds, founded="2023-06-01")).status_code == 422


def test_no_page_of_ours_begins_as_a_unions_pages_do(console: Console) -> None:
    first = set()
    for route in console_app(console).routes:
        router = getattr(route, "original_router", None)
        for each in router.routes if router else [route]:
            first.add(each.path.split("/")[1])
    named = {each for each in first if each and not each.startswith("{")}
    assert {each for each in named if each.isascii() and "." not in each} == OWN_ADDRESSES


async def test_the_demo_beside_is_offered_and_said_to_be_simulated(console: Console) -> None:
    beside = console._replace(demo="http://127.0.0.1:28145")
    async with browser(beside, OPERATOR) as client:
        text = (await client.get(NEW)).text
    assert 'href="http://127.0.0.1:28145"' in text and "模拟数据" in text
