"""Commands for the servers' programs: ``python -m deploy.embedded lock|prepare``.

``prepare`` fetches Kafka and makes Java's class archives, so that the next start needs no network
and takes a second or two. ``lock`` is for maintainers: it resolves Kafka anew into ``kafka.lock``.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from deploy.embedded.errors import EmbeddedError
from deploy.embedded.fetch import write_lock
from deploy.embedded.jars import cache_directory
from deploy.embedded.servers import Embedded


async def prepare() -> None:
    """Start Kafka once on data that are thrown away."""
    with tempfile.TemporaryDirectory() as directory:
        servers = Embedded(Path(directory), report=print)
        try:
            await servers.start_kafka()
        finally:
            await servers.stop()


def main(arguments: list[str]) -> int:
    """Run one command; return the exit status."""
    started = time.monotonic()
    try:
        match arguments:
            case ["lock"]:
                print(f"pinned {len(write_lock())} jars")
            case ["prepare"]:
                asyncio.run(prepare())
                print(f"{cache_directory()} is ready after {time.monotonic() - started:.1f} s")
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
