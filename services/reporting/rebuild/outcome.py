"""What a rebuild came to, and whether it may take the place of what is live."""

import time
from collections.abc import Collection
from typing import Any, Literal, NamedTuple

from services.reporting.journal.integrity import WrongRow
from services.reporting.rebuild.comparison import TableCompared

Accept = Literal["equal", "more", "any"]
"""What is swapped in: what equals the live tables, has rows that those lost, or whatever it is."""


class Rebuilt(NamedTuple):
    """The outcome: whether live equalled rebuilt, row by row, at `log_index`, and whether the
    rebuilt was `swapped` in; if not, both are kept. `lost` are tables that held nothing to compare
    with, `wrong_rows` are rows of the journal that were changed, from which nothing is folded;
    `stages` are the seconds each part of it took."""

    equal: bool
    swapped: bool
    log_index: int
    tables: list[TableCompared]
    lost: list[str]
    wrong_rows: list[WrongRow]
    seconds: float
    stages: dict[str, float]

    def document(self) -> dict[str, Any]:
        """It as a JSON document."""
        return self._asdict() | {
            "tables": [table._asdict() for table in self.tables],
            "wrong_rows": [row._asdict() for row in self.wrong_rows],
        }


def accepted(tables: Collection[TableCompared], accept: Accept) -> bool:
    """Whether what was compared is swapped in."""
    if accept == "any":
        return True
    return not any(table.only_live or (accept == "equal" and table.differs) for table in tables)


class Stages:
    """Seconds from the end of one stage to the end of the next."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def end(self, name: str) -> None:
        """A stage ends here."""
        now = time.perf_counter()
        self.seconds[name], self._since = now - self._since, now
