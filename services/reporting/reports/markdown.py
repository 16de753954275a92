"""A document as Markdown: its text, which every other format says too."""

from collections.abc import Iterable, Iterator, Sequence

from services.reporting.reports.document import (
    Bulleted,
    Cell,
    Closing,
    Document,
    Heading,
    Numbered,
    Paragraph,
    Table,
)


def markdown(document: Document) -> str:
    """The document's text."""
    blocks = [f"# {document.title}", *_blocks(document), "\n".join(_notes(document))]
    return "\n\n".join(blocks) + "\n"


def _blocks(document: Document) -> Iterator[str]:
    for block in document.blocks:
        match block:
            case Heading():
                yield f"{'#' * (block.level + 1)} {block.text}"
            case Paragraph():
                yield block.text
            case Numbered():
                yield "\n".join(f"{n}. {each}" for n, each in enumerate(block.items, start=1))
            case Bulleted():
                yield "\n".join(f"- {each}" for each in block.items)
            case Table():
                yield _table(block.headings, block.rows)
            case Closing():
                yield f"{block.union}\n{block.day}"


def _table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    lines = [" | ".join(headings), " | ".join("---" for _ in headings)]
    lines += [" | ".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _notes(document: Document) -> Iterator[str]:
    for note in document.notes:
        command = f";`{note.command}`" if note.command else ""
        yield f"[^{note.name}]: {note.text}{command}"
