"""A process that holds embedded servers: `python holder.py DIRECTORY` until its input ends.

It writes one JSON line when they serve, and stops them in order when its standard input closes.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

import asyncpg

from deploy.embedded import Embedded, create_topics


async def main(directory: Path) -> None:
    async with Embedded(directory) as servers:
        created = await create_topics(servers.kafka)
        urls = await servers.provision()
        connection = await asyncpg.connect(urls["members"])
        owner = await connection.fetchval("SELECT current_user")
        facts = {
            "uid": os.geteuid(),
            "pids": [os.getpid(), servers.kafka_pid, servers.postgres_pid],
            "topics": created,
            "role": owner,
        }
        await asyncio.to_thread(print, json.dumps(facts), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await connection.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
