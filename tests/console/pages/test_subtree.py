"""A union with all below it on a page."""

from services.console.console import Console
from tests.console.conftest import browser, session

FIGURE = "gift_mid_autumn_portions"


async def test_the_unions_their_days_and_that_these_are_not_all(console: Console) -> None:
    async with browser(console, session()) as client:
        answer = await client.get("/tjtc/2022/subtree")
    assert "不是全部" in answer.text and "集团工会" in answer.text
    assert 'href="/tjjt/2022-01-01..2022-06-30"' in answer.text
    assert f'href="/tjtc/2022/subtree/{FIGURE}"' in answer.text


async def test_what_each_union_adds_leads_to_its_own_figure_of_these_days(
    console: Console,
) -> None:
    async with browser(console, session()) as client:
        answer = await client.get(f"/tjtc/2022/subtree/{FIGURE}")
        file = await client.get(f"/tjtc/2022/subtree/{FIGURE}.csv")
        every = await client.get("/tjtc/2022/subtree.csv")
        book = await client.get("/tjtc/2022/subtree.xlsx")
    assert f'href="/tjjt/2022-01-01..2022-06-30/figures/{FIGURE}"' in answer.text
    assert f'href="/tjtc/2022/figures/{FIGURE}"' in answer.text
    assert "−3" in answer.text and "在几家都算到的人" in answer.text
    assert "集团工会,tjjt,2022-01-01..2022-06-30,5" in file.text
    assert "减：在几家都算到的人,,,-3" in file.text and "汇总,,,542" in file.text
    assert "(不是全部)" in every.text and book.status_code == 200
