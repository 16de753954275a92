"""The history of a run: one JSON object a line, written and flushed before each send and after each
answer, so that what a crash leaves behind is still what was asked and what was answered."""

import json
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class History:
    """Appends records to a file. Every record has `n`, dense, and `at`, seconds of a clock that
    never goes back; both are the order in which things happened here."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("w", encoding="utf-8")
        self._next = 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, kind: str, **fields: Any) -> None:
        """Append one record: `invoke`, `ok`, `fail` or `info` of a command, a `fault`, a `phase`,
        a `note`."""
        record = {"n": self._next, "at": round(time.monotonic(), 6), "kind": kind, **fields}
        self._next += 1
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()


def read_history(file: Path) -> list[dict[str, Any]]:
    """The records of a history; a last line that a crash cut off is left out."""
    lines = file.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1]]
