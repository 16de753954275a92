"""The report's pages: previewed, kept to the byte, compared with what is known now."""

import httpx
import pytest

from services.console.console import Console
from tests.console.answers import UNION
from tests.console.conftest import Services, browser, session
from tests.console.reports import CONTENT, DIGEST, ID, REPORT, TEXT, issued, told_of_reports


@pytest.fixture(autouse=True)
def told(services: Services) -> None:
    told_of_reports(services)


async def test_a_period_without_a_report_says_so(console: Console) -> None:
    async with browser(console, session()) as client:
        text = (await client.get(REPORT)).text
    assert "这一期的年度总结还没有签发过" in text and "待审定" in text
    assert "签发…" not in text, "an auditor issues nothing"


async def test_a_report_whose_number_moved_shows_old_new_and_what_came_between(
    console: Console, services: Services
) -> None:
    issued(services)
    async with browser(console, session("chair")) as client:
        listed = (await client.get(REPORT)).text
        shown = (await client.get(f"{REPORT}/issued/{ID}")).text
    assert "其后有 1 个数字变了" in listed and "另签一份取代…" in listed
    for said in (DIGEST, "540", "542", "慰问品发放", "12,600", "clerk-7", "工会主席（签发）"):
        assert said in shown, said


async def test_a_file_is_taken_as_it_was_issued_or_not_at_all(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        file = await client.get(f"{REPORT}/issued/{ID}/file.{TEXT}")
        assert file.content == CONTENT
        assert f'filename="tjtc-{ID}.md"' in file.headers["content-disposition"]
        services.answers[f"{UNION}/reports/{ID}/files/md"] = httpx.Response(200, content=b"other")
        other = await client.get(f"{REPORT}/issued/{ID}/file.{TEXT}")
    assert other.status_code == 500 and "file-differs" in other.text


async def test_the_preview_is_read_on_the_page_and_as_a_file(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        text = (await client.get(f"{REPORT}/preview?kind=statistics")).text
        file = await client.get(f"{REPORT}/preview.{TEXT}")
        assert (await client.get(f"{REPORT}?kind=other")).status_code == 404
    assert "交通职业学院工会2022年工作总结" in text and '<td class="num">542</td>' in text
    assert file.content == CONTENT
    kinds = [r.url.params.get("kind") for r in services.asked if "/report" in r.url.path]
    assert kinds == ["statistics", "annual"]
