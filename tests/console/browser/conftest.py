"""A real browser before a real stack, with the demo's second year in it.

Debian's chromium, or what GUILDHALL_CHROMIUM names. Where no browser can be had these tests are
left out, and the head of the report says so. GUILDHALL_SCREENSHOTS names a directory to keep a
picture of every page in.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from deploy.embedded import Embedded
from deploy.stack.stack import Stack
from guildhall.demo import demonstration
from guildhall.output import Output

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("GUILDHALL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
AXE = (HERE / "axe-4.14.1.min.js").read_text("utf-8")
SCREENSHOTS = os.environ.get("GUILDHALL_SCREENSHOTS")

collect_ignore = [] if CHROMIUM else ["test_browsing.py", "test_office.py", "test_own_union.py"]


def pytest_report_header() -> str:
    return f"browser: {CHROMIUM or 'NONE, tests/console/browser is left out'}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every one needs servers."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.servers)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The demo's second year: the figures are the report's, and 542 does not agree."""
    directory = tmp_path_factory.mktemp("browser")
    quiet = Output(machine=True)
    status = await asyncio.to_thread(demonstration.run, story=2, data=directory, output=quiet)
    assert status == 0
    async with Stack(directory, servers=Embedded(directory)) as stack:
        yield stack


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser; every visitor has a profile of their own."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        await browser.close()


class Visitor:
    """Somebody at a browser; `heard` is what it complained of, `hosts` whom it asked."""

    def __init__(self, context: BrowserContext, page: Page, stack: Stack) -> None:
        self.context, self.page, self.stack = context, page, stack
        self.heard: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("pageerror", lambda why: self.heard.append(str(why)))
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.heard.append(text)

    @property
    def console(self) -> str:
        return self.stack.urls["console"]

    async def sign_in(self, person: str) -> None:
        """By the development provider's page, as anybody does."""
        await self.page.goto(f"{self.console}/")
        passcode = self.page.get_by_label("本机口令")
        if await passcode.count():
            await passcode.fill(self.stack.running.passcode)
        await self.page.locator(f"button[value={person}]").click()
        await self.page.wait_for_url(f"{self.console}/**")

    async def open(self, path: str) -> int:
        """Open a page; the status of its answer."""
        answer = await self.page.goto(f"{self.console}{path}")
        assert answer is not None
        return answer.status

    async def violations(self) -> list[Any]:
        """What axe finds on the page at hand, by WCAG 2.2 A and AA: nothing, in a good one. It is
        run by the debugger, for the page's own policy lets no script in."""
        session = await self.context.new_cdp_session(self.page)
        tags = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']"
        shown = "v => [v.impact, v.id, v.nodes.map(n => n.html).slice(0, 2)]"
        run = f"axe.run({{runOnly: {tags}}}).then(found => found.violations.map({shown}))"
        answer = await session.send(
            "Runtime.evaluate",
            {"expression": f"{AXE};{run}", "awaitPromise": True, "returnByValue": True},
        )
        await session.detach()
        found: list[Any] = answer["result"]["value"]
        return found

    async def beyond(self) -> int:
        """By how many pixels the page is wider than its window."""
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        found: int = await self.page.evaluate(width)
        return found

    async def keep(self, name: str) -> None:
        """A picture of the page, where somebody wants them."""
        if SCREENSHOTS:
            await self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


async def visitor_of(browser: Browser, stack: Stack, width: int = 1440, **more: Any) -> Visitor:
    """A new profile in a window of `width`."""
    context = await browser.new_context(viewport={"width": width, "height": 900}, **more)
    return Visitor(context, await context.new_page(), stack)


@pytest.fixture
async def auditor(chromium: Browser, demo: Stack) -> AsyncIterator[Visitor]:
    visitor = await visitor_of(chromium, demo)
    await visitor.sign_in("auditor")
    yield visitor
    await visitor.context.close()
