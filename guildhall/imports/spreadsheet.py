"""An office's file as the sheets a person sees: .xlsx or text. Nothing in it is calculated or run.

The content says what a file is, its name does not. Formulas are refused, not evaluated; macros are
never loaded. What cannot be read is refused by name, with what to do.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from guildhall.imports.cells import SheetError
from guildhall.imports.text_file import read_text
from guildhall.imports.workbook_parts import Workbook, open_archive
from guildhall.imports.worksheet import Page, read_page

BYTES_MAX = 50_000_000

ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
DAMAGED = (
    BadZipFile,
    ExpatError,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    ValueError,
    ArithmeticError,
    NotImplementedError,
    RuntimeError,
)
"""What Python's own readers raise at a file that was cut, changed or never was a workbook."""


class Book(NamedTuple):
    """A file's sheets that show, in order, and the names of those that do not."""

    pages: list[Page]
    hidden: tuple[str, ...] = ()


def read_book(file: Path, known: frozenset[str]) -> Book:
    """Every sheet of a file that shows. `known` headings tell a text file's delimiter.

    Raises SheetError `unsupported-file`, `unreadable-file`, `password-protected`,
    `file-too-large`, `open-quote`; OSError.
    """
    if file.stat().st_size > BYTES_MAX:
        raise SheetError("file-too-large", f"{file.name} is larger than {BYTES_MAX:,} bytes")
    content = file.read_bytes()
    if content.startswith(ZIP):
        with _undamaged(file.name):
            return _workbook(file)
    if content.startswith(COMPOUND):
        if ENCRYPTED in content:
            raise SheetError(
                "password-protected", f"{file.name} needs a password: save it without one"
            )
        raise SheetError(
            "unsupported-file", f"{file.name} is an old .xls or .et: save it as .xlsx (另存为)"
        )
    start = content[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"<head")):
        raise SheetError(
            "unsupported-file", f"{file.name} is a page of the web: open it and save it as .xlsx"
        )
    if start.startswith((b"%pdf", b"{\\rtf", b"\x89png", b"\xff\xd8")):
        raise SheetError("unsupported-file", f"{file.name} is no sheet: save it as .xlsx or .csv")
    return Book([read_text(content, file.name, known)])


def _workbook(file: Path) -> Book:
    with open_archive(file) as archive:
        book = Workbook(archive, file.name)
        pages = [read_page(book, sheet) for sheet in book.sheets if sheet.visible and sheet.part]
        if not pages:
            raise SheetError("unreadable-file", f"{file.name} has no sheet of cells that shows")
        return Book(pages, tuple(sheet.name for sheet in book.sheets if not sheet.visible))


@contextmanager
def _undamaged(name: str) -> Iterator[None]:
    try:
        yield
    except DAMAGED as why:
        raise SheetError("unreadable-file", f"{name} is damaged or no workbook") from why
