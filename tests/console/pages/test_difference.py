"""Between two knowledge times."""

from services.console.console import Console
from tests.console.answers import EVENT_ID, HEAD, UNION
from tests.console.conftest import Services, browser, session

AT = "/tjtc/2022/figures/gift_mid_autumn_portions/difference"
FOUND = {
    **HEAD, "figure": "gift_mid_autumn_portions", "title": "中秋节慰问品", "unit": "份",
    "measure": "quantity", "known_before": 12538, "before": 540, "value": 542, "changed": 1,
    "lines": [{
        "change": "came", "subject": "p-1", "occurred_on": "2022-09-08", "quantity": 2,
        "amount_fen": None,
        "event": {"event_id": EVENT_ID, "type": "guildhall.benefits.GiftIssued.v1",
                  "log_index": 12600},
        "because": {"event_id": EVENT_ID, "type": "guildhall.benefits.GiftIssued.v1",
                    "log_index": 12600},
    }],
}  # fmt: skip


async def test_a_difference_is_the_list_of_events_that_make_it(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/figures/gift_mid_autumn_portions/difference"] = FOUND
    async with browser(console, session()) as client:
        answer = await client.get(f"{AT}?compare=12538")
    assert "日志 12,538 所知 540，日志 12,685 所知 542" in answer.text
    assert f"/tjtc/events/{EVENT_ID}" in answer.text
    asked = [request.url.params.get("before") for request in services.asked]
    assert "12538" in asked


async def test_figures_that_moved_are_listed_and_no_others(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        assert "填一个日志位置或日期" in (await client.get("/tjtc/2022/differences")).text
        same = await client.get("/tjtc/2022/differences?compare=12538")
    assert "其间没有一个数字变动" in same.text


async def test_without_a_comparison_nothing_is_said_to_have_moved(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/figures/gift_mid_autumn_portions/difference"] = {
        **FOUND, "lines": [], "changed": 0, "before": 542,
    }  # fmt: skip
    async with browser(console, session()) as client:
        answer = await client.get(AT)
    assert "没有选对照" in answer.text
