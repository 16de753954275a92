"""What became of a file, row by row: an account that must add up to the rows of the file."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from guildhall.imports.corrections import Quoted
from guildhall.imports.passed_over import REASONS, Passed
from guildhall.imports.rows import RowError, Told
from guildhall.imports.submission import WITHDRAWN


class NotBalanced(Exception):
    """The rows told of are not the rows of the file: a fault of ours, never to be passed on."""


class Outcome(NamedTuple):
    """What became of a file.

    `rows`, all that hold anything, = `accepted` + `already` + rows in `differs` + rows in `bad` +
    `not_sent` + `passed`. `already` rows were entered before, equal in every field; `differs` rows
    were, with something else, or were taken back by a person since. `stopped`: more rows were
    refused than allowed. Then nothing of a file went in that is one command (up to 1,000 rows of a
    bulk kind); of a longer one, what `accepted` says, because commands are not one transaction.
    `preview`: nothing was written, and `accepted` would be. `quoted` are rows as they read, where
    whoever imports asked for them.
    """

    kind: str
    rows: int
    accepted: int
    already: int
    not_sent: int
    differs: Sequence[RowError]
    bad: Sequence[RowError]
    passed: Sequence[Passed]
    events: int
    commands: int
    stopped: bool
    ignored: tuple[str, ...]
    told: tuple[Told, ...]
    unread: tuple[str, ...]
    bad_rows_file: Path | None
    warnings: tuple[str, ...] = ()
    preview: bool = False
    quoted: Sequence[Quoted] = ()

    @property
    def entries(self) -> int:
        """The rows that are entries: all but those passed over."""
        return self.rows - len(self.passed)

    @property
    def complete(self) -> bool:
        """Whether every entry of every sheet that shows is in, now or before, as it stands."""
        return not (self.bad or self.differs or self.not_sent or self.unread)

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return len({flaw.place for flaw in self.bad})

    @property
    def withdrawn(self) -> int:
        """How many of the rows that differ were entered, and taken back by a person since."""
        return len({flaw.place for flaw in self.differs if flaw.code == WITHDRAWN})

    def passed_by_reason(self) -> dict[str, int]:
        """How many rows were passed over for each reason, as a person reads it."""
        counted = Counter(each.reason for each in self.passed)
        return {REASONS[reason]: count for reason, count in counted.items()}

    def balanced(self) -> "Outcome":
        """Itself. Raises NotBalanced where the rows told of are not those of the file."""
        differing = {flaw.place for flaw in self.differs}
        told = self.accepted + self.already + self.not_sent + self.refused
        told += len(differing) + len(self.passed)
        overlap = differing & {flaw.place for flaw in self.bad}
        if told != self.rows or overlap or self.not_sent < 0:
            raise NotBalanced(f"{self.rows} rows hold something, {told} are accounted for")
        return self

    def document(self) -> dict[str, Any]:
        """The outcome for a machine."""
        document = {**self._asdict(), "entries": self.entries, "complete": self.complete}
        document["withdrawn"] = self.withdrawn
        for name in ("differs", "bad", "passed", "told"):
            document[name] = [each._asdict() for each in document[name]]
        document["quoted"] = [each.document() for each in self.quoted]
        document["bad_rows_file"] = self.bad_rows_file and str(self.bad_rows_file)
        return document
