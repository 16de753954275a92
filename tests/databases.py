"""Databases for tests: each is a copy of a template, which is made once per session and schema."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from shared.eventstore.database import open_pool
from shared.eventstore.migrations import migrate

Prepare = Callable[[asyncpg.Pool], Awaitable[None]]


class NewDatabase(Protocol):
    """`Databases.new`, as a fixture hands it out."""

    async def __call__(self, *packages: str, prepare: Prepare | None = None) -> str: ...


class Databases:
    """Makes databases in one server and drops them."""

    def __init__(self, postgres: str) -> None:
        """`postgres`: the superuser's DSN."""
        self._postgres = postgres
        self._templates: dict[tuple[tuple[str, ...], Prepare | None], str] = {}
        self._made: list[str] = []
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()

    async def close(self) -> None:
        """Hang up; the databases stay as they are."""
        if self._connection is not None:
            await self._connection.close()

    async def new(self, *packages: str, prepare: Prepare | None = None) -> str:
        """The superuser's DSN of a new database: empty, or migrated to what `packages` have and
        given to `prepare`, whose work is copied too."""
        if not packages:
            name = await self._create("TEMPLATE template1")
        else:
            name = await self._create(f"TEMPLATE {await self._template(packages, prepare)}")
        self._made.append(name)
        return self._dsn(name)

    async def drop_all(self) -> None:
        """Drop every database made, but for the templates."""
        while self._made:
            await self._execute(f"DROP DATABASE {self._made.pop()} WITH (FORCE)")

    async def _template(self, packages: tuple[str, ...], prepare: Prepare | None) -> str:
        if (packages, prepare) not in self._templates:
            name = await self._create("TEMPLATE template1")
            pool = await open_pool(self._dsn(name), size=2)
            await migrate(pool, *packages)
            if prepare is not None:
                await prepare(pool)
            await pool.close()
            self._templates[packages, prepare] = name
        return self._templates[packages, prepare]

    async def _create(self, template: str) -> str:
        name = f"test_{secrets.token_hex(6)}"
        await self._execute(f"CREATE DATABASE {name} {template} STRATEGY file_copy")
        return name

    def _dsn(self, name: str) -> str:
        return urlunsplit(urlsplit(self._postgres)._replace(path=f"/{name}"))

    async def _execute(self, statement: str) -> None:
        """By one connection for all: to connect costs as much as to make a database."""
        async with self._turn:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(self._postgres)
            await self._connection.execute(statement)
