"""A document as Word: the layout of GB/T 9704-2012, its fonts by name.

A4; the type area is 156 by 225 mm, 22 lines of 28 characters; body 3号 仿宋, title 2号 小标宋,
headings 黑体 and 楷体; the page number 4号 `— 1 —`, odd pages right, even pages left. A machine
without those fonts shows others. The bytes are the same each time.
"""

import re
import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from services.reporting.reports.document import Document, words
from services.reporting.reports.layout import (
    Body,
    Grid,
    Head,
    Layout,
    Number,
    Part,
    Signed,
    Text,
    laid_out,
)

FANG_SONG, KAI_TI, HEI_TI, BIAO_SONG, SONG = (
    "仿宋_GB2312",
    "楷体_GB2312",
    "黑体",
    "方正小标宋简体",
    "宋体",
)
THIRD, SECOND, FOURTH, TENTH, SMALL = Pt(16), Pt(22), Pt(14), Pt(12), Pt(9)
LINE = Pt(28.95)
"""22 lines in 225 mm."""
TYPE_AREA = Mm(156)
DATE_HYPHEN = re.compile(r"(?<=[0-9])-(?=[0-9])")
"""Where a date is not to be broken."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The moment that a zip file's entries bear: the earliest it can say."""


def word(document: Document) -> bytes:
    """The Word file's bytes."""
    file = docx.Document()
    _page(file)
    _styles(file)
    _properties(file, document)
    layout = laid_out(document)
    title = file.add_paragraph(style="Title")
    _run(title, layout.title, BIAO_SONG, SECOND)
    for part in layout.blocks:
        _part(file, part)
    _notes(file, layout)
    written = BytesIO()
    file.save(written)
    return same_each_time(written.getvalue())


def same_each_time(archive: bytes) -> bytes:
    """A zip file whose entries bear no moment of writing."""
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as read, zipfile.ZipFile(written, "w") as kept:
        for entry in read.infolist():
            told = zipfile.ZipInfo(entry.filename, EPOCH)
            told.compress_type = zipfile.ZIP_DEFLATED
            told.external_attr = 0o600 << 16
            kept.writestr(told, read.read(entry))
    return written.getvalue()


def _page(file: Any) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    file.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)


def _page_number(footer: Any, side: WD_ALIGN_PARAGRAPH) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = side
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = FOURTH
    _run(paragraph, "— ", SONG, FOURTH)
    run = _run(paragraph, "", SONG, FOURTH)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind is None:
            element = OxmlElement("w:instrText")
            element.text = text
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)
    _run(paragraph, " —", SONG, FOURTH)


def _styles(file: Any) -> None:
    for name, font, size, bold in (
        ("Normal", FANG_SONG, THIRD, False),
        ("Title", BIAO_SONG, SECOND, False),
        ("Heading 1", HEI_TI, THIRD, False),
        ("Heading 2", KAI_TI, THIRD, False),
    ):
        style = file.styles[name]
        style.font.name, style.font.size, style.font.bold = font, size, bold
        style.font.italic = False
        style.font.color.rgb = docx.shared.RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(attribute), font)
        for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(attribute), None)
        shape = style.paragraph_format
        shape.space_before = shape.space_after = Pt(0)
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
        shape.widow_control = False
        borders = style.element.get_or_add_pPr().find(qn("w:pBdr"))
        if borders is not None:
            style.element.pPr.remove(borders)
    title = file.styles["Title"].paragraph_format
    title.alignment, title.space_after, title.line_spacing = (
        WD_ALIGN_PARAGRAPH.CENTER,
        LINE,
        Pt(35),
    )
    for name in ("Heading 1", "Heading 2"):
        file.styles[name].paragraph_format.keep_with_next = True
        _indent(file.styles[name].element.get_or_add_pPr())


def _properties(file: Any, document: Document) -> None:
    told = file.core_properties
    told.title, told.author = words(document.title), words(document.union)
    told.created = told.modified = document.dated.replace(tzinfo=None)
    told.comments, told.language, told.revision = "", "zh-CN", 1
    told.last_modified_by = words(document.union)


def _part(file: Any, part: Part) -> None:
    match part:
        case Head():
            paragraph = file.add_paragraph(style=f"Heading {part.level}")
            if part.opens:
                paragraph.paragraph_format.page_break_before = True
            _text(paragraph, part.text)
        case Body():
            _body(file, part)
        case Grid():
            _table(file, part)
        case Signed():
            _closing(file, part)


def _body(file: Any, part: Body) -> None:
    paragraph = file.add_paragraph()
    if part.annex:
        paragraph.paragraph_format.line_spacing = Pt(20)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _indent(paragraph._p.get_or_add_pPr())
    _text(paragraph, part.text, TENTH if part.annex else None)


def _indent(properties: Any) -> None:
    """The first line is two characters in, whatever the size of the font."""
    indent = properties.get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), "640")


def _closing(file: Any, part: Signed) -> None:
    file.add_paragraph()
    for text in (part.union, part.day):
        paragraph = file.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.right_indent = Pt(64)
        _run(paragraph, text)


def _text(paragraph: Any, text: Text, size: Pt | None = None, *, bold: bool = False) -> None:
    """A text's pieces as runs; a cited note is its number, raised, and leads to it."""
    for piece in text:
        if piece.note:
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), _anchor(piece.note))
            run = _run(paragraph, f"[{piece.note}]", size=size)
            run.font.superscript = True
            link.append(run._r)
            paragraph._p.append(link)
        else:
            run = _run(paragraph, piece.text, size=size)
            run.font.bold = True if bold or piece.bold else None
            if piece.mark:
                run.font.superscript = True


def _anchor(number: int) -> str:
    return f"note{number}"


def _run(paragraph: Any, text: str, font: str | None = None, size: Pt | None = None) -> Any:
    first, *others = DATE_HYPHEN.split(text)
    run = paragraph.add_run(first)
    for each in others:
        run._r.append(OxmlElement("w:noBreakHyphen"))
        run.add_text(each)
    if font is not None:
        run.font.name = font
        fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), font)
    if size is not None:
        run.font.size = size
    return run


def _table(file: Any, part: Grid) -> None:
    grid = file.add_table(rows=0, cols=len(part.headings))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    widths = [TYPE_AREA * share // sum(part.widths) for share in part.widths]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    _row(grid, part.headings, widths, bold=True)
    repeated = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(repeated)
    for cells in part.rows:
        _row(grid, cells, widths)
    file.add_paragraph().paragraph_format.line_spacing = Pt(12)


def _row(
    grid: Any, cells: Iterable[Text | Number], widths: list[int], *, bold: bool = False
) -> None:
    row = grid.add_row()
    whole = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(whole)
    for place, content, width in zip(row.cells, cells, widths, strict=True):
        place.width = width
        paragraph = place.paragraphs[0]
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        if isinstance(content, Number):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _run(paragraph, content.number, size=SMALL)
        else:
            _text(paragraph, content, SMALL, bold=bold)


def _notes(file: Any, layout: Layout) -> None:
    """The last annex: what each number in the text rests on."""
    heading = file.add_paragraph(style="Heading 1")
    _run(heading, layout.notes_heading)
    for number, note in enumerate(layout.notes, start=1):
        paragraph = file.add_paragraph()
        paragraph.paragraph_format.line_spacing = Pt(13)
        for tag, place in (("w:bookmarkStart", 0), ("w:bookmarkEnd", 1)):
            mark = OxmlElement(tag)
            mark.set(qn("w:id"), str(number))
            if place == 0:
                mark.set(qn("w:name"), _anchor(number))
            paragraph._p.append(mark)
        _run(paragraph, f"[{number}] ", size=SMALL)
        _text(paragraph, note, SMALL)
