"""Is this database of reporting what its journal says? For a drill, on a restored copy.

    python -m services.reporting.rebuild.verify            rebuild, compare, swap; then digest
    python -m services.reporting.rebuild.verify LOG_INDEX  only digest, as known at that index

Prints one JSON document. Digests are of row versions, so those of two databases are equal exactly
where every projection had the same rows at that index.
"""

import asyncio
import os
import sys
from typing import Any

import asyncpg
import orjson

from services.reporting.journal import log as journal
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.as_of import FOREVER, LIVE
from services.reporting.projections.definition import Projection
from services.reporting.rebuild.coordinator import rebuild
from shared.eventstore.database import open_pool

SECONDS_MAX = 3600.0
TABLES_ALONE = """
SELECT set_config(name, 'view, foreign-table', true) FROM pg_settings
WHERE name = 'restrict_nonsystem_relation_kind'
"""
"""Whoever has reporting's role could put a view in a projection's place; a superuser who asks it
would run its functions. (PostgreSQL 15.8, 16.4, 17 and later.)"""
DENSE = "SELECT count(*) = coalesce(max(log_index), 0) FROM journal"


async def digests(connection: asyncpg.Connection, up_to: int) -> dict[str, str]:
    """Of each projection, its row versions as known at `up_to`: how many, and the sum of their
    hashes, which no order changes. Raises what asyncpg raises where one is no table."""
    async with connection.transaction(readonly=True):  # whose setting it is, and no other's
        await connection.execute(TABLES_ALONE)
        return {
            each.name: await connection.fetchval(_digest(each), up_to, timeout=SECONDS_MAX)
            for each in PROJECTIONS
        }


def _digest(projection: Projection) -> str:
    columns = ", ".join(projection.columns)
    return (
        "SELECT count(*) || ':' ||"
        " coalesce(sum(('x' || left(md5(r::text), 15))::bit(60)::bigint), 0)"
        f" FROM (SELECT {columns}, valid_from, CASE WHEN valid_to > $1 THEN {FOREVER}"
        f" ELSE valid_to END AS valid_to FROM {LIVE}.{projection.name}"
        " WHERE valid_from <= $1) r"
    )


async def prove(pool: asyncpg.Pool, database_url: str, at: int | None = None) -> dict[str, Any]:
    """Rebuild and compare (unless `at` is given), then digest the projections. `pool` is on the
    database of `database_url`."""
    answer: dict[str, Any] = {}
    if at is None:
        rebuilt = await rebuild(database_url)
        answer = {
            "equal": rebuilt.equal,
            "rebuild_seconds": rebuilt.seconds,
            "journal_dense": await pool.fetchval(DENSE),
        }
    async with pool.acquire() as connection:
        index = await journal.last_index(connection) if at is None else at
        found = await digests(connection, index)
    return {"log_index": index, **answer, "digests": found}


async def main(at: int | None) -> None:
    """Prove the database that the environment names, and print the answer."""
    database_url = os.environ["GUILDHALL_DATABASE_URL"]
    pool = await open_pool(database_url)
    try:
        print(orjson.dumps(await prove(pool, database_url, at)).decode())
    finally:
        await pool.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else None))
