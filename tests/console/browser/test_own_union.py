"""A newcomer at a real browser: a union of their own, its forty people, a gift and its report, by
what the screen says alone. The stack is simulated, so the union is, too."""

from pathlib import Path

import openpyxl
from playwright.async_api import Browser

from deploy.stack.stack import Stack
from tests.console.browser.conftest import Visitor, visitor_of

ORG, NAME = "browser-school", "新华中学工会"
PEOPLE = 40
GO = "main form[method=post] button.go"
STEPS = ("union", "people", "staff", "members", "programme", "roster", "issue", "figures")


async def looked_at(visitor: Visitor, name: str) -> None:
    await visitor.page.wait_for_load_state("load")
    await visitor.keep(f"own-union-{name}")
    assert await visitor.violations() == [], name
    assert await visitor.beyond() <= 0, name


async def downloaded(visitor: Visitor, link: str, to: Path) -> openpyxl.Workbook:
    async with visitor.page.expect_download() as download:
        await visitor.page.get_by_role("link", name=link).click()
    await (await download.value).save_as(to)
    return openpyxl.load_workbook(to)


async def sent(visitor: Visitor, file: Path, rows: int) -> None:
    """Send a file from the page that asks for it, and enter what is right."""
    page = visitor.page
    await page.set_input_files("#file", file)
    await page.click(GO)
    await page.get_by_role("button", name=f"录入 {rows} 行").click()
    await page.get_by_text(f"录入了 {rows} 行").wait_for()
    await looked_at(visitor, f"entered-{file.stem}")
    await page.get_by_role("link", name="起步：下一步").click()


async def to_steps(visitor: Visitor) -> None:
    """By the menu, as on any page; a narrow window shows it when asked."""
    await visitor.page.get_by_role("link", name="菜单").click()
    await visitor.page.get_by_role("link", name="起步", exact=True).click()


async def begun(operator: Visitor) -> None:
    """The operator registers the union; a wrong form keeps what was typed."""
    page = operator.page
    await page.get_by_role("link", name="登记工会").click()
    await page.fill("#name", NAME)
    await page.fill("#org", "Browser School")
    await page.fill("#founded", "2022-01-01")
    await page.click(GO)
    await page.get_by_role("alert").wait_for()
    assert await page.input_value("#name") == NAME
    await looked_at(operator, "wrong")
    await page.fill("#org", ORG)
    await looked_at(operator, "new")
    await page.click(GO)
    await page.wait_for_url(f"**/{ORG}/office/beginning")
    assert await page.get_by_text(f"{ORG}-clerk").count() >= 1
    await page.locator("section b", has_text=NAME).wait_for()
    await looked_at(operator, "begun")


async def rosters(clerk: Visitor, directory: Path) -> None:
    """Both workbooks are downloaded, filled in below their headings, and sent."""
    for link, kind, row in (
        ("下载空白的人员名册", "staff", ("陈{}", "女", "1980-01", "2020-09-01")),
        ("下载空白的会员名册", "members", ("2022-01-04", "新入会")),
    ):
        file = directory / f"{kind}.xlsx"
        book = await downloaded(clerk, link, file)
        for at in range(1, PEOPLE + 1):
            for column, text in enumerate((f"{at:04}", *row), start=1):
                book.worksheets[0].cell(at + 1, column, text.format(at))
        book.save(file)
        step = clerk.page.locator(f"section[aria-labelledby=h-{kind}]")
        await step.get_by_role("link", name="上传填好的").click()
        await sent(clerk, file, PEOPLE)
        await clerk.page.locator(f"section[aria-labelledby=h-{kind}]").get_by_text("40").wait_for()


async def gift(clerk: Visitor) -> None:
    """A programme is opened, its roster frozen, the gift issued: each by the page's next step."""
    page = clerk.page
    await page.get_by_role("link", name="立项…").click()
    await page.fill("#programme_id", "mid-autumn-2022")
    await page.fill("#title", "2022年中秋节慰问")
    await page.select_option("#occasion", "mid_autumn")
    await page.fill("#value", "300")
    await page.fill("#on", "2022-09-01")
    await page.click(GO)
    await page.get_by_text("立了一个项目。").wait_for()
    for link, on, said in (
        ("冻结名册…", "", "冻结了一份名册。"),
        ("发放…", "2022-09-08", "按名册发放，已记下。"),
    ):
        await to_steps(clerk)
        await page.get_by_role("link", name=link).click()
        if on:
            await page.fill("#on", on)
        await page.click(GO)
        await page.get_by_text(said).wait_for()


async def test_a_newcomer_comes_from_nothing_to_a_report(
    chromium: Browser, demo: Stack, tmp_path: Path
) -> None:
    operator = await visitor_of(chromium, demo)
    await operator.sign_in("operator")
    await begun(operator)
    await operator.page.get_by_role("button", name="退出，换人登录").click()
    await operator.page.get_by_text("这里不再留有你的登录").wait_for()
    await operator.context.close()

    clerk = await visitor_of(chromium, demo, 360)
    await clerk.sign_in(f"{ORG}-clerk")
    await clerk.page.wait_for_url(f"**/{ORG}/office/beginning")
    await looked_at(clerk, "clerk")
    await rosters(clerk, tmp_path)
    await gift(clerk)
    await to_steps(clerk)
    await looked_at(clerk, "done")
    states = clerk.page.locator("section.sheet header .v")
    assert await states.all_inner_texts() == ["已做"] * len(STEPS)

    await clerk.page.get_by_role("link", name="年度总览").last.click()
    await looked_at(clerk, "year")
    await clerk.open(f"/{ORG}/2022/figures/gift_mid_autumn_portions")
    assert "40" in await clerk.page.locator(".huge").inner_text()
    assert clerk.heard == []
    await clerk.context.close()
