"""Each service's own database and role in a PostgreSQL: no service can read another's."""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from shared.contract.contexts import DATABASE_PREFIX


async def provision(
    administrator: str, passwords: Mapping[str, str], prefix: str = DATABASE_PREFIX
) -> dict[str, str]:
    """Make database and role ``<prefix><service>`` for each service in ``passwords``.

    The role owns its database, logs in with the given password, and nobody else may connect. What
    exists is kept, the password is set to the given one. ``administrator`` is the DSN of a role
    that may create databases and roles. Returns ``{service: DSN}``.

    Raises what asyncpg raises, for example ``InsufficientPrivilegeError``.
    """
    await asyncio.gather(
        *(_provision(administrator, prefix + name, word) for name, word in passwords.items())
    )
    return {
        name: service_url(administrator, prefix + name, password)
        for name, password in passwords.items()
    }


def service_url(administrator: str, name: str, password: str) -> str:
    """Return the DSN of database ``name`` for the role of that name on the same server."""
    parts = urlsplit(administrator)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        parts._replace(netloc=f"{name}:{quote(password, safe='')}@{place}", path=f"/{name}")
    )


async def _provision(administrator: str, name: str, password: str) -> None:
    connection = await asyncpg.connect(administrator)
    try:
        role = await connection.fetchval(
            "SELECT quote_ident($1)::text FROM pg_roles WHERE rolname = $1", name
        )
        quoted, literal = await connection.fetchrow(
            "SELECT quote_ident($1::text), quote_literal($2::text)", name, password
        )
        verb = "ALTER" if role else "CREATE"
        await connection.execute(f"{verb} ROLE {quoted} LOGIN PASSWORD {literal}")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            # To own a database is given by a member of the role: a superuser always is one.
            await connection.execute(f"GRANT {quoted} TO CURRENT_USER")
            await connection.execute(f"CREATE DATABASE {quoted} OWNER {quoted}")
        await connection.execute(f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC")
    finally:
        await connection.close()
