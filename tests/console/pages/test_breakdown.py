"""A figure in parts: each leads to its list, and together they are the whole."""

from urllib.parse import quote

from services.console.console import Console
from tests.console.answers import EVENT_ID, part
from tests.console.conftest import Services, browser, session

FIGURE = "gift_mid_autumn_portions"
AT = f"/tjtc/2022/breakdown/{FIGURE}"


async def test_figures_lead_to_their_parts_by_each_division(console: Console) -> None:
    async with browser(console, session()) as client:
        answer = await client.get("/tjtc/2022/breakdown")
    assert f'href="{AT}?by=gender"' in answer.text
    assert "162,600.00" in answer.text


async def test_each_part_leads_to_its_list_and_unknown_is_one(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        answer = await client.get(f"{AT}?by=department")
        assert f"of={quote('is:财务处', safe='')}" in answer.text
        assert "of=unknown" in answer.text and "部门不明" in answer.text
        assert "相加与数字相等" in answer.text and "92.3%" in answer.text
        for of, asked in (("is:财务处", "财务处"), ("unknown", ""), ("is:unknown", "unknown")):
            listed = await client.get(f"{AT}/list", params={"by": "department", "of": of})
            assert f"/tjtc/events/{EVENT_ID}" in listed.text
            assert services.asked[-1].url.params.get_list("of") == [asked] or (
                services.asked[-2].url.params.get_list("of") == [asked]
            )
    assert "p-cmn4disbaxd4ggby" not in listed.text, "codes are shortened"


async def test_parts_that_do_not_add_up_say_so(console: Console, services: Services) -> None:
    path = f"/v1/tjtc/figures/{FIGURE}/parts"
    services.answers[path] = {**services.answers[path], "adds_up": False}
    async with browser(console, session()) as client:
        assert "相加与数字不等" in (await client.get(AT)).text


async def test_by_two_things_each_part_names_both(console: Console, services: Services) -> None:
    path = f"/v1/tjtc/figures/{FIGURE}/parts"
    both = {"by": ["department", "gender"], "items": [part("财务处", "女", value=542)]}
    services.answers[path] = {**services.answers[path], **both}
    async with browser(console, session()) as client:
        answer = await client.get(f"{AT}?by=department&then=gender")
        assert "then=gender" in answer.text and "再按月份" in answer.text
        asked = next(each for each in services.asked if each.url.path == path)
        assert asked.url.params.get_list("by") == ["department", "gender"]
        wrong = await client.get(f"{AT}?by=colour&then=department")
    assert wrong.status_code == 200, "the first division that there is"


async def test_what_is_not_divided_is_not_found(console: Console, services: Services) -> None:
    async with browser(console, session()) as client:
        assert (await client.get("/tjtc/2022/breakdown/issues_open")).status_code == 404
    assert not [each for each in services.asked if "issues_open" in each.url.path]
