"""Which union, which period, known as of when: what the address says, and the bar."""

from services.console.console import Console
from tests.console.answers import KNOWN, UNION
from tests.console.conftest import Services, browser, session


async def test_a_day_is_answered_with_the_address_of_its_log_index(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/knowledge"] = {**KNOWN, "log_index": 12538}
    async with browser(console, session()) as client:
        answer = await client.get("/tjtc/2022?as_of=2022-12-15&compare=2022-12-15")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/tjtc/2022?as_of=12538&compare=12538"


async def test_the_past_says_so_and_how_much_came_since(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/knowledge"] = {**KNOWN, "log_index": 12538}
    async with browser(console, session()) as client:
        answer = await client.get("/tjtc/2022?as_of=12538")
    assert 'class="then"' in answer.text
    assert "其后的 147 条日志不计入" in answer.text
    assert 'href="/tjtc/2022">回到现在' in answer.text


async def test_all_of_a_page_is_asked_at_one_knowledge_time(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        await client.get("/tjtc/2022")
    asked = [r.url.params["as_of"] for r in services.asked if "/knowledge" not in r.url.path]
    assert asked and set(asked) == {"12685"}


async def test_the_bar_offers_unions_and_years_and_says_what_is_chosen(console: Console) -> None:
    async with browser(console, session(orgs=("*",))) as client:
        answer = await client.get("/tjtc/2022-01-01..2022-06-30")
    assert '<option value="tjtc" selected>交通职业学院工会</option>' in answer.text
    assert '<option value="2022">2022 年</option>' in answer.text
    assert "封存于 2022-12-31 08:32 · 演示账，模拟时钟" in answer.text
    assert 'value="2022-01-01..2022-06-30" selected' in answer.text
