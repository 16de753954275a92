"""Files that are being checked: kept in memory until they are entered, for half an hour at most.

Each has a random handle, and belongs to who sent it. A console that starts anew has none of them,
and says so: nothing was written, and the file is sent again.
"""

import asyncio
import hashlib
import secrets
import time
from typing import Any

from services.console.importer import OfficeFile
from shared.errors import TooMany, Unknown

KEPT_SECONDS = 1800.0
PER_PERSON, ALTOGETHER = 3, 60

Place = tuple[str, int]
"""A row: its sheet, empty where a file has one, and its number there."""


class Upload:
    """A file, what was corrected of it, and what the importer says of it.

    `turn` counts what was entered from it: the form of one turn is done once. `known` is the last
    place of the log before that.
    """

    def __init__(self, subject: str, org: str, kind: str, name: str, content: bytes) -> None:
        self.handle = secrets.token_urlsafe(24)
        self.subject, self.org, self.kind, self.name = subject, org, kind, name
        self.content, self.size = content, len(content)
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.typed: dict[tuple[str, int, str], str] = {}
        self.left_out: set[Place] = set()
        self.outcome: dict[str, Any] = {}
        self.entered: dict[str, Any] | None = None
        self.turn, self.known = 0, 0
        self.acts: dict[int, asyncio.Task[dict[str, Any]]] = {}
        self.ends_at = time.monotonic() + KEPT_SECONDS

    def file(self, now: str = "") -> OfficeFile:
        """What the importer is given; `now` is the time of a simulated clock."""
        said: list[dict[str, Any]] = [
            {"sheet": sheet, "row": row, "column": column, "text": text}
            for (sheet, row, column), text in self.typed.items()
        ]
        said += [
            {"sheet": sheet, "row": row, "column": "", "text": ""} for sheet, row in self.left_out
        ]
        return OfficeFile(self.org, self.kind, self.content, said, now, self.subject)

    def correct(self, form: dict[str, str]) -> None:
        """Take what a form says of the rows that are not right: `cell!SHEET!ROW!COLUMN`, and
        `drop`, a row that is not to be entered. What it says of other rows is not taken."""
        wrong = self.wrong()
        for name, text in form.items():
            kind, _, rest = name.partition("!")
            sheet_row, _, column = rest.rpartition("!")
            place = place_of(sheet_row)
            if kind == "cell" and place in wrong:
                cells = {cell["column"]: cell for cell in self.quoted().get(place, [])}
                if column in cells and cells[column]["text"] != text.strip():
                    self.typed[*place, column] = text.strip()
        if (place := place_of(form.get("drop", ""))) in wrong:
            self.left_out.add(place)

    def wrong(self) -> dict[Place, list[dict[str, Any]]]:
        """What is said of each row that does not go in."""
        found: dict[Place, list[dict[str, Any]]] = {}
        for each in (*self.outcome.get("bad", ()), *self.outcome.get("differs", ())):
            found.setdefault((each["sheet"], each["number"]), []).append(each)
        return dict(sorted(found.items()))

    def quoted(self) -> dict[Place, list[dict[str, Any]]]:
        """The cells of the rows that the importer quotes."""
        return {
            (each["sheet"], each["number"]): each["cells"]
            for each in self.outcome.get("quoted", ())
        }

    def forget(self) -> None:
        """Nothing of the file is kept: it is done."""
        self.content = b""
        self.typed.clear()
        self.outcome = {**self.outcome, "quoted": []}


class Uploads:
    """The files of everybody who is checking one."""

    def __init__(self) -> None:
        self._kept: dict[str, Upload] = {}

    def keep(self, upload: Upload) -> None:
        """Keep it. Of one person the oldest makes room. Raises TooMany `uploads-full`."""
        self._drop_old()
        own = [each for each in self._kept.values() if each.subject == upload.subject]
        for each in own[: max(0, len(own) - PER_PERSON + 1)]:
            del self._kept[each.handle]
        if len(self._kept) >= ALTOGETHER:
            raise TooMany("uploads-full", f"{ALTOGETHER} files are being checked")
        self._kept[upload.handle] = upload

    def found(self, handle: str, subject: str, org: str) -> Upload:
        """Somebody's own upload. Raises Unknown `unknown-upload`."""
        self._drop_old()
        upload = self._kept.get(handle)
        if upload is None or (upload.subject, upload.org) != (subject, org):
            raise Unknown("unknown-upload", "no such upload is kept")
        return upload

    def _drop_old(self) -> None:
        now = time.monotonic()
        self._kept = {key: each for key, each in self._kept.items() if each.ends_at > now}


def place_of(said: str) -> Place:
    """A row as a form names it, `SHEET!ROW`; row 0 where it names none."""
    sheet, _, number = said.rpartition("!")
    plain = number.isascii() and number.isdigit() and len(number) < 9
    return sheet, int(number) if plain else 0
