"""Figures as text: amounts in 元, values with their unit."""

from guildhall.cli.figure_values import heading, value_text, yuan


def test_fen_are_yuan_with_two_decimals_and_unknown_is_nothing() -> None:
    assert [yuan(fen) for fen in (100050, -5, 0, None)] == ["1,000.50", "-0.05", "0.00", ""]


def test_a_value_has_its_unit_and_money_is_yuan() -> None:
    assert value_text({"value": 1234, "unit": "名"}) == "1,234 名"
    assert value_text({"value": 1234, "measure": "amount_fen"}) == "12.34 元"


def test_a_heading_says_of_when_it_is_known() -> None:
    found = {"org_id": "tjtc", "known_at": 9}
    assert heading(found, "2022-01-01", "2022-12-31") == (
        "tjtc 2022-01-01 – 2022-12-31, as known at log index 9"
    )
