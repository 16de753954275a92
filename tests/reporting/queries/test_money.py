"""Money by month adds up to its figures; a budget that nobody stated is unknown, and no zero."""

from datetime import date

import asyncpg
import pytest

from services.reporting.figures import BY_NAME
from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.figures import values_listed
from services.reporting.queries.knowledge import Period
from services.reporting.queries.money import FIGURES, Money, money
from shared.contract.benefits import ExpenditurePaid, IncomeReceived
from tests.examples.benefits import (
    budget_adjusted,
    budget_approved,
    expenditure_paid,
    expenditure_reversed,
    income_received,
)
from tests.reporting.history import History
from tests.reporting.records import ORG

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
WELFARE, CULTURE = "staff_activity.welfare", "staff_activity.culture"


def paid(name: str, fen: int, on: str, line: str | None = WELFARE, payer: str | None = "own",
         *, assumed: bool = False) -> ExpenditurePaid:  # fmt: skip
    return expenditure_paid(
        payment_id=name, amount_fen=fen, occurred_on=on, budget_line=line, payer=payer,
        amount_assumed=assumed,
    )  # fmt: skip


def received(name: str, fen: int, on: str) -> IncomeReceived:
    return income_received(income_id=name, amount_fen=fen, occurred_on=on, source="dues")


async def found(pool: asyncpg.Pool, period: Period = YEAR, at: int | None = None) -> Money:
    return await money(pool, ORG, period, await last_index(pool) if at is None else at)


async def test_months_add_up_to_the_figures_and_an_empty_one_is_unknown(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        received("a", 500, "2022-01-31"), received("b", 700, "2022-02-01"),
        paid("p", 300, "2022-01-05"), paid("q", 200, "2022-01-06", assumed=True),
        paid("r", 90, "2022-03-01", payer=None),
        paid("s", 40, "2022-03-02", payer="administration"),
        paid("old", 1, "2021-12-31"),
    )  # fmt: skip
    history.from_outside(paid("p", 999, "2022-01-05"))
    await history.told(simulated)
    told = await found(pool)
    assert [each.month for each in told.months] == [f"2022-{n:02d}" for n in range(1, 13)]
    assert told.months[0][1:] == (500, 500, None, 1)
    assert told.months[1][1:] == (700, None, None, 0)
    assert told.months[2][1:] == (None, None, 90, 0)
    assert told.months[3][1:] == (None, None, None, 0)
    figures = [BY_NAME[name] for name in FIGURES.values()]
    values = await values_listed(pool, ORG, YEAR, await last_index(pool), figures)
    sums = [sum(each[n] or 0 for each in told.months) for n in (1, 2, 3)]
    assert sums == [values[name].value for name in FIGURES.values()]
    quarter = await found(pool, Period(date(2022, 1, 6), date(2022, 3, 31)))
    assert [each.spent_fen for each in quarter.months] == [200, None, None]


async def test_what_came_back_is_taken_off_on_its_own_day(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(
        paid("p", 300, "2022-01-05"),
        expenditure_reversed(payment_id="p", amount_fen=100, occurred_on="2022-04-01",
                             posting="adjustment", payer="own", budget_line=WELFARE,
                             reason="refunded"),
        budget_approved(budget_year=2022, occurred_on="2022-01-01",
                        lines=[{"budget_line": WELFARE, "amount_fen": 1000}]),
    ).told(simulated)  # fmt: skip
    told = await found(pool)
    assert (told.months[0].spent_fen, told.months[3].spent_fen) == (300, -100)
    assert told.budget is not None and told.budget.lines[0].spent_fen == 200


@pytest.fixture
async def budgeted(simulated: Ingest) -> None:
    """A budget, adjusted in June and again, too late, in 2023; payments on and off it."""
    await History()(
        budget_approved(budget_year=2022, occurred_on="2022-01-01",
                        lines=[{"budget_line": WELFARE, "amount_fen": 1000}]),
        paid("a", 300, "2022-02-01"), paid("b", 60, "2022-02-01", CULTURE),
        paid("c", 5, "2022-02-01", None), paid("d", 7, "2022-02-01", payer="administration"),
        budget_adjusted(budget_year=2022, occurred_on="2022-06-01",
                        lines=[{"budget_line": WELFARE, "amount_fen": 900},
                               {"budget_line": "capital", "amount_fen": 50}]),
        budget_adjusted(budget_year=2022, occurred_on="2023-01-01",
                        lines=[{"budget_line": WELFARE, "amount_fen": 1}]),
    ).told(simulated)  # fmt: skip


@pytest.mark.usefixtures("budgeted")
async def test_spending_stands_against_the_budget_in_force_at_the_years_end(
    pool: asyncpg.Pool,
) -> None:
    budget = (await found(pool)).budget
    assert budget is not None and (budget.in_force_from, budget.kind) == (
        date(2022, 6, 1), "adjusted",
    )  # fmt: skip
    lines = {each.budget_line: (each.budget_fen, each.spent_fen) for each in budget.lines}
    assert lines == {WELFARE: (900, 300), "capital": (50, 0), CULTURE: (None, 60), None: (None, 5)}
    then = (await found(pool, at=5)).budget
    assert then is not None and then.kind == "approved"


@pytest.mark.usefixtures("budgeted")
async def test_without_an_event_or_a_whole_year_no_budget_is_known(pool: asyncpg.Pool) -> None:
    assert (await found(pool, at=0)).budget is None
    assert (await found(pool, Period(date(2021, 1, 1), date(2021, 12, 31)))).budget is None
    assert (await found(pool, Period(date(2022, 1, 1), date(2022, 6, 30)))).budget is None
