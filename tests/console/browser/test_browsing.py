"""An auditor at a real browser: why 542, as known when, and what to take away."""

import csv
import hashlib
import io
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from playwright.async_api import Browser

from deploy.stack.stack import Stack
from tests.console.browser.conftest import AXE, Visitor, visitor_of

YEAR = "/tjtc/2022"
FIGURE = f"{YEAR}/figures/gift_mid_autumn_portions"
PAGES = {
    "year": YEAR,
    "past": f"{YEAR}?as_of=2022-12-15&compare=2022-12-31",
    "figures": f"{YEAR}/figures",
    "figure": FIGURE,
    "breakdown": f"{YEAR}/breakdown",
    "parts": f"{YEAR}/breakdown/members_on_roll?by=department&then=gender",
    "part": f"{YEAR}/breakdown/birthday_cakes/list?by=department&of=unknown",
    "years": f"{YEAR}/years",
    "subtree": f"{YEAR}/subtree",
    "by_union": f"{YEAR}/subtree/members_on_roll",
    "verdicts": f"{YEAR}/verdicts",
    "rolls": f"{YEAR}/rolls",
    "programme": f"{YEAR}/programmes/mid-autumn-2022/roster",
    "findings": f"{YEAR}/findings",
    "differences": f"{YEAR}/differences?compare=2022-12-15",
    "difference": f"{YEAR}/figures/gift_summer_cooling/difference?compare=2022-12-15",
    "rules": f"{YEAR}/rules",
    "what_if": f"{YEAR}/rules/wel-04/what-if",
    "report": f"{YEAR}/report",
    "preview": f"{YEAR}/report/preview",
    "statistics": f"{YEAR}/report/preview?kind=statistics",
    "section": f"{YEAR}/report/sections/guidance",
    "narrowed": f"{FIGURE}?on_roster=no&sort=-amount",
    "keys": "/help/keys",
    "none": f"{YEAR}/figures/no_such_figure",
}
OF_NO_UNION = {"keys"}
"""They say how the pages are used: to everybody who is signed in, and the same to each."""


def test_the_checker_is_as_it_was_published() -> None:
    digest = "29348999450cdf28"
    assert hashlib.sha256(AXE.encode()).hexdigest().startswith(digest)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [1440, 360])
async def test_every_page_is_whole_accessible_and_alone(
    chromium: Browser, demo: Stack, width: int, language: str
) -> None:
    visitor = await visitor_of(chromium, demo, width)
    await visitor.sign_in("auditor")
    await visitor.open(f"/language/{language}?next=/")
    visitor.hosts.clear()
    for name, path in PAGES.items():
        visitor.heard.clear()
        status = await visitor.open(path)
        await visitor.page.wait_for_load_state("networkidle")
        assert status == (404 if name == "none" else 200), name
        assert await visitor.violations() == [], name
        assert await visitor.beyond() <= 0, f"{name} is wider than {width}"
        assert await visitor.page.locator("h1").count() == 1, name
        await visitor.keep(f"{name}-{language}-{width}")
        heard = [said for said in visitor.heard if "404" not in said]
        assert heard == [], f"{name}: {heard}"
    assert visitor.hosts == {urlsplit(visitor.console).netloc}, "no request leaves the machine"
    await visitor.context.close()


async def test_why_542_is_answered_in_four_clicks(auditor: Visitor) -> None:
    page = auditor.page
    await auditor.open(YEAR)
    await page.get_by_role("link", name="中秋节慰问品", exact=True).click()
    assert "542" in await page.locator(".huge").inner_text()
    await page.locator("#list tbody a").first.click()
    assert "慰问品发放" in await page.locator("h1").inner_text()
    assert "来历与证明" in await page.locator("main").inner_text()
    await page.locator(".crumbs a").last.click()
    assert "542" in await page.locator(".huge").inner_text()


async def test_the_rolls_tell_which_twelve_were_no_members(auditor: Visitor) -> None:
    page = auditor.page
    await auditor.open(f"{YEAR}/rolls")
    assert "517、511、542" in await page.locator("h1").inner_text()
    assert "12 名领取人当日不是会员" in await page.locator(".lead").inner_text()
    await page.get_by_role("link", name="逐人核对").last.click()
    assert await page.locator("main table").first.locator("tbody tr").count() == 12


async def test_another_knowledge_time_is_chosen_in_the_bar(auditor: Visitor) -> None:
    page = auditor.page
    await auditor.open(YEAR)
    await page.locator("#scope [name=as_of]").fill("2022-12-15")
    await page.get_by_role("button", name="应用").click()
    assert "as_of=1" in page.url and "2022-12-15" not in page.url
    assert await page.get_by_text("条日志不计入").count() == 1
    await page.get_by_role("link", name="回到现在").click()
    assert urlsplit(page.url).query == ""


async def test_all_of_it_works_without_script(chromium: Browser, demo: Stack) -> None:
    visitor = await visitor_of(chromium, demo, java_script_enabled=False)
    await visitor.sign_in("auditor")
    page = visitor.page
    await visitor.open(YEAR)
    await page.locator("#scope [name=compare]").fill("2022-12-15")
    await page.get_by_role("button", name="应用").click()
    assert "compare=1" in page.url
    await page.get_by_role("link", name="逐条看判定").click()
    assert "规则判定" in await page.locator("h1").inner_text()
    await page.get_by_role("button", name="退出").click()
    assert page.url.endswith("/signed-out")
    await visitor.open(YEAR)
    assert "/authorize" in page.url, "whoever signed out is asked again"
    await visitor.context.close()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_the_whole_list_is_taken_away_and_adds_up(
    auditor: Visitor, kind: str, tmp_path: Path
) -> None:
    await auditor.open(FIGURE)
    async with auditor.page.expect_download() as waiting:
        await auditor.page.get_by_role("link", name=kind).click()
    file = tmp_path / f"list.{kind}"
    await (await waiting.value).save_as(file)
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"))))
    else:
        rows = [list(row) for row in openpyxl.load_workbook(file).worksheets[0].values]
    empty = next(at for at, row in enumerate(rows) if not any(row))
    lines = rows[empty + 2 :]
    assert len(lines) == 542
    assert sum(int(line[3]) for line in lines) == 542
    assert sum(float(line[4]) for line in lines) == 162600


async def test_a_higher_cap_is_tried_on_the_page(auditor: Visitor) -> None:
    page = auditor.page
    await auditor.open(PAGES["what_if"])
    values = await page.locator("#values").input_value()
    unknown = "effective_from: 2020-09-23\n        status: UNKNOWN"
    known = "effective_from: 2020-09-23\n        value: 150000\n        status: CONF-P"
    assert unknown in values
    await page.locator("#values").fill(values.replace(unknown, known))
    await page.get_by_role("button", name="试算").click()
    assert "1 件事的判定会变" in await page.locator(".lead").inner_text()
    assert await auditor.violations() == []
    await page.locator("#values").fill("rule: wel-04")
    await page.get_by_role("button", name="试算").click()
    assert "数值不合规" in await page.locator(".errsum").inner_text()


async def test_an_operator_sees_how_it_stands(chromium: Browser, demo: Stack) -> None:
    visitor = await visitor_of(chromium, demo, 360)
    await visitor.sign_in("operator")
    for path in ("/ops", "/ops/quarantine"):
        assert await visitor.open(path) == 200
        assert await visitor.violations() == []
        assert await visitor.beyond() <= 0
        await visitor.keep(f"operator{path.replace('/', '-')}-360")
    await visitor.context.close()


async def test_somebody_of_another_union_sees_nothing(chromium: Browser, demo: Stack) -> None:
    visitor = await visitor_of(chromium, demo)
    await visitor.sign_in("clerk-other")
    for name, path in PAGES.items():
        assert await visitor.open(path) == (200 if name in OF_NO_UNION else 403), path
        text = await visitor.page.locator("body").inner_text()
        assert not [said for said in ("542", "中秋", "交通职业学院") if said in text], path
        assert name not in OF_NO_UNION or "tjtc" not in await visitor.page.content(), path
    await visitor.context.close()


async def test_the_keyboard_leads_through_the_pages(auditor: Visitor) -> None:
    page = auditor.page
    await auditor.open(YEAR)
    await page.keyboard.press("/")
    assert await page.evaluate("document.activeElement.id") == "q"
    await page.keyboard.type("慰问品价值")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/figures?title=**")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    assert await page.evaluate("document.activeElement.tagName") == "A"
    await page.keyboard.press("u")
    await page.wait_for_url(f"**{YEAR}")
