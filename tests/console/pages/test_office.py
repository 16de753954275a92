"""The office's pages are of a union and of now, whatever reporting knows of it."""

import httpx
import pytest

from services.console.console import Console
from tests.console.answers import UNION
from tests.console.conftest import Services, browser, session


async def test_the_bar_says_that_acts_are_always_now(console: Console) -> None:
    async with browser(console, session("clerk")) as client:
        answer = await client.get("/tjtc/office/upload")
    assert "办事总是现在" in answer.text and "截至 <input" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("status", [403, 404])
async def test_a_union_that_reporting_says_nothing_of_has_an_office(
    console: Console, services: Services, status: int
) -> None:
    services.answers[f"{UNION}/knowledge"] = httpx.Response(status, json={"code": "x"})
    async with browser(console, session("cashier")) as client:
        answer = await client.get("/tjtc/office/upload")
    assert answer.status_code == 200 and "收入登记表" in answer.text


async def test_a_service_that_fails_is_no_empty_office(
    console: Console, services: Services
) -> None:
    services.answers[f"{UNION}/knowledge"] = httpx.Response(503, json={"code": "x"})
    async with browser(console, session("clerk")) as client:
        assert (await client.get("/tjtc/office/upload")).status_code == 503
