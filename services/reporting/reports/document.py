"""A report as a document: blocks in order, whatever it is printed in.

A text within a block is a line of a small dialect of Markdown, made by `prose.py` alone: `[^name]`
cites a note, `**bold**`, `` `code` ``, and a backslash before a mark that is only a character.
`spans` reads it; what an event says cannot make a mark (`prose.plain`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec

UNPROVEN_MARK = "※"
"""Behind a number whose completeness cannot be proven."""

SPAN = re.compile(r"\\(.)|\[\^([^\]]+)\]|(\*\*)|`([^`]*)`|(※)|([^\\\[*`※]+|.)", re.DOTALL)
BREAK = re.compile("[_:/~]|(?<=[a-z])[.-]|[.-](?=[a-z])")
LONG_HEX = re.compile("[0-9a-f]{8}(?=[0-9a-f])")
CJK = re.compile("[\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff5e“”‘’]")
NARROW = {",": "\uff0c", ":": "\uff1a", ";": "\uff1b", "(": "\uff08", ")": "\uff09"}
"""Marks of punctuation as they are typed, and full-width."""


class Span(NamedTuple):
    """A piece of a text in one manner. `note`: it is the citation of that note, and no text.
    `mark`: it says that the number before it is not proven complete."""

    text: str
    note: str = ""
    bold: bool = False
    code: bool = False
    mark: bool = False


def spans(text: str) -> list[Span]:
    """A text's pieces, in order; neighbours of one manner are one."""
    found: list[Span] = []
    bold = False
    for escaped, note, stars, code, mark, plain in SPAN.findall(text):
        if stars:
            bold = not bold
            continue
        said = "" if note else code or mark or plain or escaped
        span = Span(said, note, bold, bool(code), bool(mark))
        last = found[-1] if found else None
        if last and not note and not last.note and last[1:] == span[1:]:
            found[-1] = span._replace(text=last.text + span.text)
        else:
            found.append(span)
    return found


def words(text: str) -> str:
    """A text without its marks and notes."""
    return "".join(span.text for span in spans(text))


def typeset(text: str) -> list[Span]:
    """A text's pieces as Chinese is printed: punctuation beside Chinese is full-width, and
    brackets where the one that opens is (GB/T 15834)."""
    pieces = spans(text)
    if not CJK.search("".join(span.text for span in pieces)):
        return pieces
    told = [(n, at) for n, s in enumerate(pieces) if not s.code for at in range(len(s.text))]
    letters = [list(span.text) for span in pieces]
    opened: list[bool] = []
    for place, (n, at) in enumerate(told):
        letter = letters[n][at]
        if letter not in NARROW:
            continue
        before, after = (_letter(letters, told, place + step) for step in (-1, 1))
        beside = bool(CJK.match(before) or CJK.match(after))
        if letter == "(":
            opened.append(beside)
        elif letter == ")":
            beside = opened.pop() if opened else beside
        elif letter == ";":
            beside = True
        if beside:
            letters[n][at] = NARROW[letter]
    return [span._replace(text="".join(own)) for span, own in zip(pieces, letters, strict=True)]


def _letter(letters: list[list[str]], told: list[tuple[int, int]], place: int) -> str:
    if not 0 <= place < len(told):
        return ""
    n, at = told[place]
    return letters[n][at]


def breakable(text: str) -> str:
    """A text of a narrow cell: its long names may be broken behind their marks, not its dates."""
    return LONG_HEX.sub("\\g<0>\u200b", BREAK.sub("\\g<0>\u200b", text))


class Heading(msgspec.Struct, frozen=True, tag=True):
    """A heading: level 1 of a chapter, 2 of a section."""

    level: int
    text: str


class Paragraph(msgspec.Struct, frozen=True, tag=True):
    """A paragraph; `written`: a person wrote it, and no number of it is from the log."""

    text: str
    written: bool = False


class Numbered(msgspec.Struct, frozen=True, tag=True):
    """Sentences that are numbered from 1."""

    items: tuple[str, ...]


class Bulleted(msgspec.Struct, frozen=True, tag=True):
    """Sentences that are not."""

    items: tuple[str, ...]


class Fen(msgspec.Struct, frozen=True, tag=True):
    """An amount of money in a table, shown in 元."""

    fen: int

    def __str__(self) -> str:
        sign, (whole, rest) = "-" if self.fen < 0 else "", divmod(abs(self.fen), 100)
        return f"{sign}{whole}" if not rest else f"{sign}{whole}.{rest:02d}"


Cell = str | int | Fen | None
"""A text, a number, an amount, or nothing."""


class Table(msgspec.Struct, frozen=True, tag=True):
    """A table. `widths` are relative, a number a column."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...] = ()


class Closing(msgspec.Struct, frozen=True, tag=True):
    """Who hands it in and of which day: the end of the text, before its annexes."""

    union: str
    day: date


Block = Heading | Paragraph | Numbered | Bulleted | Table | Closing
"""A part of a document."""


class Note(msgspec.Struct, frozen=True):
    """What a number or a statement rests on: a figure's title, value and what must be told of it,
    or an event. `name` is what cites it."""

    name: str
    text: str
    command: str = ""
    unproven: bool = False


class Line(msgspec.Struct, frozen=True):
    """One event of a figure's list, as the workbook shows it. Amounts in fen. `repeat`: a further
    event of a person who is counted once."""

    day: date
    list: str
    subject: str
    quantity: int
    amount_fen: int | None
    assumed: bool
    provable: bool
    type: str
    stream: str
    version: int
    log_index: int
    event_id: str
    repeat: bool = False


class FigureSheet(msgspec.Struct, frozen=True):
    """A figure with its list: `measure` says how the lines make the value."""

    name: str
    title: str
    unit: str
    measure: str
    value: int
    notes: tuple[str, ...]
    provable: bool
    lines: tuple[Line, ...] = ()


class Document(msgspec.Struct, frozen=True):
    """A whole report. `dated` is the moment its files bear: that of what was known, so that the
    same question gives the same bytes. `notes_heading` is that of the last annex, which says what
    its numbers rest on. `sheets` are there where a workbook is asked for."""

    title: str
    union: str
    dated: datetime
    known_at: int
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...]
    notes_heading: str
    sheets: tuple[FigureSheet, ...] = ()


def add_up(sheet: FigureSheet) -> int:
    """What a figure's lines make, in its unit (amounts in fen)."""
    lines = [line for line in sheet.lines if not line.repeat]
    match sheet.measure:
        case "quantity":
            return sum(line.quantity for line in lines)
        case "amount_fen":
            return sum(line.amount_fen or 0 for line in lines)
        case _:
            return len(lines)


def texts_of(blocks: Iterable[Block]) -> Iterator[str]:
    """Every text of some blocks, in order."""
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield block.text
            case Numbered() | Bulleted():
                yield from block.items
            case Table():
                yield from block.headings
                yield from (cell for row in block.rows for cell in row if isinstance(cell, str))
            case Closing():
                yield block.union


def in_order(notes: Iterable[Note], blocks: Iterable[Block]) -> tuple[Note, ...]:
    """The notes that are cited, as they come in the text."""
    found = {note.name: note for note in notes}
    cited = (span.note for text in texts_of(blocks) for span in spans(text) if span.note)
    return tuple(found[name] for name in dict.fromkeys(cited))


def numbered(notes: Sequence[Note]) -> dict[str, int]:
    """The number that each note is printed with, from 1."""
    return {note.name: number for number, note in enumerate(notes, start=1)}
