"""Guildhall's command line as a child process, in the name of who asked.

The console imports no other part: services never import the command line (the import contracts),
and the rooms that read sheets rest on each other down to one HTTP client, so that moving them would
move all of them. A child also ends what a hostile workbook can do: it has memory and time of its
own, one private directory, and the token of who asked in its environment, never in its arguments.
Nothing of what it was given is kept here or logged.
"""

import asyncio
import contextlib
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import structlog

from services.console.backend import NoAnswer

MEMORY_BYTES = 2 * 1024**3
SECONDS = 300.0
AT_ONCE = 2
NICE = 10
"""Services and pages go before what a child works out."""
UNREACHABLE = 3
"""The command line's exit status where no service answered."""

log = structlog.get_logger("command-line")


class Stopped(Exception):
    """The child took too long, or ended without an answer."""


class CommandLine:
    """Runs commands before these services; at most AT_ONCE side by side."""

    def __init__(self, services: Mapping[str, str]) -> None:
        self._urls = {f"GUILDHALL_{name.upper()}_URL": url for name, url in services.items()}
        self._free = asyncio.Semaphore(AT_ONCE)

    async def run(self, token: str, said: Sequence[str], place: str) -> dict[str, Any]:
        """The JSON document that a command answers; `place` is its directory. Raises Stopped,
        NoAnswer."""
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
                raise Stopped from None
            finally:
                if child.returncode is None:
                    child.kill()
                    await child.wait()
        if child.returncode == UNREACHABLE:
            raise NoAnswer(said[0], "a service does not answer")
        try:
            document = orjson.loads(out)
        except ValueError:
            log.warning("a command ended without an answer", status=child.returncode)
            raise Stopped from None
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
