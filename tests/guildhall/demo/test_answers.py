"""What the demo makes of the log's answers: equal only where the list gives the number, too."""

import io
from collections.abc import Mapping
from typing import Any

import pytest

from guildhall.demo import display
from guildhall.demo.differences import UnionAnswers, show_differences
from guildhall.demo.figures import PRINTED, Compared, Printed, worth_of_each
from guildhall.demo.queries import Explained, add_up
from guildhall.output import Output

FOURTEEN = (2, 517, 80, 319, 511, 12, 8, 4, 1000, 6, 8, 33, 542, 2)
BIRTH = Printed(18, "生育会员慰问品", 4, "名", "gift_birth")


def test_the_table_holds_the_report_s_14_numbers_in_its_order() -> None:
    assert tuple(printed.number for printed in PRINTED) == FOURTEEN
    assert [printed.line for printed in PRINTED] == sorted(printed.line for printed in PRINTED)


@pytest.mark.parametrize(
    ("found", "listed", "equal"), [(4, 4, True), (3, 3, False), (4, 3, False), (None, 0, False)]
)
def test_a_number_is_equal_only_if_its_list_gives_it(
    found: int | None, listed: int, equal: bool
) -> None:
    explained = Explained("gift_birth", 4, "名", listed, [])
    assert Compared(BIRTH, found, explained).equal is equal


@pytest.mark.parametrize(
    ("amounts", "yuan"),
    [
        ([100_000] * 4, 1000),
        ([100_000, 90_000], None),
        ([100_000, None], None),
        ([], None),
        ([100_050], None),
    ],
)
def test_the_worth_of_each_gift_is_said_only_where_all_are_alike(
    amounts: list[int | None], yuan: int | None
) -> None:
    assert worth_of_each([{"amount_fen": amount} for amount in amounts]) == yuan


def test_a_list_is_added_up_by_its_own_measure() -> None:
    events = [
        {"subject": "a", "quantity": 1, "amount_fen": 5},
        {"subject": "a", "quantity": 2, "amount_fen": None},
    ]
    measures = ("persons", "count", "quantity", "amount_fen")
    assert [add_up(measure, events) for measure in measures] == [1, 2, 3, 5]


def test_of_the_report_only_the_wanted_sections_are_shown() -> None:
    text = "\n".join(
        (
            "# 总结",
            "## 一、成效",
            "### (三)职工福利",
            "1. 甲[^a]。",
            "### (四)其他",
            "2. 乙。",
            "## 规划",
            "### (职工福利)",
            "3. 丙。",
        )
    )
    assert display.sections(text, display.SECTIONS) == ["### (三)职工福利", "1. 甲[^a]。"]


def answers_of(org: str, members: int, outcome: str, portions: int = 542) -> UnionAnswers:
    def figure(value: int) -> Mapping[str, Any]:
        return {"title": "中秋", "unit": "名", "value": value}

    roll = {
        "id": "mid-autumn",
        "title": "中秋节慰问",
        "members": members,
        "people": 542,
        "portions": portions,
        "unserved": 0,
        "joined_since": 0,
        "not_members": 542 - members,
    }
    verdict = {
        "rule": "wel-06",
        "subject": "programme:mid-autumn",
        "outcome": outcome,
        "sentence": "有人不是会员",
        "persons": ["p-000001"] * (542 - members),
    }
    personal = {
        "rule": "evd-06",
        "subject": f"claim:{org}",
        "outcome": "pass",
        "sentence": "一次",
        "persons": [],
    }
    figures = {"portions": figure(portions), "members": figure(members)}
    return UnionAnswers(org, figures, [roll], [verdict, personal])


def test_two_unions_are_told_apart_by_what_differs_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = io.StringIO()
    monkeypatch.setattr("sys.stdout", shown)
    ours, other = answers_of("tjtc", 530, "fail"), answers_of("tjtc-b", 542, "pass")
    show_differences(Output(), ours, other, ["portions"])
    text = shown.getvalue()
    assert "报告中的数字全部相同" in text
    assert "(members)" in text and "(portions)" not in text
    assert "当日会员" in text and "非会员领取" in text and "份数" not in text
    assert "涉及 12 人" in text and "evd-06" not in text


def test_another_report_is_not_called_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr("sys.stdout", shown)
    show_differences(
        Output(),
        answers_of("tjtc", 542, "pass"),
        answers_of("tjtc-b", 542, "pass", portions=500),
        ["portions"],
    )
    assert "报告中的数字不同" in shown.getvalue()
