"""The write-ahead log (WAL), streamed into the archive through a replication slot.

The slot makes the server keep the WAL that is not archived yet, so two runs leave no gap between
them. A server whose archive is given up must lose the slot
(`SELECT pg_drop_replication_slot('guildhall_archive')`), or its disk fills.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from deploy.backup.archive import Archive, BackupError, Mark
from deploy.backup.databases import Server, committed, epoch_of, mark_of
from deploy.backup.programs import failure, start

SLOT = "guildhall_archive"
POLL_SECONDS = 0.05
CATCH_UP_SECONDS = 600.0


async def follow(
    archive: Archive, dsn: str, every: float, told: Callable[[Mark], Awaitable[None]]
) -> None:
    """Stream the log into the archive until cancelled, with a mark every so many seconds.

    Raises BackupError when the stream breaks: whoever keeps this running starts it again.
    """
    server = Server({"dsn": dsn})
    epoch = await prepare_archive(archive, server)
    wal = archive.epoch(epoch) / "wal"
    streaming = await start(
        "pg_receivewal", "-D", wal, "--slot", SLOT, "--no-loop", "--synchronous", server=dsn
    )
    try:
        while True:
            mark, lsn = await current_mark(server)
            await _archived(server, lsn, streaming)
            archive.add_mark(epoch, mark)
            await told(mark)
            await asyncio.sleep(every)
    finally:
        if streaming.returncode is None:
            streaming.terminate()
        await streaming.wait()


async def prepare_archive(archive: Archive, server: Server) -> int:
    """Check that the archive is of this server, make the directory of its epoch; returns the epoch.

    Raises BackupError.
    """
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


async def current_mark(server: Server) -> tuple[Mark, str]:
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
