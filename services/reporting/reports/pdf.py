"""A document as PDF/A-2b, set by typst from `report.typ` and data, with fonts of its own alone.

Nothing is read from the network, no font of the machine is used, and the file bears the moment of
what was known: the bytes are the same each time.
"""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import orjson
import typst

from services.reporting.reports.document import (
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
from shared.typesetting.coverage import covered_by, shown
from shared.typesetting.fonts import Families

TEMPLATE = Path(__file__).with_name("report.typ")
NOTES_HEADING = "附件6 数字出处"


def pdf(document: Document, fonts: Families, *, png: bool = False) -> list[bytes]:
    """The PDF file's bytes, or each page as a picture."""
    with tempfile.TemporaryDirectory(prefix="guildhall-report-") as folder:
        root = Path(folder)
        (root / "report.typ").write_bytes(TEMPLATE.read_bytes())
        covered = covered_by(fonts.folders)
        data = _displayed(data_of(document), covered) | {"fonts": fonts.named()}
        (root / "data.json").write_bytes(orjson.dumps(data))
        made: Any = typst.compile(
            root / "report.typ",
            root=root,
            font_paths=list(fonts.folders),
            ignore_system_fonts=True,
            format="png" if png else "pdf",
            pdf_standards=[] if png else ["a-2b"],
            package_path=root,
            package_cache_path=root,
            timestamp=int(document.dated.astimezone(UTC).timestamp()),
        )
    return made if isinstance(made, list) else [made]


def data_of(document: Document) -> dict[str, Any]:
    """What the template is given: texts as pieces, never as markup."""
    numbers = numbered(document.notes)
    return {
        "title": words(document.title),
        "union": words(document.union),
        "blocks": list(_blocks(document, numbers)),
        "notes": [_pieces(note.text, {}) for note in document.notes],
        "notes-heading": NOTES_HEADING,
    }


def _blocks(document: Document, numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    annex = False
    for block in document.blocks:
        match block:
            case Heading():
                opens = block.text.startswith("附件1 ")
                text = _pieces(block.text, numbers)
                yield {"kind": "heading", "level": block.level, "opens": opens, "text": text}
            case Paragraph():
                yield {"kind": "paragraph", "annex": annex, "text": _pieces(block.text, numbers)}
            case Numbered():
                for number, item in enumerate(block.items, start=1):
                    yield {
                        "kind": "paragraph",
                        "annex": annex,
                        "text": _pieces(f"{number}. {item}", numbers),
                    }
            case Bulleted():
                for item in block.items:
                    yield {"kind": "paragraph", "annex": annex, "text": _pieces(item, numbers)}
            case Table():
                yield _table(block, numbers)
            case Closing():
                day = f"{block.day.year}年{block.day.month}月{block.day.day}日"
                annex = True
                yield {"kind": "closing", "union": words(block.union), "day": day}


def _table(table: Table, numbers: dict[str, int]) -> dict[str, Any]:
    def cells(row: Sequence[Cell]) -> list[Any]:
        return [_cell(each, numbers) for each in row]

    return {
        "kind": "table",
        "widths": list(table.widths or (1,) * len(table.headings)),
        "headings": cells(table.headings),
        "rows": [cells(row) for row in table.rows],
    }


def _cell(cell: Cell, numbers: dict[str, int]) -> Any:
    if isinstance(cell, int | Fen):
        return {"number": str(cell)}
    return _pieces(cell or "", numbers, narrow=True)


def _pieces(text: str, numbers: dict[str, int], *, narrow: bool = False) -> list[dict[str, Any]]:
    return [
        {
            "text": breakable(span.text) if narrow else span.text,
            "bold": span.bold,
            "mark": span.mark,
            "note": numbers[span.note] if span.note else 0,
        }
        for span in typeset(text)
    ]


def _displayed(data: Any, covered: frozenset[int]) -> Any:
    """The same data, with a mark for each character that no font has."""
    match data:
        case str():
            return shown(data, covered)
        case dict():
            return {name: _displayed(value, covered) for name, value in data.items()}
        case list():
            return [_displayed(value, covered) for value in data]
        case _:
            return data
