"""The year: its figures in the report's order, with what was known before and last year."""

from services.console.console import Console
from services.console.pages.year import by_severity, sections
from tests.console.answers import FINDING, HEAD, KNOWN, MONEY, UNION, WORTH, figure
from tests.console.conftest import Services, browser, session


async def test_the_answer_stands_first(console: Console) -> None:
    async with browser(console, session()) as client:
        answer = await client.get("/tjtc/2022")
    assert answer.status_code == 200
    assert "1 项不合规：节日慰问品只发会员，有人发放当日不是会员。" in answer.text
    assert ">542</span>" in answer.text
    assert "/tjtc/2022/figures/gift_mid_autumn_portions" in answer.text


async def test_a_year_without_events_is_no_zero(console: Console, services: Services) -> None:
    services.answers[f"{UNION}/figures"] = {**HEAD, "figures": []}
    async with browser(console, session()) as client:
        answer = await client.get("/tjtc/2021")
    assert "没有事件不等于零" in answer.text


async def test_last_year_is_asked_for_only_where_the_log_has_it(
    console: Console, services: Services
) -> None:
    async with browser(console, session()) as client:
        assert "2021 年：日志中没有本会的事件，不作比较" in (await client.get("/tjtc/2022")).text
        services.answers[f"{UNION}/knowledge"] = {**KNOWN, "years": [2021, 2022]}
        assert "不作比较" not in (await client.get("/tjtc/2022")).text
    assert any(r.url.params.get("from") == "2021-01-01" for r in services.asked)


async def test_a_figure_that_cannot_be_proven_says_so(console: Console, services: Services) -> None:
    services.answers[f"{UNION}/figures"] = {**HEAD, "figures": [figure(provable=False)]}
    async with browser(console, session()) as client:
        answer = await client.get("/tjtc/2022")
    assert "1 个数字不可证" in answer.text
    assert "#i-unproved" in answer.text.partition("</defs>")[2]


def test_figures_outside_the_report_show_only_where_they_moved() -> None:
    before = {"gift_mid_autumn_portions": figure(), "gift_mid_autumn_amount": {**WORTH, "value": 1}}
    shown = sections([figure(), WORTH], before, None)
    assert [[row["figure"] for row in rows] for _, rows in shown] == [
        ["gift_mid_autumn_portions"],
        ["gift_mid_autumn_amount"],
    ]
    assert [len(rows) for _, rows in sections([figure(), WORTH], None, None)] == [1]


def test_every_severity_has_its_row() -> None:
    assert by_severity([FINDING])[0] == ("block", 1, 0)
    assert len(by_severity([])) == 5


async def test_verdicts_are_narrowed_to_an_outcome(console: Console) -> None:
    async with browser(console, session()) as client:
        every = await client.get("/tjtc/2022/verdicts")
        passed = await client.get("/tjtc/2022/verdicts?outcome=pass")
    assert "wel-06" in every.text
    assert "没有判定不等于合规" in passed.text


async def test_money_stands_by_month_and_against_the_budget(console: Console) -> None:
    async with browser(console, session()) as client:
        text = (await client.get("/tjtc/2022")).text
    assert "51,500.00" in text and 'data-value="51500.0"' in text
    months = text.partition("收支按月")[2].partition("</section>")[0]
    assert months.count("无记录") == 3, "an unknown month is no zero"
    budget = text.partition('id="h-budget"')[2].partition("</section>")[0]
    assert "职工集体福利费" in budget and "超出" in budget and "31,700.00" in budget
    assert "没有注明科目" in budget and "不在预算" in budget


async def test_a_year_without_money_or_budget_says_so(console: Console, services: Services) -> None:
    months = [{"month": "2022-01", "income_fen": None, "spent_fen": None,
               "payer_unknown_fen": None, "assumed": 0}]  # fmt: skip
    services.answers[f"{UNION}/money"] = {**MONEY, "months": months, "budget": None}
    async with browser(console, session()) as client:
        text = (await client.get("/tjtc/2022")).text
        days = (await client.get("/tjtc/2022-01-01..2022-01-31")).text
    assert "收支不详，不是零" in text and "预算不详，不是零" in text
    assert "期间不是一整年" in days
