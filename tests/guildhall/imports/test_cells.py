"""What a cell says, in the ways an office writes it; and that a flaw never quotes the cell."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildhall.imports import cells
from guildhall.imports.cells import CellError
from guildhall.imports.rows import TITLES


@pytest.mark.parametrize(
    "text",
    ["2022-03-01", "2022/3/1", "2022.3.1", "2022年3月1日", "20220301", "2022-03-01 00:00:00"],
)
def test_a_date_is_read_in_every_way_an_office_writes_it(text: str) -> None:
    assert cells.a_date(text) == "2022-03-01"


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1)))
def test_every_date_is_read_back_from_chinese(day: date) -> None:
    assert cells.a_date(f"{day.year}年{day.month}月{day.day}日") == day.isoformat()


@pytest.mark.parametrize("text", ["2022-02-30", "01-03-2022", "44562", "昨天", "2022-13-01"])
def test_what_is_no_date_is_not_guessed(text: str) -> None:
    with pytest.raises(CellError, match=r"^invalid-date$"):
        cells.a_date(text)


@pytest.mark.parametrize(
    ("text", "month"), [("3", 3), ("3月", 3), ("1985-03", 3), ("1985年3月12日", 3), ("12月", 12)]
)
def test_of_a_birthday_only_the_month_is_kept(text: str, month: int) -> None:
    assert cells.a_month(text) == month


@pytest.mark.parametrize("text", ["13", "0", "三月", "1985"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(CellError, match=r"^invalid-month$"):
        cells.a_month(text)


@pytest.mark.parametrize(
    ("text", "fen"), [("1000", 100_000), ("1,000.50", 100_050), ("¥0.01", 1), ("12元", 1200)]
)
def test_yuan_become_fen_exactly(text: str, fen: int) -> None:
    assert cells.fen(text) == fen


@given(st.integers(min_value=1, max_value=10**13))
def test_no_amount_is_ever_rounded(fen: int) -> None:
    assert cells.fen(f"{fen // 100}.{fen % 100:02d}") == fen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.005", "invalid-amount"),
        ("一千", "invalid-amount"),
        ("NaN", "invalid-amount"),
        ("1e30", "invalid-amount"),
        ("0", "not-positive"),
        ("-5", "not-positive"),
    ],
)
def test_an_amount_that_is_none_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(CellError, match=f"^{code}$"):
        cells.fen(text)


def test_an_employee_number_keeps_its_leading_zeros() -> None:
    assert cells.employee_no("0012") == "0012"


@given(st.text(min_size=1, max_size=40))
def test_an_error_never_says_what_stands_in_the_cell(text: str) -> None:
    readers = [
        cells.a_date,
        cells.a_month,
        cells.fen,
        cells.a_count,
        cells.employee_no,
        cells.slug,
        cells.one_of({"女": "female"}),
    ]
    for read in readers:
        try:
            read(text)
        except CellError as why:
            assert why.args == (why.code,) and why.code in TITLES
