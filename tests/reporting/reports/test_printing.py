"""The files of a whole year's report: made twice they are the same, and each says the numbers."""

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncpg
import docx
import msgspec
import openpyxl
import pikepdf
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.reports.annual import document_of
from services.reporting.reports.document import Document, FigureSheet, Paragraph, add_up
from services.reporting.reports.lists import figure_sheets
from services.reporting.reports.material import collect
from services.reporting.reports.press import Press
from services.reporting.reports.workbook import sheet_names
from shared.contract.reporting import Format
from shared.errors import Conflict, NotYet
from shared.typesetting.coverage import shown
from shared.typesetting.fonts import FontStore
from tests.examples.events import issue_raised
from tests.reporting.figures.whole_year import whole_year
from tests.reporting.records import ORG
from tests.reporting.reports.conftest import YEAR

FORMATS: tuple[Format, ...] = ("md", "docx", "xlsx", "pdf")
FORMULA = '=HYPERLINK("http://x.test")'


@pytest.fixture
async def document(pool: asyncpg.Pool, simulated: Ingest) -> Document:
    """The report of a whole year, in which somebody raised an issue that looks like a formula."""
    history = whole_year()
    history(issue_raised(occurred_on="2022-12-01", issue_id="i", title=FORMULA))
    await history.told(simulated)
    async with pool.acquire() as connection:
        at = await last_index(connection)
        material = await collect(connection, ORG, YEAR, at, None)
        sheets = await figure_sheets(connection, ORG, YEAR, at, material.values)
    return document_of(material, sheets)


async def test_made_twice_every_file_is_the_same_to_the_byte(document: Document) -> None:
    press = Press()
    for format_ in FORMATS:
        first = await press.file(document, format_)
        assert await press.file(document, format_) == first, format_


def value_of(cell: Any) -> int:
    return round(cell * 100) if isinstance(cell, float) else int(cell)


def listed(page: Any, sheet: FigureSheet) -> int:
    """What the lines of a sheet make by the figure's measure, as another library reads them."""
    rows = [row for row in page.iter_rows(min_row=7, values_only=True) if type(row[0]) is int]
    match sheet.measure:
        case "persons":
            assert len({row[3] for row in rows}) == len(rows)
            return len(rows)
        case "count":
            return len(rows)
        case "quantity":
            return sum(row[4] for row in rows)
        case _:
            return sum(round((row[5] or 0) * 100) for row in rows)


async def test_the_workbook_read_back_sums_to_the_figures(document: Document) -> None:
    content = await Press().file(document, "xlsx")
    book = openpyxl.load_workbook(BytesIO(content), data_only=True)
    names = sheet_names(document.sheets)
    summary = {row[0].value: row for row in book["指标"].iter_rows(min_row=5)}
    for sheet in document.sheets:
        row = summary[sheet.name]
        unit = 100 if sheet.measure == "amount_fen" else 1
        assert round(row[2].value * unit) == round(row[4].value * unit) == sheet.value, sheet.name
        assert listed(book[names[sheet.name]], sheet) == sheet.value == add_up(sheet), sheet.name
    assert len(book["图表"]._charts) == 5
    formulas = openpyxl.load_workbook(BytesIO(content))
    texts = [c for s in formulas for r in s.iter_rows() for c in r if FORMULA in str(c.value)]
    assert texts and all(cell.data_type == "s" for cell in texts)
    made = {c.value.partition("(")[0] for s in formulas for r in s.iter_rows() for c in r
            if c.data_type == "f"}  # fmt: skip
    assert {each for each in made if not each.startswith("='")} == {"=SUM", "=COUNT", "=0"}


async def test_word_bears_the_fonts_the_margins_and_the_numbers(document: Document) -> None:
    content = await Press().file(document, "docx")
    file = docx.Document(BytesIO(content))
    section = file.sections[0]
    mm = [
        round(getattr(section, f"{side}_margin").mm) for side in ("top", "bottom", "left", "right")
    ]
    assert mm == [37, 35, 28, 26]
    xml = {name: zipfile.ZipFile(BytesIO(content)).read(f"word/{name}.xml").decode()
           for name in ("styles", "document")}  # fmt: skip
    for font in ("仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体"):
        assert f'w:eastAsia="{font}"' in xml["styles"], font
    told = "\n".join(paragraph.text for paragraph in file.paragraphs)
    assert re.search(r"发放2022年中秋节慰问品4\S*份，领取会员2", told)
    anchors = set(re.findall(r'w:anchor="(note\d+)"', xml["document"]))
    assert anchors == set(re.findall(r'w:name="(note\d+)"', xml["document"]))
    assert len(anchors) == len(document.notes)
    assert {info.date_time for info in zipfile.ZipFile(BytesIO(content)).infolist()} == {
        (1980, 1, 1, 0, 0, 0)
    }


async def test_the_pdf_says_that_it_is_a_2b_and_embeds_every_font(document: Document) -> None:
    content = await Press().file(document, "pdf")
    with pikepdf.open(BytesIO(content)) as file:
        with file.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
            assert metadata["xmp:CreateDate"].startswith(document.dated.strftime("%Y-%m-%dT%H:%M"))
        assert file.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert not file.is_encrypted and "/JavaScript" not in (file.Root.get("/Names") or {})
        fonts = [
            each
            for each in file.objects
            if getattr(each, "get", None)
            and isinstance(each, pikepdf.Dictionary)
            and each.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        for each in fonts:
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys())
            assert re.fullmatch(r"/[A-Z]{6}\+Noto(Serif|Sans)SC.*", str(each["/FontName"]))


async def test_a_character_that_no_font_has_is_a_mark_and_stops_no_report(
    document: Document,
) -> None:
    odd = (*document.blocks, Paragraph("奖品\U0001f9ff与\ue000"))
    content = await Press().file(msgspec.structs.replace(document, blocks=odd), "pdf")
    assert content.startswith(b"%PDF")
    assert shown("奖品\U0001f9ff与\ue000", frozenset(map(ord, "奖品与"))) == "奖品〓与〓"


async def test_a_file_that_takes_too_long_is_given_up_and_its_process_ended(
    document: Document,
) -> None:
    with pytest.raises(Conflict, match="report-too-slow"):
        await Press(seconds=0.05).file(document, "docx")
    told = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    for child in "".join(told).split():
        assert b"reports.printing" not in Path(f"/proc/{child}/cmdline").read_bytes()


async def test_without_a_network_it_says_how_fonts_are_had(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    with pytest.raises(NotYet, match="fonts-missing") as told:
        await FontStore(tmp_path).families()
    assert "NotoSerifSC-Regular.otf" in str(told.value)
