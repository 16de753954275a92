"""Makes a report's files: each but its text in a process of its own, within a time. However long a
report is, nobody else waits for it but who asks for another."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from services.reporting.reports.document import Document
from services.reporting.reports.kinds import Written, document_of, sheets_of
from services.reporting.reports.markdown import markdown
from services.reporting.reports.printing import Job
from shared.contract.reporting import Format
from shared.errors import Conflict, NotYet
from shared.typesetting.fonts import FontStore

SECONDS = 120.0
WAITING_MAX = 4
"""How many may wait for the press: whoever comes then is asked to come again."""


class Press:
    """Makes one report at a time; `seconds` is how long one file may take."""

    def __init__(
        self, fonts: FontStore | None = None, seconds: float = SECONDS, waiting: int = WAITING_MAX
    ) -> None:
        self.fonts, self.seconds = fonts or FontStore(), seconds
        self._one, self._places = asyncio.Lock(), asyncio.Semaphore(waiting)

    async def files(
        self, connection: Any, material: Written, formats: Sequence[Format]
    ) -> dict[Format, bytes]:
        """The report in each of these formats.

        Raises NotYet `press-busy`, `fonts-missing`; Conflict `report-too-large`, `report-too-slow`.
        """
        if set(formats) <= {"md"}:
            return {each: markdown(document_of(material)).encode() for each in formats}
        if self._places.locked():
            raise NotYet("press-busy", "other reports are being made: ask again")
        async with self._places:
            sheets = await sheets_of(connection, material) if "xlsx" in formats else ()
            document = document_of(material, sheets)
            async with self._one:
                return {each: await self.file(document, each) for each in formats}

    async def file(self, document: Document, format_: Format) -> bytes:
        """One file. Raises NotYet `fonts-missing`; Conflict `report-too-slow`, RuntimeError."""
        if format_ == "md":
            return markdown(document).encode()
        if format_ != "xlsx":
            document = msgspec.structs.replace(document, sheets=())
        folders: tuple[Path, ...] = ()
        own = False
        if format_ == "pdf":
            folders, own = await self.fonts.families()
        job = Job(document, format_, tuple(map(str, folders)), own)
        return await self._printed(await asyncio.to_thread(msgspec.msgpack.encode, job), format_)

    async def _printed(self, job: bytes, format_: Format) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.reporting.reports.printing",
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
        )
        try:
            made, told = await asyncio.wait_for(process.communicate(job), self.seconds)
        except TimeoutError:
            raise Conflict(
                "report-too-slow", f"the {format_} file was not made in {self.seconds:.0f} s"
            ) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            raise RuntimeError(f"{format_}: {told.decode(errors='replace')[-2000:]}")
        return made
