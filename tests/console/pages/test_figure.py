"""A figure and its list."""

from services.console.console import Console
from tests.console.answers import EVENT_ID
from tests.console.conftest import Services, browser, session

AT = "/tjtc/2022/figures/gift_mid_autumn_portions"


async def test_a_figure_shows_its_value_and_leads_to_each_event(console: Console) -> None:
    async with browser(console, session()) as client:
        answer = await client.get(AT)
    assert "542" in answer.text
    assert f"/tjtc/events/{EVENT_ID}?period=2022&amp;figure=gift_mid_autumn_portions" in answer.text
    assert "300.00" in answer.text and "30000" not in answer.text
    assert "p-cmn4disbaxd4ggby" not in answer.text, "codes are shortened"


async def test_pages_follow_by_their_cursor_and_lead_back(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        first = await client.get(AT)
        assert f"{AT}?cursor=abc&amp;after=20" in first.text
        second = await client.get(f"{AT}?cursor=abc&after=20")
    assert "第 21–21 条，共 542 条" in second.text
    assert "回到开头" in second.text
    assert services.asked[-1].url.params.get("as_of") == "12685"


async def test_every_figure_is_listed_and_zeros_are_counted(console: Console) -> None:
    async with browser(console, session()) as client:
        every = await client.get("/tjtc/2022/figures")
        some = await client.get("/tjtc/2022/figures?title=价值")
        none = await client.get("/tjtc/2022/figures?title=没有这个")
    assert "162,600.00" in every.text and "16260000" not in every.text
    assert "中秋节慰问品价值" in some.text
    assert "没有名称含“没有这个”的指标" in none.text
