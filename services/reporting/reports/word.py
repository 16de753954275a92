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

from services.reporting.reports.document import (
    Block,
    Bulleted,
    Cell,
    Closing,
    Document,
    Fen,
    Heading,
    Numbered,
    Paragraph,
    Table,
    breakable,
    numbered,
    typeset,
    words,
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
    numbers = numbered(document.notes)
    title = file.add_paragraph(style="Title")
    _run(title, words(document.title), BIAO_SONG, SECOND)
    annex = False
    for block in document.blocks:
        _block(file, block, numbers, TENTH if annex else None)
        annex = annex or isinstance(block, Closing)
    _notes(file, document)
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


def _block(file: Any, block: Block, numbers: dict[str, int], size: Pt | None) -> None:
    match block:
        case Heading():
            paragraph = file.add_paragraph(style=f"Heading {block.level}")
            if block.level == 1 and block.text.startswith("附件"):
                first = block.text.startswith("附件1 ")
                paragraph.paragraph_format.page_break_before = first
            _text(paragraph, block.text, numbers)
        case Paragraph():
            _text(_body(file, size), block.text, numbers, size)
        case Numbered():
            for number, item in enumerate(block.items, start=1):
                _text(_body(file, size), f"{number}. {item}", numbers, size)
        case Bulleted():
            for item in block.items:
                _text(_body(file, size), item, numbers, size)
        case Table():
            _table(file, block, numbers)
        case Closing():
            _closing(file, block)


def _body(file: Any, size: Pt | None) -> Any:
    paragraph = file.add_paragraph()
    if size is not None:
        paragraph.paragraph_format.line_spacing = Pt(20)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _indent(paragraph._p.get_or_add_pPr())
    return paragraph


def _indent(properties: Any) -> None:
    """The first line is two characters in, whatever the size of the font."""
    indent = properties.get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), "640")


def _closing(file: Any, block: Closing) -> None:
    file.add_paragraph()
    day = block.day
    for text in (words(block.union), f"{day.year}年{day.month}月{day.day}日"):
        paragraph = file.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.right_indent = Pt(64)
        _run(paragraph, text)


def _text(paragraph: Any, text: str, numbers: dict[str, int], size: Pt | None = None) -> None:
    """A text's pieces as runs; a cited note is its number, raised, and leads to it."""
    for span in typeset(text):
        if span.note:
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), _anchor(numbers[span.note]))
            run = _run(paragraph, f"[{numbers[span.note]}]", size=size)
            run.font.superscript = True
            link.append(run._r)
            paragraph._p.append(link)
        else:
            run = _run(paragraph, breakable(span.text) if size else span.text, size=size)
            run.font.bold = True if span.bold else None
            if span.mark:
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


def _table(file: Any, table: Table, numbers: dict[str, int]) -> None:
    columns = len(table.headings)
    grid = file.add_table(rows=0, cols=columns)
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    widths = _widths(table)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    _row(grid, table.headings, widths, numbers, bold=True)
    repeated = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(repeated)
    for cells in table.rows:
        _row(grid, cells, widths, numbers)
    file.add_paragraph().paragraph_format.line_spacing = Pt(12)


def _widths(table: Table) -> list[int]:
    shares = table.widths or (1,) * len(table.headings)
    return [TYPE_AREA * share // sum(shares) for share in shares]


def _row(
    grid: Any,
    cells: Iterable[Cell],
    widths: list[int],
    numbers: dict[str, int],
    *,
    bold: bool = False,
) -> None:
    row = grid.add_row()
    whole = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(whole)
    for place, content, width in zip(row.cells, cells, widths, strict=True):
        place.width = width
        paragraph = place.paragraphs[0]
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        if isinstance(content, int | Fen):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        text = "" if content is None else str(content)
        _text(paragraph, f"**{text}**" if bold else text, numbers, SMALL)


def _notes(file: Any, document: Document) -> None:
    """The last annex: what each number in the text rests on."""
    heading = file.add_paragraph(style="Heading 1")
    _text(heading, "附件6 数字出处", {})
    for number, note in enumerate(document.notes, start=1):
        paragraph = file.add_paragraph()
        paragraph.paragraph_format.line_spacing = Pt(13)
        for tag, place in (("w:bookmarkStart", 0), ("w:bookmarkEnd", 1)):
            mark = OxmlElement(tag)
            mark.set(qn("w:id"), str(number))
            if place == 0:
                mark.set(qn("w:name"), _anchor(number))
            paragraph._p.append(mark)
        _text(paragraph, f"[{number}] {note.text}", {}, SMALL)
