"""A provisioned server, as a service sees it: every service's DSN and role, under new names."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg

from deploy.embedded import provision
from deploy.embedded.provision import AUDITORS, OWNER
from shared.contract.contexts import CONTEXTS


class Login(NamedTuple):
    """A service's DSN, and its role, which its database is named after."""

    dsn: str
    role: str

    async def asked(self, query: str, *args: object) -> list[str]:
        """The first column of what its own role is answered."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return [row[0] for row in await connection.fetch(query, *args)]
        finally:
            await connection.close()


@asynccontextmanager
async def provisioned(postgres: str) -> AsyncIterator[dict[str, Login]]:
    """Every service's, by its name; dropped afterwards. `postgres` is the superuser's DSN."""
    prefix = f"r{secrets.token_hex(4)}_"
    try:
        urls = await provision(postgres, dict.fromkeys(CONTEXTS, "pw"), prefix)
        yield {name: Login(url, prefix + name) for name, url in urls.items()}
    finally:
        await drop(postgres, prefix)


async def drop(postgres: str, prefix: str) -> None:
    """Drop what was provisioned under a prefix."""
    connection = await asyncpg.connect(postgres)
    for name in (prefix + service for service in CONTEXTS):
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.execute(f"DROP ROLE IF EXISTS {name}, {name}{OWNER}, {name}{AUDITORS}")
    await connection.close()
