"""PostgreSQL's own programs, from the bundle: pg_basebackup, pg_receivewal, pg_checksums …"""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.backup.archive import BackupError
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.postgres import programs_directory

LINES_SHOWN = 6


def program(name: str) -> Path:
    """Where a program is. Raises BackupError where the bundle has it not."""
    try:
        path = programs_directory() / name
    except EmbeddedError as why:
        raise BackupError(f"no {name}: {why}") from why
    if not path.exists():
        raise BackupError(f"the bundled PostgreSQL has no {name}")
    return path


async def start(name: str, *arguments: str | Path, server: str = "") -> Process:
    """Start a program; `server` is the DSN it connects to, kept out of the process list."""
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", **_connection(server)}
    return await asyncio.create_subprocess_exec(
        program(name), *arguments, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=environment
    )


async def run(name: str, *arguments: str | Path, server: str = "") -> str:
    """Run a program to its end; returns what it printed. Raises BackupError with its reason."""
    process = await start(name, *arguments, server=server)
    try:
        output, errors = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode != 0:
        raise failure(name, process, errors or output)
    return output.decode(errors="replace")


def failure(name: str, process: Process, errors: bytes) -> BackupError:
    """What to say of a program that failed: the last lines it wrote."""
    lines = errors.decode(errors="replace").strip().splitlines()[-LINES_SHOWN:]
    return BackupError(f"{name} ended with status {process.returncode}: " + "\n  ".join(lines))


def _connection(server: str) -> dict[str, str]:
    if not server:
        return {}
    parts = urlsplit(server)
    named = {
        "PGHOST": parts.hostname,
        "PGPORT": parts.port and str(parts.port),
        "PGUSER": parts.username and unquote(parts.username),
        "PGPASSWORD": parts.password and unquote(parts.password),
    }
    return {name: value for name, value in named.items() if value}
