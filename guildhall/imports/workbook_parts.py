"""An .xlsx workbook's parts (ECMA-376, transitional and strict), read as a stream within limits.

No library does the job here: of those kept up, none tells formats, merges, hidden rows and true
dimensions together without holding the whole workbook, and openpyxl believes a declared dimension
and fails at styles that Excel forgives (docs/decisions/0025). Expat and zipfile are Python's own.
Names are compared without their namespaces, so that strict documents read as transitional ones.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple
from xml.parsers import expat

from guildhall.imports.cells import SheetError
from guildhall.imports.number_format import BUILT_IN, GENERAL

UNPACKED_MAX = 400_000_000
STRINGS_MAX = 1_000_000
STRING_CHARACTERS_MAX = 60_000_000
CELLS_MAX = 4_000_000
ROWS_HELD_MAX = 300_000
"""Of all sheets together: each is held until it is read."""

CHUNK = 1 << 16
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class SheetPart(NamedTuple):
    """A sheet of the workbook: its name, its part (None: not a sheet of cells), if it shows."""

    name: str
    part: str | None
    visible: bool


class Workbook:
    """The parts of an open .xlsx: sheets, formats by style, shared strings, and the epoch."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self._unpacked = self._cells = self._rows = 0
        self.epoch_1904 = False
        self.sheets: list[SheetPart] = []
        root = self._related("", "officeDocument")
        if not root:
            raise SheetError("unreadable-file", f"{name} is not an .xlsx workbook")
        self._part = next(iter(root.values()))
        if not self._part.endswith(".xml"):
            raise SheetError("unsupported-file", f"{name} is binary: save it as .xlsx")
        self._read_sheets()
        self.struck: set[int] = set()
        self.formats = self._formats()
        self.strings = self._strings()

    def hold(self, cells: int) -> None:
        """Count a row of so many cells. Raises SheetError `file-too-large`."""
        self._cells, self._rows = self._cells + cells, self._rows + 1
        if self._cells > CELLS_MAX or self._rows > ROWS_HELD_MAX:
            raise SheetError(
                "file-too-large",
                f"{self._name} has more than {CELLS_MAX:,} cells or {ROWS_HELD_MAX:,} rows",
            )

    def string(self, number: str) -> str:
        """The shared string of this number. Raises LookupError, ValueError where there is none."""
        if not number.isdecimal():
            raise ValueError("a text of the workbook has no number")
        return self.strings[int(number)]

    def parse(self, part: str, start: Start, end: End | None, text: Text | None = None) -> None:
        """Parse a part; handlers are told names without the root's prefix. Raises SheetError."""
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def root(name: str, at: Mapping[str, str]) -> None:
            prefix, colon, local = name.rpartition(":")
            parser.StartElementHandler, parser.EndElementHandler = start, end
            if colon:  # a call more an element, for the few documents that have prefixes
                own = f"{prefix}:"
                parser.StartElementHandler = lambda name, at: start(name.removeprefix(own), at)
                if end is not None:
                    parser.EndElementHandler = lambda name: end(name.removeprefix(own))
            start(local, at)

        parser.StartElementHandler = root
        if text is not None:
            parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        for chunk in self._chunks(part):
            parser.Parse(chunk)
        parser.Parse(b"", True)

    def _refuse_doctype(self, *_: object) -> None:
        raise SheetError("unreadable-file", f"{self._name} declares entities, as no workbook does")

    def _chunks(self, part: str) -> Iterator[bytes]:
        with self._open(part) as opened:
            while chunk := opened.read(CHUNK):
                self._unpacked += len(chunk)
                if self._unpacked > UNPACKED_MAX:
                    raise SheetError("file-too-large", f"{self._name} unpacks to too much")
                yield chunk

    def _open(self, part: str) -> IO[bytes]:
        names = {name.replace("\\", "/").lower(): name for name in self._archive.namelist()}
        return self._archive.open(names[part.lower()])

    def _related(self, part: str, *kinds: str) -> dict[str, str]:
        """The parts that `part` refers to by one of `kinds` of relation, by relation id."""
        folder, name = posixpath.split(part)
        found: dict[str, str] = {}

        def start(element: str, at: Mapping[str, str]) -> None:
            kind = at.get("Type", "").rpartition("/")[2]
            if element == "Relationship" and kind in kinds and at.get("TargetMode") != "External":
                target = at["Target"].replace("\\", "/")
                path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
                found[at["Id"]] = posixpath.normpath(path)

        try:
            self.parse(posixpath.join(folder, "_rels", f"{name}.rels"), start, None)
        except KeyError:
            return {}
        return found

    def _read_sheets(self) -> None:
        cells = self._related(self._part, "worksheet")

        def start(element: str, at: Mapping[str, str]) -> None:
            if element == "workbookPr":
                self.epoch_1904 = at.get("date1904", "0") in {"1", "true"}
            elif element == "sheet":
                relation = next((at[key] for key in at if key.endswith(":id")), "")
                visible = at.get("state", "visible") == "visible"
                self.sheets.append(SheetPart(at["name"], cells.get(relation), visible))

        self.parse(self._part, start, None)

    def _formats(self) -> list[str]:
        """The number format of each style, in the order that cells name them; `struck` are those
        whose font is struck through."""
        codes: dict[int, str] = dict(BUILT_IN)
        styles: list[int] = []
        struck: list[bool] = []
        inside = ""

        def start(element: str, at: Mapping[str, str]) -> None:
            nonlocal inside
            if element == "numFmt" and "formatCode" in at:
                codes[int(at["numFmtId"])] = at["formatCode"]
            elif element in {"cellXfs", "cellStyleXfs", "dxfs", "fonts"}:
                inside = element
            elif element == "font" and inside == "fonts":
                struck.append(False)
            elif element == "strike" and inside == "fonts" and struck:
                struck[-1] = at.get("val", "1") not in {"0", "false"}
            elif element == "xf" and inside == "cellXfs":
                if (font := int(at.get("fontId", "0"))) < len(struck) and struck[font]:
                    self.struck.add(len(styles))
                styles.append(int(at.get("numFmtId", "0")))

        for part in self._related(self._part, "styles").values():
            self.parse(part, start, None)
        return [codes.get(number, GENERAL) for number in styles]

    def _strings(self) -> list[str]:
        """The shared strings, without the readings of their characters (rPh)."""
        strings: list[str] = []
        gathered = GatheredText()
        characters = 0

        def end(element: str) -> None:
            nonlocal characters
            gathered.end(element)
            if element == "si":
                strings.append(gathered.take())
                characters += len(strings[-1])
                if len(strings) > STRINGS_MAX or characters > STRING_CHARACTERS_MAX:
                    raise SheetError("file-too-large", f"{self._name} has too many texts")

        for part in self._related(self._part, "sharedStrings").values():
            self.parse(part, gathered.start, end, gathered.text)
        return strings


class GatheredText:
    """The text of a string item: its `t` elements in order, of rich text too."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._inside = self._reading = False

    def start(self, element: str, _at: Mapping[str, str]) -> None:
        """An element begins."""
        if element == "rPh":
            self._reading = True
        elif element == "t":
            self._inside = not self._reading

    def end(self, element: str) -> None:
        """An element ends."""
        if element == "rPh":
            self._reading = False
        elif element == "t":
            self._inside = False

    def text(self, data: str) -> None:
        """Characters of the element."""
        if self._inside:
            self._parts.append(data)

    def take(self) -> str:
        """What was gathered; the next item begins."""
        text = "".join(self._parts)
        self._parts.clear()
        return unescaped(text)


def unescaped(text: str) -> str:
    """A text with `_x000D_` and the like as the characters they stand for (§22.9.2.19)."""
    if "_x" not in text:
        return text
    return ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text)


def open_archive(file: Path) -> zipfile.ZipFile:
    """The workbook's container. Raises SheetError `unsupported-file` for what is no .xlsx."""
    archive = zipfile.ZipFile(file)
    names = archive.namelist()
    if "mimetype" in names or "content.xml" in names:
        archive.close()
        raise SheetError("unsupported-file", f"{file.name} is an OpenDocument: save it as .xlsx")
    if any(entry.flag_bits & 1 for entry in archive.infolist()):
        archive.close()
        raise SheetError("password-protected", f"{file.name} needs a password: save it without")
    return archive
