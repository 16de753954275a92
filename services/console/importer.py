"""An office's file read and entered by `guildhall import`, as a child process (command_line.py).

The directory with the file is gone when the child has answered.
"""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from services.console.backend import Answered
from services.console.command_line import CommandLine, Stopped
from shared.http.guard import Shares

FORBIDDEN = (401, 403)
ERROR_RATE_MAX = 0.20
"""With more rows refused than this, nothing of a file is entered."""


class FileRefused(Exception):
    """The file as a whole cannot be read or entered: the problem that the importer names."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.problem = dict(problem)
        self.code = str(problem.get("code", "import-stopped"))
        super().__init__(self.code)


class OfficeFile(NamedTuple):
    """What is imported: whose, of which kind, its bytes, and what some of its cells say instead.
    `now` is the time of a simulated clock, empty for a real one; `who` is who sent it."""

    org: str
    kind: str
    content: bytes
    corrections: Sequence[Mapping[str, Any]] = ()
    now: str = ""
    who: str = ""


class Importer:
    """Runs the command line's import before these services."""

    def __init__(self, line: CommandLine) -> None:
        self._line, self._turns = line, Shares(1)
        self._templates: dict[str, bytes] = {}

    async def check(self, token: str, file: OfficeFile) -> dict[str, Any]:
        """What would become of every row; nothing is written. Raises FileRefused, Answered,
        NoAnswer."""
        return await self._import(token, file, ["--preview", "--max-error-rate", "1"])

    async def enter(self, token: str, file: OfficeFile) -> dict[str, Any]:
        """Enter the rows that are right; what became of each. Raises as check."""
        return await self._import(token, file, ["--max-error-rate", str(ERROR_RATE_MAX)])

    async def template(self, kind: str) -> bytes:
        """An empty workbook of a kind, which is made once. Raises FileRefused, TooMany."""
        async with self._turns.of(f"template {kind}"):
            if kind not in self._templates:
                self._templates[kind] = await self._made(kind)
        return self._templates[kind]

    async def _made(self, kind: str) -> bytes:
        with tempfile.TemporaryDirectory(prefix="guildhall-") as place:
            target = Path(place) / "template.xlsx"
            said = ["import", kind, str(target), "--org", "template", "--template", "--json"]
            await self._run("", said, place)
            return await asyncio.to_thread(target.read_bytes)

    async def _import(self, token: str, file: OfficeFile, how: list[str]) -> dict[str, Any]:
        async with self._turns.of(file.who):
            return await self._read(token, file, how)

    async def _read(self, token: str, file: OfficeFile, how: list[str]) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="guildhall-") as place:
            given, corrected = Path(place) / "file", Path(place) / "corrections"
            await asyncio.to_thread(given.write_bytes, file.content)
            await asyncio.to_thread(corrected.write_bytes, orjson.dumps(list(file.corrections)))
            said = ["import", file.kind, str(given), "--org", file.org, "--json", "--quote"]
            said += ["--corrections", str(corrected), *how]
            said += ["--now", file.now] if file.now else []
            document = await self._run(token, said, place)
        if "rows" in document:
            return document
        if document.get("status") in FORBIDDEN:
            raise Answered("import", int(document["status"]), document)
        raise FileRefused(document)

    async def _run(self, token: str, said: Sequence[str], place: str) -> dict[str, Any]:
        try:
            return await self._line.run(token, said, place)
        except Stopped:
            raise FileRefused({"code": "import-stopped"}) from None
