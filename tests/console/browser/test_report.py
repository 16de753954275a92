"""A report at a real browser: written by one, approved by another, issued, taken to the byte."""

import hashlib
from pathlib import Path

from playwright.async_api import Browser

from deploy.stack.stack import Stack
from tests.console.browser.conftest import Visitor, visitor_of

REPORT = "/tjtc/2022/report"
TEXT = "以党建带工建。"
LONG_MS = 240_000


async def signed_in(browser: Browser, demo: Stack, person: str) -> Visitor:
    visitor = await visitor_of(browser, demo)
    await visitor.sign_in(person)
    return visitor


async def test_a_report_is_written_approved_issued_and_kept(chromium: Browser, demo: Stack) -> None:
    clerk, chair = [await signed_in(chromium, demo, who) for who in ("clerk", "chair")]
    await clerk.open(f"{REPORT}/sections/guidance")
    await clerk.page.get_by_label("文字，一段一行").fill(TEXT)
    await clerk.page.get_by_role("button", name="写下这段文字").click()
    assert "等另一人审定" in await clerk.page.locator("[role=status]").inner_text()
    await chair.page.wait_for_timeout(3000)
    await chair.open(f"{REPORT}/sections/guidance")
    await chair.page.get_by_role("button", name="审定这段文字").click()
    await chair.page.wait_for_timeout(3000)
    await chair.open(f"{REPORT}/issue")
    assert await chair.violations() == []
    async with chair.page.expect_navigation(timeout=LONG_MS):
        await chair.page.get_by_role("button", name="签发这份报告").click(timeout=LONG_MS)
    await chair.page.wait_for_timeout(3000)
    await chair.open(REPORT)
    await chair.page.locator("a.mono", has_text="annual.2022").first.click()
    assert await chair.violations() == [] and await chair.beyond() <= 0
    await chair.keep("issued-zh-CN-1440")
    row = chair.page.locator("tr", has_text="PDF")
    stated = await row.locator("code").inner_text()
    async with chair.page.expect_download() as taken:
        await row.get_by_role("link", name="PDF").click()
    file = Path(await (await taken.value).path())
    assert hashlib.sha256(file.read_bytes()).hexdigest() == stated
    signers = await chair.page.locator("section", has_text="谁签的").first.inner_text()
    assert "clerk" in signers and "chair" in signers
    for visitor in (clerk, chair):
        await visitor.context.close()


async def test_charts_are_drawn_again_where_scripts_run_and_are_there_without(
    chromium: Browser, demo: Stack
) -> None:
    visitor = await signed_in(chromium, demo, "auditor")
    await visitor.open("/tjtc/2022")
    await visitor.page.wait_for_load_state("networkidle")
    assert await visitor.page.locator("figure.chart canvas").count() == 2
    assert await visitor.page.locator("figure.chart svg:visible").count() == 0
    assert visitor.heard == []
    plain = await chromium.new_context(
        java_script_enabled=False, storage_state=await visitor.context.storage_state()
    )
    page = await plain.new_page()
    await page.goto(f"{visitor.console}/tjtc/2022")
    assert await page.locator("figure.chart svg:visible").count() == 2
    await plain.close()
    await visitor.context.close()
