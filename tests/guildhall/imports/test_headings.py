"""Which column is which field: as offices head their sheets, and never by a guess."""

import pytest

from guildhall.imports import KINDS
from guildhall.imports.cells import SheetError
from guildhall.imports.headings import find_headings, known_headings, letter, tidy_heading
from guildhall.imports.kinds import Kind
from guildhall.imports.rows import read_rows
from tests.guildhall.imports.recording_client import book
from tests.guildhall.imports.test_spreadsheet import HEADINGS

STAFF, GIFTS = KINDS["staff"], KINDS["gifts"]
PERSON = ["0012", "王利", "女", "3", "2009-08-01"]


def fields(*rows: list[str | None], kind: Kind = STAFF, **mapped: str) -> dict[str, int]:
    [page] = book(*rows).pages
    headed = find_headings(page, kind, {}, mapped)
    assert headed is not None
    return dict(headed.fields)


IN_ORDER = {"employee_no": 0, "name": 1, "gender": 2, "birth_month": 3, "registered_on": 4}


@pytest.mark.parametrize(
    "headings",
    [
        ["工号(必填)", "姓名*", "性 别", "出生年月（如1985-03）", "入职\n日期"],
        [
            "＊工号",
            "姓　名：",
            "性别【下拉选择】",
            "出生日期[yyyy-mm-dd]",
            "参加工作日期(格式:2022-1-1)",
        ],
        ["职工号", "姓名(选填)", "性别", "出生月份", "到校日期"],
    ],
)
def test_notes_stars_blanks_and_line_breaks_do_not_count(headings: list[str | None]) -> None:
    assert fields(["名册"], [], headings, [*PERSON]) == IN_ORDER


def test_a_unit_in_brackets_does_count() -> None:
    assert tidy_heading("金额（元）") == "金额(元)"
    assert tidy_heading("金额(万元)") == "金额(万元)"
    head = ["收入编号", "收入来源", "经费来源", "金额(万元)", "到账日期"]
    with pytest.raises(SheetError) as why:
        read_rows(KINDS["income"], book(head, ["i-1", "会费", "工会经费", "12", "2022-3-1"]))
    assert why.value.code == "column-missing"


@pytest.mark.parametrize(
    "rows",
    [
        [["工号", "基本信息", None, None, "入职日期"], [None, "姓名", "性别", "出生月份", None]],
        [
            ["工号", "基本信息", None, None, "入职日期"],
            ["工号", "姓名", "性别", "出生月份", "入职日期"],
        ],
        [["基本信息", None, None, None, "工作"], [*HEADINGS]],
        [[*HEADINGS], ["(必须)", "(汉字)", None, None, None]],
    ],
)
def test_headings_in_two_rows_are_one(rows: list[list[str | None]]) -> None:
    assert fields(*rows, [*PERSON], [*PERSON]) == IN_ORDER


@pytest.mark.parametrize(
    ("headings", "twice"),
    [
        (["人员编号", *HEADINGS], "人员编号 (A)、工号 (B)"),
        ([*HEADINGS, "到校日期"], "入职日期 (E)、到校日期 (F)"),
        ([*HEADINGS, "姓名"], "姓名 (B)、姓名 (F)"),
    ],
)
def test_two_columns_for_one_field_are_asked_about(headings: list[str], twice: str) -> None:
    with pytest.raises(SheetError) as why:
        fields([*headings])
    assert why.value.code == "column-twice"
    assert twice in why.value.detail and "--map" in why.value.detail


def test_map_says_which_column_by_heading_or_letter() -> None:
    headings: list[str | None] = ["序号", "人员编号", *HEADINGS, "姓名"]
    mapped = {"人员编号": "employee_no", "D": "姓名"}
    found = fields(headings, **mapped)
    assert (found["employee_no"], found["name"]) == (1, 3)
    assert fields(["员工代码", *HEADINGS[1:]], 员工代码="工号") == IN_ORDER


@pytest.mark.parametrize(
    ("mapped", "code"),
    [({"无此列": "name"}, "column-unknown"), ({"备注": "name"}, "column-unknown"),
     ({"工号": "nothing"}, "field-unknown")],
)  # fmt: skip
def test_a_map_that_fits_nothing_is_refused(mapped: dict[str, str], code: str) -> None:
    with pytest.raises(SheetError) as why:
        fields([*HEADINGS, "备注", "备注"], **mapped)
    assert why.value.code == code


def test_columns_nobody_reads_may_have_one_heading() -> None:
    table = read_rows(STAFF, book([*HEADINGS, "备注", "备注"], [*PERSON, "a", "b"]))
    assert (len(table.rows), table.ignored) == (1, ("备注",))


def test_every_heading_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SheetError) as why:
        fields(["工号", "姓名"], kind=GIFTS)
    assert all(name in why.value.detail for name in ("项目编号", "身份", "发放日期"))
    assert "份数" not in why.value.detail


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_heading_of_a_kind_is_known_tidied(kind: Kind) -> None:
    known = known_headings(kind)
    assert known == {tidy_heading(name) for name in known}
    assert {tidy_heading(column.headings[0]) for column in kind.columns} <= known


def test_a_column_s_letter_is_a_spreadsheet_s() -> None:
    assert [letter(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
