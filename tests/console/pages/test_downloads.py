"""What is taken away is whole, and says what it is of."""

import csv
import io

import httpx
import pytest

from services.console.console import Console
from tests.console.answers import LINE, UNION, figure
from tests.console.conftest import Services, browser, session

LIST = f"{UNION}/figures/gift_mid_autumn_portions"


async def taken(console: Console, path: str) -> tuple[httpx.Response, list[list[str]]]:
    async with browser(console, session()) as client:
        answer = await client.get(path)
    return answer, list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_a_list_is_taken_page_after_page(console: Console, services: Services) -> None:
    pages = {"": "p2", "p2": None}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != LIST:
            return Services.__call__(services, request)
        following = pages[request.url.params.get("cursor", "")]
        return httpx.Response(200, json={**figure(), "events": [LINE], "next": following})

    transport = httpx.MockTransport(answer)
    client = httpx.AsyncClient(transport=transport, base_url="http://reporting.test")
    console.backend._clients["reporting"] = client
    answered, rows = await taken(console, "/tjtc/2022/figures/gift_mid_autumn_portions/list.csv")
    assert answered.headers["content-type"] == "text/csv; charset=utf-8"
    assert "tjtc-2022-gift_mid_autumn_portions-12685.csv" in answered.headers["content-disposition"]
    assert rows[:5] == [
        ["工会", "交通职业学院工会"], ["期间", "2022-01-01..2022-12-31"], ["截至", "日志 12685"],
        ["表", "中秋节慰问品 542 份"], ["行数", "2"],
    ]  # fmt: skip
    assert rows[5][0] == "演示账", "of a simulated union"
    assert [row[4] for row in rows[8:]] == ["300", "300"]


@pytest.mark.parametrize(("name", "lines"), [("figures", 2), ("findings", 1)])
async def test_tables_have_a_file_each(console: Console, name: str, lines: int) -> None:
    _, rows = await taken(console, f"/tjtc/2022/{name}.csv")
    assert rows[4] == ["行数", str(lines)]
    async with browser(console, session()) as client:
        book = await client.get(f"/tjtc/2022/{name}.xlsx")
    assert book.content.startswith(b"PK")


async def test_no_other_kind_of_file_is_made(console: Console) -> None:
    async with browser(console, session()) as client:
        assert (await client.get("/tjtc/2022/figures.exe")).status_code in (404, 422)
