"""Connections to one service's PostgreSQL database.

asyncpg sets neither a command timeout nor TCP keepalives, so a cut link hangs for ever, and a pool
stays on an old primary after a fail-over (asyncpg issues 549 and 253): both are settled here once.
A DSN may name several hosts; the one that accepts writes is used.
"""

import asyncio
import socket

import asyncpg

COMMAND_TIMEOUT_SECONDS = 60.0
UNREACHABLE = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What asyncpg raises while its server is away: InternalClientError too, where the server died in
the middle of an operation ("cannot switch to state …; another operation is in progress")."""
AWAY = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.PostgresSystemError,
)
"""What says that the server is away, stopping, full or read-only, and nothing of the statement; a
TimeoutError is an OSError."""
SERVER_SETTINGS = {
    "application_name": "guildhall",
    "timezone": "UTC",
    # A role may give itself another path, on which a schema of its own hides our tables.
    "search_path": "public",
    "idle_in_transaction_session_timeout": "60000",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
PLAN_EACH = {"plan_cache_mode": "force_custom_plan"}
UNACKNOWLEDGED_MS = 20_000
"""How long what we sent may stay without an acknowledgement before the link is given up (Linux)."""
KEEPALIVES = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPIDLE", None), 10),
    (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPINTVL", None), 5),
    (socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPCNT", None), 3),
    (socket.IPPROTO_TCP, getattr(socket, "TCP_USER_TIMEOUT", None), UNACKNOWLEDGED_MS),
)
"""Our end of a connection: (level, option, value); an option the system has not is None."""


async def open_pool(
    dsn: str, *, size: int = 10, wait_seconds: float = 30.0, plan_each: bool = False
) -> asyncpg.Pool:
    """A pool on a server that accepts writes. Raises the last error after `wait_seconds`.

    `plan_each`: every statement is planned for its parameters, for questions whose best plan
    depends on them. A generic plan took 70 ms for a page of a list that takes 9.
    """

    async def look_whether_it_writes(connection: asyncpg.Connection) -> None:
        # Run when a connection comes back; asyncpg's own reset, which would cost every query a
        # round trip, is not needed: our code sets no session state, and who takes advisory locks
        # gives them back. The server says with each reply whether it fell back to read-only.
        if _read_only(connection):
            await pool.expire_connections()

    deadline = asyncio.get_running_loop().time() + wait_seconds
    while True:
        try:
            pool = await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=size,
                command_timeout=COMMAND_TIMEOUT_SECONDS,
                server_settings=SERVER_SETTINGS | (PLAN_EACH if plan_each else {}),
                target_session_attrs="read-write",
                init=_keep_alive,
                reset=look_whether_it_writes,
            )
            return pool
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.1)


async def _keep_alive(connection: asyncpg.Connection) -> None:
    """Have the kernel notice a peer that is gone; asyncpg offers no setting for it."""
    link = connection._transport.get_extra_info("socket")
    if link is not None and link.family in (socket.AF_INET, socket.AF_INET6):
        for level, option, value in KEEPALIVES:
            if option is not None:
                link.setsockopt(level, option, value)


def _read_only(connection: asyncpg.Connection) -> bool:
    """Whether the server said that it takes no writes (PostgreSQL reports both since 14).

    Such a server passes every read, so nothing else would take a pool off an old primary.
    """
    said = connection.get_settings()
    return "on" in (said.default_transaction_read_only, said.in_hot_standby)
