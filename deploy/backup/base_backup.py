"""A base backup: a copy of the server's files, checked against its manifest."""

import asyncio
import time
from datetime import UTC, datetime
from typing import NamedTuple

from deploy.backup.archive import BASE_NAME, Archive, BackupError, Mark
from deploy.backup.databases import Server
from deploy.backup.manifest import verify
from deploy.backup.programs import run
from deploy.backup.wal_stream import SLOT, current_mark, prepare_archive


class Taken(NamedTuple):
    """A backup: its base (None: none was asked for), and the last mark its log reaches."""

    epoch: int
    base: str | None
    mark: Mark
    seconds: dict[str, float]


async def take(archive: Archive, dsn: str, *, base: bool = True) -> Taken:
    """Take a base backup, prove it whole, and archive the log up to now. Raises BackupError."""
    server, seconds = Server({"dsn": dsn}), {}
    epoch = await prepare_archive(archive, server)
    name = None
    if base:
        await _create_slot(dsn)
        started = time.perf_counter()
        name = await _base(archive, epoch, dsn)
        seconds["base"] = time.perf_counter() - started
    elif not archive.bases(epoch):
        raise BackupError(f"epoch {epoch} has no base backup yet: take one first")
    started = time.perf_counter()
    mark, lsn = await current_mark(server)
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
