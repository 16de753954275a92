"""Files: no cell is a formula, numbers are numbers, and no fen is lost."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.tables import DANGEROUS, as_csv, as_file, harmless, scaled, yuan

ABOUT = [("工会", "=1+1")]


@given(st.sampled_from(DANGEROUS), st.text(max_size=9))
def test_no_text_begins_as_a_formula(begins: str, rest: str) -> None:
    assert not harmless(begins + rest).startswith(DANGEROUS)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_text_comes_back_from_csv(text: str) -> None:
    content = as_csv(ABOUT, ["a"], [[text]]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content, newline="")))[-1] == [harmless(text)]


@pytest.mark.parametrize("text", ["=1+1", "＝1", "+8613800000000", "-1", "@x", "＠x", "工会"])
def test_a_workbook_holds_text_as_text(text: str) -> None:
    rows = [[text, 542, Decimal("162600.05"), None]]
    book = openpyxl.load_workbook(io.BytesIO(as_file("xlsx", ABOUT, ["a", "b", "c", "d"], rows)))
    cells = list(book.worksheets[0].iter_rows())[-1]
    assert (cells[0].value, cells[0].data_type) == (text, "s")
    assert [cell.value for cell in cells[1:]] == [542, 162600.05, None]


def test_a_csv_has_its_mark_and_says_what_it_is_of() -> None:
    content = as_file("csv", ABOUT, ["a"], [[1]])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines() == ["工会,'=1+1", "", "a", "1"]


def test_fen_become_yuan_and_the_unknown_stays_so() -> None:
    assert (yuan(5), yuan(None)) == (Decimal("0.05"), None)
    assert (scaled(542, 0), scaled(16260000, 2)) == (542, Decimal("162600"))
