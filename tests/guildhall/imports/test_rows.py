"""From a sheet's rows to rows that can be sent; a flaw is named by row and heading, not quoted."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildhall.imports import KINDS
from guildhall.imports.cells import Cell
from guildhall.imports.rows import TITLES, known_headings, read_rows
from guildhall.imports.spreadsheet import Sheet, SheetError, SheetRow, read_sheet, tidy_heading
from tests.guildhall.imports.recording_client import write_xlsx
from tests.guildhall.imports.test_spreadsheet import HEADINGS, ROW, STAFF, staff

RECEIPTS, GIFTS = KINDS["receipts"], KINDS["gifts"]


def test_a_sheet_without_a_needed_column_is_refused_unless_the_value_is_given(
    tmp_path: Path,
) -> None:
    file = write_xlsx(
        tmp_path / "签收表.xlsx", [["工号", "姓名", "签收日期"], ["1", "王利", "2022-1-20"]]
    )
    kind = KINDS["receipts"]
    sheet = read_sheet(file, known_headings(kind))
    with pytest.raises(SheetError) as why:
        read_rows(kind, sheet)
    assert (why.value.code, "项目编号" in why.value.detail) == ("column-missing", True)
    parsed = read_rows(kind, sheet, {"programme_id": "spring-2022"})
    assert parsed.rows[0].values["programme_id"] == "spring-2022"


def test_a_person_listed_twice_goes_in_once(tmp_path: Path) -> None:
    parsed = read_rows(STAFF, staff(write_xlsx(tmp_path / "a.xlsx", [HEADINGS, ROW, ROW])))
    assert [row.number for row in parsed.rows] == [2]
    assert [(bad.number, bad.code) for bad in parsed.bad] == [(3, "listed-twice")]


def sheet(*rows: dict[str, str | Cell], headings: tuple[str, ...] = ()) -> Sheet:
    """A sheet with these cells; its rows are numbered from 2, as below one heading row."""
    known = headings or tuple(dict.fromkeys(name for row in rows for name in row))
    lines = [
        SheetRow(
            number,
            {name: cell if isinstance(cell, Cell) else Cell(cell) for name, cell in row.items()},
        )
        for number, row in enumerate(rows, start=2)
    ]
    return Sheet(known, lines)


GIFT = {"项目编号": "autumn", "工号": "1", "身份": "职工", "发放日期": "2022-9-8"}


def test_a_cell_that_may_be_empty_has_its_default_or_nothing() -> None:
    [row] = read_rows(GIFTS, sheet(GIFT)).rows
    assert row.values["quantity"] == 1
    assert "off_roster_reason" not in row.values


def test_what_stands_in_a_cell_wins_over_what_was_given() -> None:
    rows = [GIFT | {"份数": ""}, GIFT | {"工号": "2", "份数": "3"}]
    parsed = read_rows(GIFTS, sheet(*rows), {"quantity": 7})
    assert [row.values["quantity"] for row in parsed.rows] == [7, 3]


def test_every_flaw_of_a_row_is_named_at_once() -> None:
    bad = GIFT | {"身份": "", "发放日期": "明天", "项目编号": Cell("=A1", "formula")}
    parsed = read_rows(GIFTS, sheet(GIFT, bad))
    assert [row.number for row in parsed.rows] == [2]
    assert {(flaw.number, flaw.field, flaw.code) for flaw in parsed.bad} == {
        (3, "身份", "missing"), (3, "发放日期", "invalid-date"), (3, "项目编号", "formula"),
    }  # fmt: skip
    assert all(flaw.title == TITLES[flaw.code] for flaw in parsed.bad)


def test_headings_nobody_reads_are_told_and_a_flaw_below_them_is_none() -> None:
    parsed = read_rows(GIFTS, sheet(GIFT | {"身份证号": Cell("1.1E17", "digits-lost")}))
    assert (parsed.ignored, parsed.bad, len(parsed.rows)) == (("身份证号",), [], 1)


def test_every_heading_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SheetError) as why:
        read_rows(GIFTS, sheet({"工号": "1"}))
    assert all(name in why.value.detail for name in ("项目编号", "身份", "发放日期"))
    assert "份数" not in why.value.detail


def test_a_row_is_told_apart_by_the_kind_s_whole_key() -> None:
    parsed = read_rows(GIFTS, sheet(GIFT, GIFT | {"项目编号": "spring"}, GIFT | {"身份": "会员"}))
    assert [row.number for row in parsed.rows] == [2, 3]
    assert [(flaw.number, flaw.field) for flaw in parsed.bad] == [(4, "工号")]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_heading_of_a_kind_is_known_tidied(kind: Any) -> None:
    known = known_headings(kind)
    assert known == {tidy_heading(name) for name in known}
    assert {tidy_heading(column.headings[0]) for column in kind.columns} <= known


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["autumn", "1", "0012", "职工", "2022-9-8", "3", "余份", ""]),
)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys([*GIFT, "份数"], CELLS)), max_size=6))
def test_every_row_is_either_sent_or_refused_and_no_refusal_says_what_stands_there(
    rows: list[dict[str, str]],
) -> None:
    parsed = read_rows(GIFTS, sheet(*rows, headings=(*GIFT, "份数")))
    sent, refused = ({each.number for each in part} for part in (parsed.rows, parsed.bad))
    assert not sent & refused
    assert sent | refused == set(range(2, len(rows) + 2))
    known = {*TITLES, *TITLES.values(), *GIFT, "份数"}
    assert {part for flaw in parsed.bad for part in flaw[1:]} <= known
