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
    [
        "2022-03-01",
        "2022/3/1",
        "2022.3.1",
        "2022年3月1日",
        "20220301",
        "2022-03-01 00:00:00",
        "2022/3/1 10:30",
        "2022-03-01T10:30:15.5",
        "２０２２年３月１日",
        "2022 年 3 月 1 日",
    ],
)
def test_a_date_is_read_in_every_way_an_office_writes_it(text: str) -> None:
    assert cells.a_date(text) == "2022-03-01"


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(date.today().year + 1, 12, 31)))
def test_every_date_is_read_back_from_chinese(day: date) -> None:
    assert cells.a_date(f"{day.year}年{day.month}月{day.day}日") == day.isoformat()


@pytest.mark.parametrize("text", ["2022", "2022-03", "2022年3月", "3月1日", "2022.3", "3-1"])
def test_a_date_whose_year_or_day_does_not_show_is_not_guessed(text: str) -> None:
    with pytest.raises(CellError, match=r"^date-incomplete$"):
        cells.a_date(text)


@pytest.mark.parametrize(
    "text",
    ["2022-02-30", "01-03-2022", "44562", "昨天", "2022-13-01", "0215-09-01", "1015-09-01",
     "0001-01-01", "1899-12-31", "2999-01-01", "15.9.1", "2022-03-01 午后"],
)  # fmt: skip
def test_what_is_no_date_is_not_guessed(text: str) -> None:
    with pytest.raises(CellError, match=r"^invalid-date$"):
        cells.a_date(text)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("3", 3),
        ("3月", 3),
        ("1985-03", 3),
        ("1985年3月12日", 3),
        ("12月", 12),
        ("1985.10", 10),
        ("1985.12", 12),
        ("1985.01", 1),
        ("1985.2", 2),
        ("198510", 10),
        ("1985/1", 1),
        ("１０月", 10),
    ],
)
def test_of_a_birthday_only_the_month_is_kept(text: str, month: int) -> None:
    assert cells.a_month(text) == month


def test_a_month_that_a_sheet_may_have_shortened_is_not_guessed() -> None:
    with pytest.raises(CellError, match=r"^month-ambiguous$"):
        cells.a_month("1985.1")


@pytest.mark.parametrize("text", ["13", "0", "三月", "1985", "1985-13", "198513", "0985.10", "3.1"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(CellError, match=r"^invalid-month$"):
        cells.a_month(text)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1000", 100_000),
        ("1,000.50", 100_050),
        ("¥0.01", 1),
        ("12元", 1200),
        ("1,200", 120_000),
        ("￥1，200.00元", 120_000),
        ("１２００", 120_000),
        ("1200元整", 120_000),
        ("0.1", 10),
    ],
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
        *(
            (text, "invalid-amount")
            for text in (
                "1,5",
                "12,50",
                "1000,50",
                "1.000,00",
                "12,00,000",
                "1_000",
                "1e3",
                "1 200",
                "(500)",
                "1,2000",
                ",200",
                "1,200,",
                ".5",
                "5.",
                "1.200",
                "壹仟元整",
                "+5",
                "10,000,00",
            )
        ),
        ("0", "not-positive"),
        ("-5", "not-positive"),
    ],
)
def test_an_amount_that_is_none_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(CellError, match=f"^{code}$"):
        cells.fen(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [("张　三", "张三"), ("张\xa0三", "张三"), ("Anna  Li", "Anna Li"), ("阿依·古丽", "阿依·古丽")],
)
def test_blanks_that_only_spread_a_name_are_left_out(text: str, name: str) -> None:
    assert cells.a_name(text) == name


@pytest.mark.parametrize(("text", "count"), [("2", 2), ("2份", 2), ("１２", 12), ("1,200", 1200)])
def test_a_count_is_read_with_its_unit(text: str, count: int) -> None:
    assert cells.a_count(text) == count


@pytest.mark.parametrize("text", ["1.5", "1,2", "两份", "²", "1²", "①", "-1", "1e2", "2元"])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(CellError, match=r"^invalid-number$"):
        cells.a_count(text)


def test_an_employee_number_keeps_its_leading_zeros() -> None:
    assert cells.employee_no("0012") == "0012"


@pytest.mark.parametrize("text", ["-", "--", "TRUE", "FALSE", "00 12", "0012号", "12.0", "—"])
def test_what_is_no_employee_number_is_refused(text: str) -> None:
    with pytest.raises(CellError, match=r"^invalid-employee-no$"):
        cells.employee_no(text)


@pytest.mark.parametrize(
    "text", ["-", "同上", "同 上", "〃", '"', "无", "张三/李四", "张、李", "123"]
)
def test_what_names_nobody_or_two_is_no_name(text: str) -> None:
    with pytest.raises(CellError, match=r"^invalid-name$"):
        cells.a_name(text)


@pytest.mark.parametrize("text", ["—", "〃", "同上", "…"])
def test_what_names_nothing_is_no_title(text: str) -> None:
    with pytest.raises(CellError, match=r"^invalid-title$"):
        cells.a_title(text)


@given(st.text(min_size=1, max_size=40))
def test_an_error_never_says_what_stands_in_the_cell(text: str) -> None:
    readers = [
        cells.a_date,
        cells.a_month,
        cells.a_year_month,
        cells.a_name,
        cells.a_title,
        cells.count_from_0,
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
