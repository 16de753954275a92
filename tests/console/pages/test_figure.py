"""A figure and its list."""

from services.console.console import Console
from tests.console.answers import EVENT_ID, UNION
from tests.console.conftest import Services, browser, session

AT = "/tjtc/2022/figures/gift_mid_autumn_portions"


async def test_a_figure_shows_its_value_and_leads_to_each_event(console: Console) -> None:
    async with browser(console, session()) as client:
        answer = await client.get(AT)
    assert "542" in answer.text
    assert f"/tjtc/events/{EVENT_ID}?period=2022&amp;figure=gift_mid_autumn_portions" in answer.text
    assert "300.00" in answer.text and "30000" not in answer.text
    assert "p-cmn4disbaxd4ggby" not in answer.text, "codes are shortened"


async def test_an_amount_that_no_line_states_is_no_nought(
    console: Console, services: Services
) -> None:
    list_ = f"{UNION}/figures/gift_mid_autumn_portions"
    unstated = {"value": 0, "scale": 2, "unit": "元", "lines": 80, "without_amount": 80}
    services.answers[list_] = {**services.answers[list_], **unstated}
    async with browser(console, session()) as client:
        text = (await client.get(AT)).text
        assert '<p class="huge"><span class="muted">没有写明金额</span></p>' in text
        services.answers[list_] = {**services.answers[list_], "without_amount": 79}
        assert "没有写明金额</span></p>" not in (await client.get(AT)).text


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


async def test_a_list_is_narrowed_and_sorted_by_its_address(
    console: Console, services: Services
) -> None:
    path = f"{UNION}/figures/gift_mid_autumn_portions"
    fewer = [
        {**each, "lines": 12, "quantity": 12} for each in services.answers[path]["by_list"][1:]
    ]
    services.answers[path] = {**services.answers[path], "narrowed": fewer}
    async with browser(console, session()) as client:
        text = (await client.get(f"{AT}?on_roster=no&sort=-amount&assumed=x")).text
    asked = next(each.url.params for each in services.asked if each.url.path == path)
    assert (asked["on_roster"], asked["sort"]) == ("no", "-amount") and "assumed" not in asked
    assert "筛出 12 条，共 542 条" in text and '<option value="no" selected>否</option>' in text
    assert 'aria-sort="descending"' in text and "按金额降序。" in text
    assert f"{AT}?sort=-amount&amp;assumed=x" in text, "one filter is taken off by itself"
    assert f"{AT}/list.csv?sort=-amount&amp;on_roster=no" in text, "the file is of what is shown"
    assert "第 1–1 条，共 12 条" in text


async def test_a_list_that_is_narrowed_to_nothing_says_what_to_do(
    console: Console, services: Services
) -> None:
    path = f"{UNION}/figures/gift_mid_autumn_portions"
    services.answers[path] = {**services.answers[path], "narrowed": [], "events": []}
    async with browser(console, session()) as client:
        text = (await client.get(f"{AT}?gender=male")).text
    assert "筛选以后没有这样的条目" in text and "去掉筛选" in text
