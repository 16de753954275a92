"""What is taken away of figures divided: whole, with signs, and no text a formula."""

import pytest

from services.console.console import Console
from tests.console.answers import EVENT_ID, part
from tests.console.conftest import Services, browser, session

FIGURE = "gift_mid_autumn_portions"
AT = f"/tjtc/2022/breakdown/{FIGURE}"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_parts_and_lists_are_taken_away_whole(
    console: Console, services: Services, kind: str
) -> None:
    path = f"/v1/tjtc/figures/{FIGURE}/parts"
    items = [part("=cmd|' /C calc'!A0", value=500), part(None, value=42)]
    services.answers[path] = {**services.answers[path], "items": items}
    events = services.answers[f"{path}/events"]
    services.answers[f"{path}/events"] = {**events, "next": None}
    async with browser(console, session()) as client:
        parts = await client.get(f"{AT}.{kind}?by=department")
        listed = await client.get(f"{AT}/list.{kind}", params={"by": "department", "of": "is:x"})
    assert parts.status_code == listed.status_code == 200
    if kind == "csv":
        assert "'=cmd" in parts.text and "全部,542,542" in parts.text
        assert EVENT_ID in listed.text


async def test_years_are_taken_away_with_empty_cells_where_nothing_is_recorded(
    console: Console,
) -> None:
    async with browser(console, session()) as client:
        answer = await client.get("/tjtc/2022/years.csv?count=3")
        book = await client.get("/tjtc/2022/years.xlsx?count=3")
    assert "2020(无记录),2021,变动,2022(未满一年),变动" in answer.text
    assert "中秋节慰问品,份,,540,,542,2" in answer.text
    assert book.status_code == 200
