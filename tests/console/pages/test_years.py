"""Several years side by side on a page."""

from services.console.console import Console
from tests.console.conftest import Services, browser, session


async def test_a_year_without_records_is_no_zero_and_a_change_has_a_sign(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        answer = await client.get("/tjtc/2022/years?count=3")
        more = await client.get("/tjtc/2022/years?zeros=shown&count=9")
    assert "无记录" in answer.text and "未满一年" in answer.text and "+2" in answer.text
    assert 'href="/tjtc/2021/figures/gift_mid_autumn_portions"' in answer.text
    assert "另有 1 个指标各年都为零" in answer.text
    assert "中秋节慰问品价值" not in answer.text and "中秋节慰问品价值" in more.text
    asked = [each.url.params for each in services.asked if each.url.path.endswith("/years")]
    assert [(each["last"], each["count"]) for each in asked] == [("2022", "3"), ("2022", "3")]
