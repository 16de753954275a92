"""A document as it is printed: what stands below what, its texts in pieces, its notes numbered.

One walk; what prints it (Word, PDF) and what shows it (a page) only writes.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

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

FIRST_ANNEX = "附件1 "


class Piece(msgspec.Struct, frozen=True):
    """A piece of a text in one manner. `note`: it cites the note of that number, and is no text;
    0 for none. `mark`: it says that the number before it is not proven complete."""

    text: str
    bold: bool = False
    mark: bool = False
    note: int = 0


Text = tuple[Piece, ...]


class Number(msgspec.Struct, frozen=True):
    """A cell that is set as numbers are."""

    number: str


class Head(msgspec.Struct, frozen=True, tag="heading", tag_field="kind"):
    """A heading; `opens`: the annexes begin with it, on a new page."""

    level: int
    opens: bool
    text: Text


class Body(msgspec.Struct, frozen=True, tag="paragraph", tag_field="kind"):
    """A paragraph, of the report's text or of its annexes; `written` by a person."""

    annex: bool
    written: bool
    text: Text


class Grid(msgspec.Struct, frozen=True, tag="table", tag_field="kind"):
    """A table; `widths` are relative, a number a column."""

    widths: tuple[int, ...]
    headings: tuple[Text, ...]
    rows: tuple[tuple[Text | Number, ...], ...]


class Signed(msgspec.Struct, frozen=True, tag="closing", tag_field="kind"):
    """Who hands it in and of which day: after it come the annexes."""

    union: str
    day: str


Part = Head | Body | Grid | Signed


class Layout(msgspec.Struct, frozen=True, rename="kebab"):
    """A whole document, laid out; `notes` have numbers from 1, the last annex holds them."""

    title: str
    union: str
    blocks: tuple[Part, ...]
    notes: tuple[Text, ...]
    notes_heading: str


def laid_out(document: Document) -> Layout:
    """The document, part by part."""
    return Layout(
        title=words(document.title),
        union=words(document.union),
        blocks=tuple(_parts(document.blocks, numbered(document.notes))),
        notes=tuple(_text(note.text, {}, narrow=True) for note in document.notes),
        notes_heading=document.notes_heading,
    )


def _parts(blocks: Iterable[Block], numbers: Mapping[str, int]) -> Iterator[Part]:
    annex = False
    for block in blocks:
        match block:
            case Heading():
                opens = block.level == 1 and block.text.startswith(FIRST_ANNEX)
                yield Head(block.level, opens, _text(block.text, numbers))
            case Paragraph():
                yield Body(annex, block.written, _text(block.text, numbers, narrow=annex))
            case Numbered():
                for number, item in enumerate(block.items, start=1):
                    said = _text(f"{number}. {item}", numbers, narrow=annex)
                    yield Body(annex, written=False, text=said)
            case Bulleted():
                for item in block.items:
                    yield Body(annex, written=False, text=_text(item, numbers, narrow=annex))
            case Table():
                yield _grid(block, numbers)
            case Closing():
                day = f"{block.day.year}年{block.day.month}月{block.day.day}日"
                annex = True
                yield Signed(words(block.union), day)


def _grid(table: Table, numbers: Mapping[str, int]) -> Grid:
    def cell(held: Cell) -> Text | Number:
        if isinstance(held, int | Fen):
            return Number(str(held))
        return _text(held or "", numbers, narrow=True)

    return Grid(
        widths=table.widths or (1,) * len(table.headings),
        headings=tuple(_text(each, numbers, narrow=True) for each in table.headings),
        rows=tuple(tuple(cell(each) for each in row) for row in table.rows),
    )


def _text(text: str, numbers: Mapping[str, int], *, narrow: bool = False) -> Text:
    """`narrow`: its long names may be broken."""
    return tuple(
        Piece(
            text=breakable(span.text) if narrow else span.text,
            bold=span.bold,
            mark=span.mark,
            note=numbers[span.note] if span.note else 0,
        )
        for span in typeset(text)
    )
