"""Connections to one service's PostgreSQL database.

asyncpg sets neither a command timeout nor TCP keepalives, so a cut link hangs for ever, and a pool
stays on an old primary after a fail-over (asyncpg issues 549 and 253): both are settled here once.
"""

import asyncio
import hashlib
from importlib.resources import files

import asyncpg

COMMAND_TIMEOUT_SECONDS = 60.0
UNREACHABLE = (
    OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError,
)  # fmt: skip
"""What asyncpg raises while its server is away: InternalClientError too, where the server died in
the middle of an operation ("cannot switch to state …; another operation is in progress")."""
SERVER_SETTINGS = {
    "application_name": "guildhall",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "60000",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


async def open_pool(dsn: str, *, size: int = 10, wait_seconds: float = 30.0) -> asyncpg.Pool:
    """A pool on a server that accepts writes. Raises the last error after `wait_seconds`."""
    deadline = asyncio.get_running_loop().time() + wait_seconds
    while True:
        try:
            return await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=size,
                command_timeout=COMMAND_TIMEOUT_SECONDS,
                server_settings=SERVER_SETTINGS,
                target_session_attrs="read-write",
                reset=_keep_session,
            )
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.1)


async def _keep_session(_connection: asyncpg.Connection) -> None:
    """Nothing to undo when a connection goes back: our code sets no session state, and who takes
    advisory locks gives them back. asyncpg's own reset costs a round trip for every query."""


async def apply_schema(pool: asyncpg.Pool, *packages: str) -> None:
    """Run `schema.sql` of each package, in order, once per content, under one advisory lock."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('guildhall.schema'))")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_applied"
            " (package text, sha256 text, applied_at timestamptz DEFAULT now(),"
            " PRIMARY KEY (package, sha256))"
        )
        for package in packages:
            sql = files(package).joinpath("schema.sql").read_text(encoding="utf-8")
            digest = hashlib.sha256(sql.encode()).hexdigest()
            known = await connection.fetchval(
                "SELECT 1 FROM schema_applied WHERE package = $1 AND sha256 = $2", package, digest
            )
            if not known:
                await connection.execute(sql)
                await connection.execute(
                    "INSERT INTO schema_applied (package, sha256) VALUES ($1, $2)", package, digest
                )
