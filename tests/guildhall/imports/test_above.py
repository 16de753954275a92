"""Rows above the headings: titles are passed over, an entry there is never lost."""

import pytest

from guildhall.imports import KINDS
from guildhall.imports.cells import SheetError
from guildhall.imports.rows import read_rows
from tests.guildhall.imports.recording_client import book

STAFF = ["工号", "姓名", "性别", "出生月份", "入职日期"]
PERSON = ["1", "王利", "女", "3", "2009-8-1"]
GIFTS = ["工号", "姓名", "份数", "发放日期"]
FULLER = ["工号", "姓名", "身份", "份数", "发放日期"]
GIVEN = {"programme_id": "spring-2022", "capacity": "member"}


@pytest.mark.parametrize("above", range(1, 15))
def test_a_sheet_sorted_with_its_headings_is_refused(above: int) -> None:
    people = [[str(number), *PERSON[1:]] for number in range(20)]
    sheet = book(*people[:above], STAFF, *people[above:])
    with pytest.raises(SheetError) as why:
        read_rows(KINDS["staff"], sheet)
    assert why.value.code == "rows-above"
    assert f"(row {above + 1})" in why.value.detail


def test_a_table_above_one_with_fuller_headings_is_not_its_title() -> None:
    first = [["春节"], GIFTS, ["1", "甲", "1", "2022-1-1"]]
    second = [["第二批"], FULLER, ["3", "丙", "会员", "1", "2022-1-2"]]
    with pytest.raises(SheetError) as why:
        read_rows(KINDS["gifts"], book(*first, *second), GIVEN)
    assert why.value.code == "rows-above"
    assert "row 3 " in why.value.detail


@pytest.mark.parametrize(
    "title",
    [
        ["2022年名册"], ["部门:", "教务处", "", "日期:", "2022-1-1"], ["2022-1-1", "制表"],
        ["", "姓名栏须与身份证一致"], ["工号", "性别"],
    ],
)  # fmt: skip
def test_titles_are_passed_over(title: list[str]) -> None:
    table = read_rows(KINDS["staff"], book(title, ["说明"], STAFF, PERSON))
    assert [each.reason for each in table.passed] == ["title", "title", "headings"]
    assert len(table.rows) == 1
