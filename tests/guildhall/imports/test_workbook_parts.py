"""The parts of workbooks as other programs write them: strict, prefixed, rich texts, old epochs."""

from pathlib import Path

import pytest

from guildhall.imports.spreadsheet import read_book
from guildhall.imports.workbook_parts import unescaped
from guildhall.imports.worksheet import Page
from tests.guildhall.imports.workbooks import STRICT, TRANSITIONAL, write_parts

ONE = '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>'


def page(file: Path) -> Page:
    return read_book(file, frozenset()).pages[0]


@pytest.mark.parametrize("space", [STRICT, TRANSITIONAL])
def test_strict_workbooks_read_as_transitional_ones(tmp_path: Path, space: str) -> None:
    file = write_parts(
        tmp_path / "a.xlsx", {"名册": ONE}, space=space, strings="<si><t>工号</t></si>"
    )
    assert (page(file).name, page(file).rows[0].cells[0].text) == ("名册", "工号")


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("<si><r><t>工</t></r><r><rPr/><t>号</t></r></si>", "工号"),
        ("<si><t>工号</t><rPh sb='0' eb='1'><t>こうごう</t></rPh></si>", "工号"),
        ("<si><t xml:space='preserve'> 工号 </t></si>", "工号"),
        ("<si><t>工_x005F_x号</t></si>", "工_x号"), ("<si><t>a&amp;b</t></si>", "a&b"),
    ],
)  # fmt: skip
def test_a_shared_string_is_its_text(tmp_path: Path, item: str, text: str) -> None:
    file = write_parts(tmp_path / "a.xlsx", {"a": ONE}, strings=item)
    assert page(file).rows[0].cells[0] == (text, None)


def test_a_control_character_is_a_flaw_and_no_failure(tmp_path: Path) -> None:
    file = write_parts(tmp_path / "a.xlsx", {"a": ONE}, strings="<si><t>王_x0001_利</t></si>")
    assert page(file).rows[0].cells[0].flaw == "broken-text"


@pytest.mark.parametrize(
    ("said", "day"), [("", "2015-09-01"), ('<workbookPr date1904="1"/>', "2019-09-02"),
                      ('<workbookPr date1904="false"/>', "2015-09-01")]
)  # fmt: skip
def test_dates_count_from_the_workbook_s_epoch(tmp_path: Path, said: str, day: str) -> None:
    cell = '<sheetData><row><c s="1"><v>42248</v></c></row></sheetData>'
    styles = (
        '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf/><xf numFmtId="14"/></cellXfs>'
    )
    file = write_parts(tmp_path / "a.xlsx", {"a": cell}, workbook=said, styles=styles)
    assert page(file).rows[0].cells[0].text == day


def test_sheets_that_do_not_show_are_named(tmp_path: Path) -> None:
    states = {"旧": "hidden", "更旧": "veryHidden"}
    file = write_parts(tmp_path / "a.xlsx", dict.fromkeys(["旧", "今", "更旧"], ONE), states=states,
                       strings="<si><t>x</t></si>")  # fmt: skip
    book = read_book(file, frozenset())
    assert ([page.name for page in book.pages], book.hidden) == (["今"], ("旧", "更旧"))


def test_a_prefix_before_every_name_does_not_matter(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    write_parts(file, {"a": ""})
    import zipfile  # noqa: PLC0415

    space = f'xmlns:x="{TRANSITIONAL}"'
    cell = '<x:c r="A1" t="inlineStr"><x:is><x:t>工号</x:t></x:is></x:c>'
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/0.xml":
                rows = f'<x:sheetData><x:row r="1">{cell}</x:row></x:sheetData>'
                content = f"<x:worksheet {space}>{rows}</x:worksheet>".encode()
            new.writestr(name, content)
    assert page(tmp_path / "b.xlsx").rows[0].cells[0].text == "工号"


def test_escapes_are_characters() -> None:
    assert unescaped("a_x000D_b_x005F_x") == "a\rb_x"
