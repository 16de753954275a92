"""`make bench`: rates as ratios against a peer in the same run. Never asserted: machines are noisy.

make bench                     every benchmark
make bench ARGS="ingest --events 200000"
"""

import argparse
import asyncio

from shared.service import collect_seldom
from tests.benchmarks import commands, ingest, relay
from tests.benchmarks.rig import rig

BENCHMARKS = {
    "ingest": ingest.benchmark,
    "commands": commands.benchmark,
    "relay": relay.benchmark,
}


async def main() -> None:
    """Run the named benchmarks, or all, on servers of their own."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], default=[])
    parser.add_argument("--events", type=int, default=150_000)
    given = parser.parse_args()
    collect_seldom()  # as every service does; the peers run in this process too
    async with rig() as servers:
        for name in given.names or BENCHMARKS:
            await BENCHMARKS[name](servers, given.events)


if __name__ == "__main__":
    asyncio.run(main())
