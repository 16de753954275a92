"""An office's file read and entered by `guildhall import`, as a child process.

The console imports no other part: services never import the command line (the import contracts),
and the rooms that read sheets rest on each other down to one HTTP client, so that moving them would
move all of them. A child also ends what a hostile workbook can do: it has memory and time of its
own, one private directory, and the token of who asked in its environment, never in its arguments.
Nothing of the file is kept here or logged; the directory is gone when the child has answered.
"""

import asyncio
import contextlib
import os
import resource
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import structlog

from services.console.backend import Answered, NoAnswer
from shared.http.guard import Shares

MEMORY_BYTES = 2 * 1024**3
SECONDS = 300.0
AT_ONCE = 2
"""Children at once; of one person one, so that nobody's files keep all others' waiting."""
NICE = 10
"""Services and pages go before a file that is read."""
UNREACHABLE = 3
"""The command line's exit status where no service answered."""
FORBIDDEN = (401, 403)
ERROR_RATE_MAX = 0.20
"""With more rows refused than this, nothing of a file is entered."""

log = structlog.get_logger("import")


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

    def __init__(self, services: Mapping[str, str]) -> None:
        self._urls = {f"GUILDHALL_{name.upper()}_URL": url for name, url in services.items()}
        self._free, self._turns = asyncio.Semaphore(AT_ONCE), Shares(1)
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
        async with self._free:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "guildhall.cli",
                *said,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=self._environment(token, place),
            )
            try:
                with contextlib.suppress(ProcessLookupError):
                    os.setpriority(os.PRIO_PROCESS, child.pid, NICE)
                    resource.prlimit(child.pid, resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
                out, _ = await asyncio.wait_for(child.communicate(), SECONDS)
            except TimeoutError:
                raise FileRefused({"code": "import-stopped"}) from None
            finally:
                if child.returncode is None:
                    child.kill()
                    await child.wait()
        if child.returncode == UNREACHABLE:
            raise NoAnswer("import", "a service does not answer")
        try:
            document = orjson.loads(out)
        except ValueError:
            log.warning("an import ended without an answer", status=child.returncode)
            raise FileRefused({"code": "import-stopped"}) from None
        return document if isinstance(document, dict) else {}

    def _environment(self, token: str, place: str) -> dict[str, str]:
        """The child's whole environment: nothing else of the console's reaches it."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return {
            **kept,
            **self._urls,
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "HOME": place,
            "TMPDIR": place,
            "GUILDHALL_TOKEN": token or "none",
        }
