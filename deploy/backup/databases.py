"""The contexts' databases of a server: what they committed, and in which epoch they are."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from deploy.backup.archive import BackupError, Mark
from shared.contract.contexts import CONTEXTS
from shared.eventstore.epochs import Epochs, keep_epochs, raise_epoch

HAS_STORE = "SELECT to_regclass('store_epoch') IS NOT NULL AND to_regclass('shards') IS NOT NULL"
COMMITTED = """
SELECT (SELECT epoch FROM store_epoch) AS epoch,
    ARRAY(SELECT head FROM shards ORDER BY shard) AS heads,
    (SELECT coalesce(sum(head), 0) FROM shards) + (SELECT count(*) FROM outbox) AS events
"""
JOURNAL = "SELECT next_index - 1 FROM journal_head"
CONNECT_SECONDS = 10.0


class Server(NamedTuple):
    """How to connect to a server as its administrator, any database of it."""

    arguments: Mapping[str, Any]

    async def connect(self, database: str = "postgres") -> asyncpg.Connection:
        """A connection. Raises BackupError where there is none."""
        try:
            return await asyncpg.connect(
                **{**self.arguments, "database": database}, timeout=CONNECT_SECONDS
            )
        except (OSError, TimeoutError, asyncpg.PostgresError) as why:
            raise BackupError(f"no connection to the database {database}: {why}") from why


class Committed(NamedTuple):
    """What one context's store holds; `journal` is reporting's last log_index, 0 elsewhere."""

    epoch: int
    heads: list[int]
    events: int
    journal: int


async def committed(server: Server) -> dict[str, Committed]:
    """What each context committed; one that never started is left out."""
    connection = await server.connect()
    try:
        rows = await connection.fetch("SELECT datname FROM pg_database WHERE NOT datistemplate")
    finally:
        await connection.close()
    there = {row["datname"] for row in rows}
    names = [name for name, context in CONTEXTS.items() if context.database in there]
    found = await asyncio.gather(*(_committed(server, name) for name in names))
    return {name: each for name, each in zip(names, found, strict=True) if each is not None}


async def _committed(server: Server, name: str) -> Committed | None:
    connection = await server.connect(CONTEXTS[name].database)
    try:
        if not await connection.fetchval(HAS_STORE):
            return None
        row = await connection.fetchrow(COMMITTED)
        journal = await connection.fetchval(JOURNAL) if name == "reporting" else 0
    finally:
        await connection.close()
    return Committed(row["epoch"], row["heads"], int(row["events"]), journal)


def epoch_of(found: Mapping[str, Committed]) -> int:
    """The server's epoch: a restore raises it in all of its databases at once."""
    return max((each.epoch for each in found.values()), default=1)


def mark_of(at: datetime, found: Mapping[str, Committed]) -> Mark:
    """A mark of what was found, read before `at`."""
    return Mark(
        at,
        {name: each.heads for name, each in found.items()},
        {name: each.events for name, each in found.items()},
        max((each.journal for each in found.values()), default=0),
    )


def shortfalls(mark: Mark, found: Mapping[str, Committed]) -> list[str]:
    """What a mark promises and a restored server does not have, a sentence each."""
    short = [
        f"{name}: shard {shard} ends at {has}, {promised} was stamped"
        for name, heads in mark.heads.items()
        if name in found
        for shard, (promised, has) in enumerate(zip(heads, found[name].heads, strict=True))
        if has < promised
    ]
    short += [f"{name}: its store is not there" for name in mark.events if name not in found]
    short += [
        f"{name}: {found[name].events} events, {count} were committed"
        for name, count in mark.events.items()
        if name in found and found[name].events < count
    ]
    journal = max((each.journal for each in found.values()), default=0)
    if journal < mark.journal:
        short.append(f"the journal ends at {journal}, {mark.journal} was sealed")
    return short


async def raise_epochs(server: Server, names: Mapping[str, Committed], epoch: int) -> None:
    """Begin `epoch` in every context's store, and tell each what all of them inherit."""
    all_of_them: dict[str, Epochs] = {}
    for name in names:
        connection = await server.connect(CONTEXTS[name].database)
        try:
            source = CONTEXTS[name].source
            all_of_them[source] = await raise_epoch(connection, source, epoch)
        except asyncpg.UndefinedTableError as why:
            raise BackupError(f"the store of {name} is older than epochs: {why}") from why
        finally:
            await connection.close()
    for name in names:
        connection = await server.connect(CONTEXTS[name].database)
        try:
            for source, epochs in all_of_them.items():
                await keep_epochs(connection, source, epochs)
        finally:
            await connection.close()
