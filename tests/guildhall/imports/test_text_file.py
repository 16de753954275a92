"""Text files as offices write them: encodings, delimiters, quotation marks; rows keep numbers."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildhall.imports.cells import SheetError
from guildhall.imports.text_file import read_text

HEAD = "工号,姓名,备注"
KNOWN = frozenset(HEAD.split(","))
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


def rows(text: str | bytes) -> list[tuple[int, list[str]]]:
    content = text.encode() if isinstance(text, str) else text
    found = read_text(content, "a.csv", KNOWN).rows
    return [(row.number, [row.cells[at].text for at in sorted(row.cells)]) for row in found]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_of_an_office_is_read(encoding: str) -> None:
    text = HEAD + "\r\n0012,王利,老员工\r\n0013,李明,新\r\n"
    assert rows(text.encode(encoding))[1:] == [
        (2, ["0012", "王利", "老员工"]), (3, ["0013", "李明", "新"]),
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_that_of_the_headings(delimiter: str) -> None:
    text = "名册\n" + HEAD.replace(",", delimiter) + "\n" + delimiter.join(["1", "王,利", "a\t"])
    if delimiter == ",":
        text = text.replace("王,利", "王利")
    assert rows(text)[1][1] == ["工号", "姓名", "备注"]


def test_excel_s_own_line_names_the_delimiter() -> None:
    assert rows("sep=;\n工号;姓名\n1;王利")[-1] == (3, ["1", "王利"])


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "########"])
def test_an_error_that_was_saved_as_text_is_no_text(error: str) -> None:
    found = read_text(f"{HEAD}\n1,{error},#3楼\n".encode(), "a.csv", KNOWN).rows[1]
    assert [cell.flaw for cell in found.cells.values()] == [None, "error-value", None]


def test_a_row_is_numbered_as_a_spreadsheet_does_however_many_lines_it_has() -> None:
    text = HEAD + '\n1,王利,"两行\n的备注"\n\n2,李明,"a\n\nb"\n3,赵,\n'
    assert [number for number, _ in rows(text)] == [1, 2, 4, 5]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + '\n1,王利,"老员工\n2,李明,\n3,赵,\n',
        HEAD + '\n1,王利,"老员工\n2,李明,"新\n3,赵,\n',
        HEAD + '\n1,王利,"老员工\n2,李明,x,\n3,赵,y"\n',
        HEAD + '\n1,"王"利,x\n',
    ],
)
def test_an_open_quotation_mark_is_refused_and_no_row_swallowed(text: str) -> None:
    with pytest.raises(SheetError) as why:
        rows(text)
    assert why.value.code == "open-quote"


def test_a_quotation_mark_within_a_cell_is_one() -> None:
    assert rows(HEAD + '\n1,王"利,"他说""好"""\n')[1][1] == ["1", '王"利', '他说"好"']


def test_numbers_kept_as_text_by_a_formula_are_text_and_other_formulas_are_none() -> None:
    found = read_text((HEAD + '\n"=""0012""",王利,=A1\n').encode(), "a.csv", KNOWN)
    assert found.rows[1].cells[0] == ("0012", None)
    assert found.rows[1].cells[2].flaw == "formula"


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + "\n1,王利,").encode()[:-3] + b"\n", "\ufeff工号,a".encode("utf-16")[:-1],
        b"a,b\x00c\n", b"\xff\xff\xff,\n",
    ],
)  # fmt: skip
def test_what_is_damaged_is_refused(content: bytes) -> None:
    with pytest.raises(SheetError) as why:
        rows(content)
    assert why.value.code == "unreadable-file"


CELL = st.text(st.characters(exclude_categories=["C"], exclude_characters=',"\u2028\u2029\x85'),
               max_size=8).map(str.strip)  # fmt: skip
NAMES = st.text("王李张赵一二", min_size=1, max_size=4)


@given(
    st.lists(st.tuples(st.integers(1, 9999).map(str), NAMES, CELL), max_size=8),
    st.sampled_from(["utf-8-sig", "utf-16", "gb18030"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_a_spreadsheet_writes_is_read_back(
    people: list[tuple[str, str, str]], encoding: str, quoting: int
) -> None:
    text = io.StringIO(newline="")
    quote: Any = quoting  # a constant of csv, whose stub wants its literal
    csv.writer(text, quoting=quote).writerows([HEAD.split(","), *people])
    found = rows(text.getvalue().encode(encoding))
    assert [number for number, _ in found] == list(range(1, len(people) + 2))
    assert [cells[:2] for _, cells in found[1:]] == [list(person[:2]) for person in people]


@given(st.binary(max_size=200))
def test_no_bytes_whatever_fail_otherwise_than_by_name(content: bytes) -> None:
    try:
        rows(content)
    except SheetError as why:
        assert why.code in {"unreadable-file", "open-quote"}
