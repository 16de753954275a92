"""Taking backups: a base, and the write-ahead log that follows it, streamed through a slot.

The slot makes the server keep what is not in the archive yet, so nothing is missed between two
runs; it also means that a server whose archive is given up must lose the slot
(`SELECT pg_drop_replication_slot('guildhall_archive')`), or its disk fills.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import asyncpg

from deploy.backup.archive import BASE_NAME, Archive, BackupError, Mark
from deploy.backup.contexts import Server, committed, epoch_of, mark_of
from deploy.backup.manifest import verify
from deploy.backup.programs import failure, run, start

SLOT = "guildhall_archive"
POLL_SECONDS = 0.05
CATCH_UP_SECONDS = 600.0


class Taken(NamedTuple):
    """A backup: its base (None: none was asked for), and the last mark its log reaches."""

    epoch: int
    base: str | None
    mark: Mark
    seconds: dict[str, float]


async def take(archive: Archive, dsn: str, *, base: bool = True) -> Taken:
    """Take a base backup, prove it whole, and archive the log up to now. Raises BackupError."""
    server, seconds = Server({"dsn": dsn}), {}
    epoch = await _prepare(archive, server)
    name = None
    if base:
        await _create_slot(dsn)
        started = time.perf_counter()
        name = await _base(archive, epoch, dsn)
        seconds["base"] = time.perf_counter() - started
    elif not archive.bases(epoch):
        raise BackupError(f"epoch {epoch} has no base backup yet: take one first")
    started = time.perf_counter()
    mark, lsn = await _mark(server)
    wal = archive.epoch(epoch) / "wal"
    await run(
        "pg_receivewal",
        "-D",
        wal,
        "--slot",
        SLOT,
        "--endpos",
        lsn,
        "--no-loop",
        "--synchronous",
        server=dsn,
    )
    archive.add_mark(epoch, mark)
    seconds["log"] = time.perf_counter() - started
    return Taken(epoch, name, mark, seconds)


async def follow(
    archive: Archive, dsn: str, every: float, told: Callable[[Mark], Awaitable[None]]
) -> None:
    """Stream the log into the archive until cancelled, with a mark every so many seconds.

    Raises BackupError when the stream breaks: whoever keeps this running starts it again.
    """
    server = Server({"dsn": dsn})
    epoch = await _prepare(archive, server)
    wal = archive.epoch(epoch) / "wal"
    streaming = await start(
        "pg_receivewal", "-D", wal, "--slot", SLOT, "--no-loop", "--synchronous", server=dsn
    )
    try:
        while True:
            mark, lsn = await _mark(server)
            await _archived(server, lsn, streaming)
            archive.add_mark(epoch, mark)
            await told(mark)
            await asyncio.sleep(every)
    finally:
        if streaming.returncode is None:
            streaming.terminate()
        await streaming.wait()


async def _prepare(archive: Archive, server: Server) -> int:
    """See that this is the archive's server, on an epoch whose directory is made."""
    connection = await server.connect()
    try:
        identifier = await connection.fetchval("SELECT system_identifier FROM pg_control_system()")
    finally:
        await connection.close()
    archive.open_for(identifier)
    epoch = epoch_of(await committed(server))
    for part in ("base", "wal"):
        (archive.epoch(epoch) / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    return epoch


async def _create_slot(dsn: str) -> None:
    await run("pg_receivewal", "--slot", SLOT, "--create-slot", "--if-not-exists", server=dsn)


async def _base(archive: Archive, epoch: int, dsn: str) -> str:
    """A base backup, checked against its manifest, under the second it ended in."""
    bases = archive.epoch(epoch) / "base"
    draft = bases / f"draft-{time.time_ns()}"
    await run(
        "pg_basebackup",
        "-D",
        draft,
        "--checkpoint=fast",
        "-X",
        "stream",
        "--manifest-checksums=SHA256",
        server=dsn,
    )
    await asyncio.to_thread(verify, draft)
    # The second after: what is restored to it has all of the base.
    ended = datetime.fromtimestamp(int(time.time()) + 1, UTC)
    name = ended.strftime(BASE_NAME)
    draft.rename(bases / name)
    await asyncio.sleep(max(0.0, ended.timestamp() - time.time()))
    return name


async def _mark(server: Server) -> tuple[Mark, str]:
    """What is committed now, and the log position that has it and a commit after it."""
    found = await committed(server)
    connection = await server.connect()
    try:
        at = await connection.fetchval("SELECT clock_timestamp()")
        # A restore to an instant needs a commit after it, to know that it has arrived.
        await connection.execute("SELECT pg_current_xact_id()")
        lsn = await connection.fetchval("SELECT pg_current_wal_insert_lsn()::text")
    finally:
        await connection.close()
    return mark_of(at, found), lsn


async def _archived(server: Server, lsn: str, streaming: asyncio.subprocess.Process) -> None:
    """Wait until the stream has flushed everything up to `lsn`."""
    deadline = time.monotonic() + CATCH_UP_SECONDS
    connection = await server.connect()
    try:
        while not await _reached(connection, lsn):
            if streaming.returncode is not None:
                errors = await streaming.stderr.read() if streaming.stderr else b""
                raise failure("pg_receivewal", streaming, errors)
            if time.monotonic() > deadline:
                raise BackupError(f"the log did not reach the archive in {CATCH_UP_SECONDS:.0f} s")
            await asyncio.sleep(POLL_SECONDS)
    finally:
        await connection.close()


async def _reached(connection: asyncpg.Connection, lsn: str) -> bool:
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_replication"
            " WHERE application_name = 'pg_receivewal' AND flush_lsn >= $1::text::pg_lsn)",
            lsn,
        )
    )


def wal_files(wal: Path) -> dict[str, Path]:
    """The log in a directory by the name PostgreSQL asks for; the last file is a partial one."""
    files = {path.name.removesuffix(".partial"): path for path in sorted(wal.glob("*.partial"))}
    return files | {path.name: path for path in wal.iterdir() if not path.suffix}
