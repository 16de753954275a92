"""A clerk and an approver at a real browser: a file mended on the page, a gift issued, a claim
decided."""

from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest
from playwright.async_api import Browser, Page

from deploy.stack.stack import Stack
from tests.console.browser.conftest import Visitor, visitor_of

OFFICE = "/tjtc/office"
GO = "main form[method=post] button.go"


@pytest.fixture
async def clerk(chromium: Browser, demo: Stack) -> AsyncIterator[Visitor]:
    visitor = await visitor_of(chromium, demo, 360)
    await visitor.sign_in("clerk")
    yield visitor
    await visitor.context.close()


async def looked_at(visitor: Visitor, name: str) -> None:
    await visitor.page.wait_for_load_state("load")
    await visitor.keep(f"office-{name}")
    assert await visitor.violations() == [], name
    assert await visitor.beyond() <= 0, name


async def upload(visitor: Visitor, kind: str, file: Path) -> None:
    await visitor.open(f"{OFFICE}/upload?kind={kind}")
    await visitor.page.set_input_files("#file", file)
    await visitor.page.click(GO)
    await visitor.page.wait_for_url("**/office/upload/*")


def roster(directory: Path) -> Path:
    days = {3: "2022-02-30", 17: "明天"}
    lines = ["工号,姓名,性别,出生月份,入职日期"]
    for at in range(20):
        number = "B9007" if at == 8 else f"B9{at:03d}"
        lines.append(f"{number},王试,女,1990-05,{days.get(at, '2022-12-01')}")
    file = directory / "staff.csv"
    file.write_text("\n".join(lines), "utf-8")
    return file


async def test_three_bad_rows_are_mended_on_the_page(clerk: Visitor, tmp_path: Path) -> None:
    page = clerk.page
    await upload(clerk, "staff", roster(tmp_path))
    await looked_at(clerk, "check")
    assert await page.get_by_role("heading", name="3 行需要更正").count() == 1
    await page.fill("input[name='cell!!5!E']", "2022-02-28")
    await page.fill("input[name='cell!!19!E']", "2022-12-01")
    await page.click("button[value=check]")
    await page.get_by_role("button", name="不录入第 10 行").click()
    await page.get_by_role("button", name="录入 19 行").click()
    await page.get_by_text("录入了 19 行，记下了 19 个事件。").wait_for()
    await looked_at(clerk, "entered")


async def sheet(page: Page, kind: str, directory: Path) -> Path:
    """The sheet to sign, as the button of its kind gives it."""
    async with page.expect_download() as download:
        await page.click(f"main form[method=post] button[value={kind}]")
    file = directory / f"sheet.{kind}"
    await (await download.value).save_as(file)
    return file


async def test_a_gift_is_opened_frozen_issued_and_its_sheet_printed(
    clerk: Visitor, tmp_path: Path
) -> None:
    page, programme = clerk.page, f"{OFFICE}/programmes/browser-2022"
    await clerk.open(f"{OFFICE}/programmes/new")
    await page.fill("#programme_id", "browser-2022")
    await page.fill("#title", "2022年慰问")
    await looked_at(clerk, "new")
    await page.click(GO)
    await page.get_by_text("立了一个项目。").wait_for()
    for step, said in (("freeze", "冻结了一份名册。"), ("issue", "按名册发放，已记下。")):
        await clerk.open(f"{programme}/{step}")
        await looked_at(clerk, step)
        await page.click(GO)
        await page.get_by_text(said).wait_for()
    await looked_at(clerk, "programmes")
    await clerk.open(f"{programme}/sign-off")
    await looked_at(clerk, "sign-off")
    workbook = await sheet(page, "xlsx", tmp_path)
    rows = list(openpyxl.load_workbook(workbook).worksheets[0].iter_rows(values_only=True))
    assert len(rows) > 500 and rows[7][0] == 1 and rows[7][1]
    printed = (await sheet(page, "pdf", tmp_path)).read_bytes()
    assert printed.startswith(b"%PDF") and printed.rstrip().endswith(b"%%EOF")


async def test_an_approver_decides_what_a_clerk_filed(
    clerk: Visitor, chromium: Browser, demo: Stack, tmp_path: Path
) -> None:
    file = tmp_path / "claims.csv"
    heads = "申请编号,工号,身份,申请类型,与职工关系,事由编号,申请金额(元),发生日期,申请日期"
    row = "browser-1,B9001,职工,住院,本人,case-browser,1000.00,2022-12-20,2022-12-21"
    file.write_text(f"{heads}\n{row}\n", "utf-8")
    await upload(clerk, "claims", file)
    await clerk.page.get_by_role("button", name="录入 1 行").click()
    await clerk.page.get_by_text("录入了 1 行").wait_for()
    approver = await visitor_of(chromium, demo)
    await approver.sign_in("approver")
    await approver.open(f"{OFFICE}/queue")
    await looked_at(approver, "queue")
    await approver.page.get_by_role("link", name="批准…", exact=True).first.click()
    await approver.page.fill("#decision", "meeting-2022-12")
    await looked_at(approver, "approve")
    await approver.page.click(GO)
    await approver.page.get_by_text("批准了一笔申请。").wait_for()
    await approver.context.close()
