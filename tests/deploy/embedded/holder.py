"""A process that holds embedded servers until its input ends.

`python holder.py DIRECTORY`, or `… DIRECTORY postgres` for PostgreSQL alone, without WAL reserved.
It writes one JSON line when they serve, and stops them in order when its standard input closes.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

import asyncpg

from deploy.embedded import Embedded, create_topics, postgres


async def main(directory: Path, only: str = "") -> None:
    servers = Embedded(directory)
    if only:
        postgres.WAL_RESERVED = 0  # a quarter of a gigabyte for each of many clusters
    try:
        await servers.start_postgres()
        created = [] if only else await create_topics(await servers.start_kafka())
        urls = await servers.provision()
        connection = await asyncpg.connect(urls["members"])
        owner = await connection.fetchval("SELECT current_user")
        facts = {
            "uid": os.geteuid(),
            "pids": [os.getpid(), servers.postgres_pid, *([] if only else [servers.kafka_pid])],
            "topics": created,
            "role": owner,
        }
        await asyncio.to_thread(print, json.dumps(facts), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await connection.close()
    finally:
        await servers.stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
