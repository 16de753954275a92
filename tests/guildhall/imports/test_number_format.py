"""A number as its format shows it; what a format hides is a flaw, never a guess."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildhall.imports import cells
from guildhall.imports.number_format import BUILT_IN, number_shown, text_hidden

ACCOUNTING = '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ '


@pytest.mark.parametrize(
    ("digits", "code", "text"),
    [
        ("35", "0000", "0035"), ("1985.1", "0.00", "1985.10"), ("1985.1", "General", "1985.1"),
        ("1200", "#,##0.00", "1,200.00"), ("1200", ACCOUNTING, "¥1,200.00"), ("2", '0"份"', "2份"),
        ("1200.0999999999999", "General", "1200.1"), ("0.30000000000000004", "General", "0.3"),
        ("35", '"A"0000', "A0035"), ("-5", "#,##0.00_);(#,##0.00)", "(5.00)"), ("3", "@", "3"),
        ("1200", "[$¥-804]#,##0.00", "¥1,200.00"), ("3", "G/通用格式", "3"), ("0.1", "0%", "10%"),
        ("3", 'General"月"', "3月"), ("1200", "[Red]#,##0", "1,200"), ("0", "0000", "0000"),
        ("123456789012345", "General", "123456789012345"), ("0.5", "#.##", ".5"),
    ],
)  # fmt: skip
def test_a_number_is_what_is_shown(digits: str, code: str, text: str) -> None:
    assert number_shown(digits, code) == (text, None)


@pytest.mark.parametrize(
    ("digits", "code", "flaw"),
    [
        ("1.10101199003079E17", "General", "digits-lost"), ("1200.5", "0", "format-hides-digits"),
        ("1985.12", "0.0", "format-hides-digits"), ("12000", "0.0,", "number-format"),
        ("35", "00-000", "number-format"), ("20150901", r"0000\-00\-00", "number-format"),
        ("1.5", "# ?/?", "number-format"), ("1234567", "0.00E+00", "number-format"),
        ("1200", "[>1000]0;0.00", "number-format"), ("1200", "[DBNum2]General", "number-format"),
        ("5", ";;;", "hidden-by-format"), ("-5", "0;;0", "hidden-by-format"),
        ("0.5", "h:mm", "not-a-date"), ("42248", "mm:ss", "not-a-date"),
        ("-1", "yyyy-mm-dd", "not-a-date"), ("60", "yyyy-mm-dd", "not-a-date"),
        ("5", '"无"', "number-format"), ("-5", "#,##0;[Red]#,##0", "number-format"),
        ("-5", "0.00_);[红色]0.00", "number-format"), ("-1200", '0"元";0"元"', "number-format"),
    ],
)  # fmt: skip
def test_what_a_format_hides_is_named(digits: str, code: str, flaw: str) -> None:
    assert number_shown(digits, code).flaw == flaw


WHOLE = [14, 15, 22, 30, 31]
YEAR_MONTH, MONTH_DAY = [17, 27, 36, 50, 52, 57], [16, 28, 29, 51, 53, 54, 58]


@pytest.mark.parametrize("number", WHOLE)
def test_built_in_formats_that_show_a_date_give_it(number: int) -> None:
    assert number_shown("42248", BUILT_IN[number]).text == "2015-09-01"


@pytest.mark.parametrize("number", [*YEAR_MONTH, *MONTH_DAY])
def test_built_in_formats_that_show_a_part_of_a_date_give_that_part(number: int) -> None:
    shown = number_shown("42248", BUILT_IN[number])
    with pytest.raises(cells.CellError, match="date-incomplete"):
        cells.a_date(shown.text)
    if number in YEAR_MONTH:
        assert cells.a_month(shown.text) == 9


@pytest.mark.parametrize("number", [18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56])
def test_built_in_formats_that_show_a_time_are_no_date(number: int) -> None:
    assert number_shown("42248.5", BUILT_IN[number]).flaw == "not-a-date"


CODES = ["yyyy-mm-dd", "yyyy/m/d h:mm", '[$-804]yyyy"年"m"月"d"日";@', "d-mmm-yy", "e年m月d日"]


@given(
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.floats(0, 0.999),
    st.booleans(),
    st.sampled_from(CODES),
)
def test_a_date_is_that_of_its_epoch_without_its_time(
    day: date, time_of_day: float, of_1904: bool, code: str
) -> None:
    epoch = date(1904, 1, 1) if of_1904 else date(1899, 12, 30)
    serial = (day - epoch) / timedelta(days=1)
    if serial < 0:
        return
    shown = number_shown(repr(serial + time_of_day), code, epoch_1904=of_1904)
    assert shown == (day.isoformat(), None)


def test_the_first_days_of_1900_are_right_in_spite_of_its_29_february() -> None:
    assert number_shown("1", "yyyy-mm-dd").text == "1900-01-01"
    assert number_shown("59", "yyyy-mm-dd").text == "1900-02-28"
    assert number_shown("61", "yyyy-mm-dd").text == "1900-03-01"


@given(st.integers(1, 10**12), st.sampled_from(["General", "0.00", "#,##0.00", ACCOUNTING]))
def test_an_amount_is_read_to_the_fen_under_every_format(fen: int, code: str) -> None:
    assert cells.fen(number_shown(repr(fen / 100), code).text) == fen


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12))
def test_no_format_and_no_number_fails(value: float, code: str) -> None:
    number_shown(repr(value), code)
    text_hidden(code)


def test_a_text_that_its_format_hides_is_known() -> None:
    assert text_hidden(";;;") and not text_hidden(";;;@") and not text_hidden("@")
