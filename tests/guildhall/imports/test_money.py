"""Files about money: 元 become fen, words of the office our own, one budget is one command."""

from pathlib import Path
from typing import Any

import pytest

from guildhall.imports import KINDS
from guildhall.imports.money import FUNDS, LINES, MONEY_KINDS, PAYERS, SOURCES
from guildhall.imports.upload import Options, import_file
from shared.contract import values
from tests.guildhall.imports.recording_client import RecordingClient, write_csv
from tests.guildhall.imports.test_kinds import ROWS


async def sent(kind: str, *rows: str, folder: Path) -> list[tuple[str, Any]]:
    """What a file of these rows sends: the commands' names and bodies, in order."""
    headings, _ = ROWS[kind]
    client = RecordingClient([])
    outcome = await import_file(
        client, KINDS[kind], write_csv(folder / "a.csv", "\n".join([headings, *rows, ""]))
    )
    assert outcome.complete, outcome.bad
    return [(name.removeprefix("benefits/"), body) for name, body, _ in client.sent]


async def test_the_lines_of_one_budget_are_one_command(tmp_path: Path) -> None:
    [(name, body)] = await sent(
        "budget",
        '2022年度,职工活动-集体福利,"600,000.00",2022-1-12,committee、superior,是',
        "2022,维权-送温暖,90000,2022-1-12,committee、superior,是",
        folder=tmp_path,
    )
    assert name == "approve-budget"
    assert body == {
        "budget_year": 2022, "approved_on": "2022-01-12",
        "approved_by": ["committee", "superior"], "amount_assumed": True,
        "lines": [
            {"budget_line": "staff_activity.welfare", "amount_fen": 60_000_000},
            {"budget_line": "rights.warmth", "amount_fen": 9_000_000},
        ],
    }  # fmt: skip


async def test_budgets_of_two_years_are_two_commands(tmp_path: Path) -> None:
    rows = [f"{year},其他支出,1,2022-1-12,committee," for year in (2022, 2023)]
    commands = await sent("budget", *rows, folder=tmp_path)
    assert sorted(body["budget_year"] for _, body in commands) == [2022, 2023]
    assert [body["amount_assumed"] for _, body in commands] == [False, False]


async def test_each_income_is_a_command(tmp_path: Path) -> None:
    rows = ["sr-1,会费,工会经费,0.01,2022-1-10", "sr-2,捐赠,关爱基金,￥100元,2022.1.11"]
    commands = await sent("income", *rows, folder=tmp_path)
    assert [name for name, _ in commands] == ["receive-income"] * 2
    amounts = {body["income_id"]: (body["source"], body["amount_fen"]) for _, body in commands}
    assert amounts == {"sr-1": ("dues", 1), "sr-2": ("donation", 10_000)}


async def test_what_a_request_does_not_say_is_left_out_and_nobody_is_named(tmp_path: Path) -> None:
    row = "zf-1,2022-1-25,258500.00,工会经费,上级工会,资本性支出,,否"
    [(name, body)] = await sent("payment-requests", row, folder=tmp_path)
    assert name == "request-expenditure"
    assert body == {
        "payment_id": "zf-1", "requested_on": "2022-01-25", "amount_fen": 25_850_000,
        "fund": "union_funds", "payer": "superior", "budget_line": "capital",
        "amount_assumed": False,
    }  # fmt: skip


async def test_a_payment_says_what_was_paid_and_when_and_who_decided(tmp_path: Path) -> None:
    commands = await sent("payments", "zf-1,2022-1-25,", "zf-2,2022-1-26,wyh-1", folder=tmp_path)
    assert commands == [
        ("pay-expenditure", {"payment_id": "zf-1", "paid_on": "2022-01-25"}),
        ("pay-expenditure",
         {"payment_id": "zf-2", "paid_on": "2022-01-26", "decision_ref": "wyh-1"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "code"), [("0", "not-positive"), ("-1", "not-positive"), ("1.005", "invalid-amount")]
)
async def test_an_amount_that_is_none_keeps_its_row_out(
    tmp_path: Path, amount: str, code: str
) -> None:
    text = f"{ROWS['income'][0]}\nsr-1,会费,工会经费,{amount},2022-1-10\n"
    file, client = write_csv(tmp_path / "a.csv", text), RecordingClient([])
    outcome = await import_file(client, KINDS["income"], file, options=Options(max_error_rate=1.0))
    assert [(bad.field, bad.code) for bad in outcome.bad] == [("金额", code)]
    assert client.sent == []


@pytest.mark.parametrize(
    ("words", "ours"),
    [(FUNDS, values.Fund), (PAYERS, values.Payer), (LINES, values.BudgetLine)],
)
def test_every_value_of_the_contract_has_a_word_of_the_office(
    words: dict[str, str], ours: Any
) -> None:
    assert set(words.values()) == set(ours.__args__)
    assert len(set(SOURCES.values())) == len(SOURCES)


@pytest.mark.parametrize("kind", MONEY_KINDS, ids=lambda kind: kind.name)
def test_a_file_of_nothing_sends_nothing(kind: Any) -> None:
    assert [command for wave in kind.commands([]) for command in wave] == []
