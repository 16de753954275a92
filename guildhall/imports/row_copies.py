"""Every entry of a file as it stands in its sheet, for the file of refused rows.

That file has one sheet, whose columns hold one thing each, whatever the sheets were like: a field
that is read has one column under a heading that is understood without `--map`; what nobody read
stays so. A cell that was refused for how it shows keeps a mark until somebody has looked at it.
"""

from collections.abc import Sequence

from guildhall.imports.cells import BLANK, UNCORRECTED, Cell
from guildhall.imports.headings import Headed, columns_by_heading
from guildhall.imports.kinds import Kind, Place
from guildhall.imports.worksheet import SeenRow

UNREAD = "(未读)"
"""Added to a heading that would be understood, where another column was read for its field."""

Columned = str | tuple[str, int]
"""What a column holds: a field; or a heading that nobody reads, and which of several."""


class RowCopies:
    """The headings of all sheets read so far, and the rows below them."""

    def __init__(self, kind: Kind) -> None:
        self._kind, self._known = kind, columns_by_heading(kind)
        self._at: dict[Columned, int] = {}
        self._columns: dict[int, int] = {}
        self._read: frozenset[int] = frozenset()
        self.headings: list[str] = []
        self.lines: dict[Place, Sequence[str]] = {}

    def below(self, headed: Headed) -> None:
        """The rows that follow stand below these headings."""
        field_of = {at: field for field, at in headed.fields.items()}
        self._read = frozenset(field_of)
        self._columns.clear()
        seen: dict[str, int] = {}
        for at, text in sorted(headed.texts.items()):
            held: Columned = field_of.get(at, "")
            if not held:
                seen[text] = seen.get(text, 0) + 1
                held = (text, seen[text])
            if held not in self._at:
                self._at[held] = len(self.headings)
                self.headings.append(self._heading(held, text))
            self._columns[at] = self._at[held]

    def add(self, place: Place, row: SeenRow) -> None:
        """A row, by the columns of all sheets."""
        line = [""] * len(self.headings)
        for at, to in self._columns.items():
            line[to] = self._text(row.cells.get(at, BLANK), read=at in self._read)
        self.lines[place] = line

    def _heading(self, held: Columned, text: str) -> str:
        known = self._known.get(text)
        if isinstance(held, tuple):
            return f"{text}{UNREAD}" if known else text
        column = next(each for each in self._kind.columns if each.field == held)
        return text if known == column else column.headings[0]

    @staticmethod
    def _text(cell: Cell, *, read: bool) -> str:
        if read and cell.flaw and not cell.text.startswith(UNCORRECTED):
            return UNCORRECTED + cell.text
        return cell.text
