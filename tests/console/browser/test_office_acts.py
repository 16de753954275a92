"""A claim with a document from filing to payment, by three people; a chair attests a month; a
finding is explained, and borne by two."""

from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.async_api import Browser

from deploy.stack.stack import Stack
from tests.console.browser.conftest import Visitor, visitor_of
from tests.console.browser.test_office import GO, OFFICE, looked_at, upload

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
WRITE = "main button[value=write]"
SignIn = Callable[..., Awaitable[Visitor]]


@pytest.fixture
async def sign_in(chromium: Browser, demo: Stack) -> AsyncIterator[SignIn]:
    visitors: list[Visitor] = []

    async def made(person: str, width: int = 1440) -> Visitor:
        visitor = await visitor_of(chromium, demo, width)
        await visitor.sign_in(person)
        visitors.append(visitor)
        return visitor

    yield made
    for visitor in visitors:
        await visitor.context.close()


async def somebody(clerk: Visitor, directory: Path) -> None:
    """A person of number B7001."""
    file = directory / "staff.csv"
    heads = "工号,姓名,性别,出生月份,入职日期"
    file.write_text(f"{heads}\nB7001,欧阳小婷,女,1990-05,2022-12-01\n", "utf-8")
    await upload(clerk, "staff", file)
    await clerk.page.get_by_role("button", name="录入 1 行").click()
    await clerk.page.get_by_text("录入了 1 行").wait_for()


async def file_claim(clerk: Visitor, directory: Path) -> None:
    """File a claim with a document; what is wrong at first loses neither document nor words."""
    page, document = clerk.page, directory / "diagnosis.pdf"
    document.write_bytes(PDF)
    await clerk.open(f"{OFFICE}/claims/new")
    await looked_at(clerk, "file-claim-360")
    await page.fill("#claim_id", "browser-2")
    await page.fill("#employee_no", "B7001")
    await page.select_option("#capacity", "staff")
    await page.fill("#case_id", "case-browser-2")
    await page.fill("#asked_fen", "一千")
    await page.fill("#happened_on", "2022-12-20")
    await page.set_input_files("#file0", document)
    await page.click(GO)
    await page.get_by_text("1 处需要更正，没有写下任何东西").wait_for()
    await looked_at(clerk, "file-claim-wrong-360")
    assert "diagnosis.pdf" in await page.inner_text("main")
    await page.fill("#asked_fen", "1,000.00")
    await page.click(GO)
    await page.locator(WRITE).wait_for()
    assert "欧阳*婷" in await page.inner_text("main")
    await looked_at(clerk, "file-claim-check-360")
    await page.click(WRITE)
    await page.get_by_text("已记下：提出申请。").wait_for()
    await looked_at(clerk, "claims-360")


async def test_a_claim_goes_from_a_clerk_to_an_approver_to_a_cashier(
    sign_in: SignIn, tmp_path: Path
) -> None:
    clerk = await sign_in("clerk", 360)
    await somebody(clerk, tmp_path)
    await file_claim(clerk, tmp_path)

    approver = await sign_in("approver")
    await approver.open(f"{OFFICE}/claims/browser-2")
    await looked_at(approver, "claim")
    async with approver.page.expect_download() as download:
        await approver.page.get_by_role("button", name="下载第 1 份").click()
    kept = await (await download.value).path()
    assert sha256(kept.read_bytes()).digest() == sha256(PDF).digest()
    await approver.page.get_by_text("按用途显示姓名…").click()
    await approver.page.get_by_role("button", name="显示这 1 人的姓名").click()
    await approver.page.get_by_text("欧阳小婷").wait_for()
    assert "欧阳" not in approver.page.url
    await looked_at(approver, "claim-named")
    await approver.open(f"{OFFICE}/claims/browser-2/approve")
    await approver.page.fill("#decision", "meeting-2022-12")
    await approver.page.click(GO)
    await approver.page.get_by_text("批准了一笔申请。").wait_for()
    await looked_at(approver, "queue-with-payments")

    cashier = await sign_in("cashier")
    await cashier.open(f"{OFFICE}/payments")
    await looked_at(cashier, "payments")
    await cashier.open(f"{OFFICE}/acts/pay-claim?claim_id=browser-2")
    await looked_at(cashier, "pay-claim")
    await cashier.page.click(GO)
    await cashier.page.click(WRITE)
    await cashier.page.get_by_text("已记下：支付申请。").wait_for()
    await looked_at(cashier, "payments-after")


async def test_money_is_asked_for_by_one_and_approved_by_another(
    sign_in: SignIn,
) -> None:
    clerk = await sign_in("clerk")
    await clerk.open(f"{OFFICE}/acts/request-expenditure")
    await looked_at(clerk, "request-payment")
    await clerk.page.fill("#payment_id", "browser-pay")
    await clerk.page.fill("#amount_fen", "88.00")
    await clerk.page.click(GO)
    await clerk.page.click(WRITE)
    await clerk.page.get_by_text("已记下：申请支出。").wait_for()
    approver = await sign_in("approver", 360)
    await approver.open(f"{OFFICE}/acts/pay-expenditure?payment_id=browser-pay")
    await looked_at(approver, "approve-payment-360")
    assert "88.00" in await approver.page.inner_text("main")
    await approver.page.click(GO)
    await approver.page.click(WRITE)
    await approver.page.get_by_text("已记下：批准支出并入账。").wait_for()
    await looked_at(approver, "payments-360")


async def test_a_chair_attests_a_month_and_records_a_week(
    sign_in: SignIn,
) -> None:
    chair = await sign_in("chair", 360)
    page = chair.page
    await chair.open(f"{OFFICE}/acts/report-incident")
    await page.fill("#incident_id", "browser-incident")
    await page.fill("#happened_on", "2021-03-05")
    await page.click(GO)
    await page.click(WRITE)
    await page.get_by_text("已记下：上报事件。").wait_for()
    await chair.open(f"{OFFICE}/acts/attest-period?subject=safety&month=2021-03")
    await page.click(GO)
    await page.get_by_text("证明的事件数与已上报的不符").wait_for()
    await page.fill("#incidents", "1")
    await page.click(GO)
    await page.click(WRITE)
    await page.get_by_text("已记下：作月度证明。").wait_for()
    for name in ("attestations", "meetings", "activities", "plan"):
        await chair.open(f"{OFFICE}/{name}")
        await looked_at(chair, f"{name}-360")
    wide = await sign_in("chair")
    await wide.open("/language/en?next=/tjtc/office/attestations%3Fyear%3D2021")
    await looked_at(wide, "attestations-en")
    await wide.open(f"{OFFICE}/entries/events/attestation-safety.2021-03")
    await looked_at(wide, "entries-en")
    await wide.page.get_by_role("link", name="Withdraw…").click()
    await looked_at(wide, "withdraw-en")
    await wide.page.click(GO)
    await wide.page.click(WRITE)
    await wide.page.get_by_text("Recorded: Withdraw an entry.").wait_for()
    for name in ("meetings", "activities", "plan", "claims", "payments"):
        await wide.open(f"{OFFICE}/{name}")
        await looked_at(wide, f"{name}-en")


async def test_a_finding_is_explained_and_borne_by_two(
    sign_in: SignIn,
) -> None:
    clerk = await sign_in("clerk")
    page = clerk.page
    await clerk.open("/tjtc/2022/findings")
    await page.locator("main tbody a").first.click()
    at = page.url
    await page.get_by_role("link", name="提议豁免…").click()
    await page.fill("#ends_on", "2023-06-30")
    await page.fill("#words", "上级已知悉，六月前整改。")
    await looked_at(clerk, "propose-waiver")
    await page.click(GO)
    await page.click(WRITE)
    await page.get_by_text("已记下：提议豁免。").wait_for()
    await looked_at(clerk, "finding")
    approver = await sign_in("approver", 360)
    await approver.page.goto(at)
    await looked_at(approver, "finding-360")
    await approver.page.get_by_role("link", name="批准豁免…").click()
    assert "六月前整改" in await approver.page.inner_text("main")
    await looked_at(approver, "approve-waiver-360")
    await approver.page.click(GO)
    await approver.page.click(WRITE)
    await approver.page.get_by_text("已记下：批准豁免。").wait_for()
