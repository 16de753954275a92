"""Point-in-time recovery: a server's data restored to a second.

The data are staged under another name, recovered by a server behind a private socket, and given
this directory's password and, unless it is a drill, a new epoch. Only then are they swapped in.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import asyncpg

from deploy.backup.archive import Archive, BackupError, Choice, Origin
from deploy.backup.databases import Committed, Server, committed, epoch_of, raise_epochs
from deploy.backup.manifest import verify
from deploy.backup.programs import program
from deploy.backup.wal_stream import wal_files
from deploy.embedded.account import postgres_account
from deploy.embedded.child import Account, Child
from deploy.embedded.directory import DataDirectory
from deploy.embedded.postgres import SETTINGS, SUPERUSER

STAGED = "restored_wal"
RECOVERY_SECONDS = 3600.0
RECOVERY = """
restore_command = 'cp {staged}/%f %p'
recovery_target_time = '{at}'
recovery_target_action = 'promote'
recovery_target_timeline = 'current'
"""
RECOVERY_SETTINGS = [line.split(" =")[0] for line in RECOVERY.split("\n") if line]
PRIVATE_HBA = "local all all trust\n"
"""The socket lies in a directory that only this account enters."""


class Restored(NamedTuple):
    """Data restored to `at`: from which base, into which epoch, and what they hold.

    `moved` is where the data lie that were there before."""

    at: datetime
    base: str
    epoch: int
    found: dict[str, Committed]
    moved: Path | None
    seconds: dict[str, float]


class StepTimer:
    """Seconds by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 3)


async def restore(
    archive: Archive, at: datetime, data: Path, *, new_epoch: bool = True
) -> Restored:
    """Restore a server into the data directory `data`, which nothing may be using.

    Raises BackupError and EmbeddedError; then nothing of `data` has changed.
    """
    choice, clock = archive.choose(at), StepTimer()
    directory = DataDirectory(data)
    directory.hold()
    draft = directory.path / "postgres.restored"
    try:
        shutil.rmtree(draft, ignore_errors=True)
        with clock.step("verify"):
            await asyncio.to_thread(verify, choice.base)
        account = postgres_account(draft, program("postgres").parent)
        with clock.step("copy"):
            _stage(choice, draft, account)
        with clock.step("recover"):
            found, epoch = await _recover(
                archive, choice, directory, draft, account, new_epoch=new_epoch
            )
        moved = _swap_in(draft, directory.path / "postgres")
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        directory.release()
    return Restored(choice.at, choice.base.name, epoch, found, moved, clock.seconds)


def _stage(choice: Choice, draft: Path, account: Account) -> None:
    """Stage the base backup, the WAL after it, and the recovery target."""
    shutil.copytree(choice.base, draft)
    staged = draft / STAGED
    staged.mkdir()
    for name, file in wal_files(choice.wal).items():
        shutil.copyfile(file, staged / name)
    with (draft / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write(RECOVERY.format(staged=STAGED, at=choice.at.isoformat()))
    (draft / "recovery.signal").touch()
    (draft / "private_hba.conf").write_text(PRIVATE_HBA, "utf-8")
    draft.chmod(0o700)
    if account.uid >= 0:
        for path in (draft, *draft.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)


async def _recover(
    archive: Archive,
    choice: Choice,
    directory: DataDirectory,
    draft: Path,
    account: Account,
    *,
    new_epoch: bool,
) -> tuple[dict[str, Committed], int]:
    async with _recovering(directory, draft, account) as server:
        await _reset_settings(server, directory)
        found = await committed(server)
        epoch = epoch_of(found)
        if new_epoch:
            origin = Origin(choice.epoch, choice.at, datetime.now(UTC))
            epoch = archive.begin_epoch(epoch + 1, origin)
            await raise_epochs(server, found, epoch)
    shutil.rmtree(draft / STAGED)
    (draft / "private_hba.conf").unlink()
    return found, epoch


@contextlib.asynccontextmanager
async def _recovering(
    directory: DataDirectory, draft: Path, account: Account
) -> AsyncIterator[Server]:
    """A server on the draft that has recovered, behind a private socket."""
    child = Child(
        "the recovering PostgreSQL",
        directory.log("restore"),
        directory.record("restore"),
        signal.SIGINT,
    )
    with tempfile.TemporaryDirectory(prefix="gh-") as socket:
        if account.uid >= 0:
            os.chown(socket, account.uid, account.gid)
        settings = SETTINGS | {
            "listen_addresses": "",
            "unix_socket_directories": socket,
            "hba_file": str(draft / "private_hba.conf"),
        }
        server = Server({"host": socket, "user": SUPERUSER})
        try:
            await child.start(
                [program("postgres"), "-D", draft, *(f"--{n}={v}" for n, v in settings.items())],
                account,
            )
            await child.wait_until_ready(
                "restore PostgreSQL",
                lambda: _recovered(server),
                (OSError, BackupError, _Recovering),
                RECOVERY_SECONDS,
            )
            yield server
        finally:
            await child.stop(signal.SIGINT, 60.0)


class _Recovering(Exception):
    """The server answers, and has not reached the recovery target yet."""


async def _recovered(server: Server) -> None:
    connection = await server.connect()
    try:
        if await connection.fetchval("SELECT pg_is_in_recovery()"):
            raise _Recovering
    except asyncpg.PostgresError as why:
        raise _Recovering from why
    finally:
        await connection.close()


async def _reset_settings(server: Server, directory: DataDirectory) -> None:
    """Give the server this directory's password, and reset the recovery settings."""
    connection = await server.connect()
    try:
        password = directory.passwords([SUPERUSER])[SUPERUSER]
        quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
        await connection.execute(f"ALTER ROLE {SUPERUSER} PASSWORD {quoted}")
        for name in RECOVERY_SETTINGS:
            await connection.execute(f"ALTER SYSTEM RESET {name}")
    finally:
        await connection.close()


def _swap_in(draft: Path, final: Path) -> Path | None:
    """Rename the draft to the server's data directory; an old one is kept under another name."""
    moved = None
    if final.exists():
        moved = final.with_name(f"postgres.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        final.rename(moved)
    draft.rename(final)
    return moved
