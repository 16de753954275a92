"""The demo union beside a running stack: a child process, in a directory inside the stack's."""

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path

from deploy.embedded.directory import DataDirectory
from guildhall.output import Output
from shared.service.private_files import write_private

DIRECTORY = "demo"
LOG = "demo.log"
STOP_SECONDS = 60.0


class DemoBeside:
    """The demo of a stack's directory. `url` is where its pages will be."""

    def __init__(self, stack: Path, output: Output) -> None:
        self.directory = stack.absolute() / DIRECTORY
        self._output = output
        self._log = self.directory / "logs" / LOG
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self.url = f"http://127.0.0.1:{DataDirectory(self.directory).port('console')}"

    async def start(self, passcode: str) -> None:
        """Start it; its pages are signed in to with the stack's own passcode."""
        write_private(self.directory / "identity" / "passcode", passcode.encode())
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "guildhall.demo.beside",
                str(self.directory),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # the terminal's Ctrl-C is for the stack, which stops it
            )
        self._watching = asyncio.create_task(self._watch(self._process))

    async def stop(self) -> None:
        """Stop it in order; kill it where it takes too long."""
        if self._watching is not None:
            self._watching.cancel()
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        status = await process.wait()
        self._output.notice(f"the demo union ended with status {status} (log: {self._log})")
