"""`make bench`: every figure beside a peer in the same run. Never asserted: machines are noisy.

make bench                               the whole table, in about ten minutes
make bench ARGS="ingest latency"         some of it
make bench ARGS="history --history 10000000 --label long --write docs/performance.md"
"""

import argparse
import asyncio
import gc
import os
import sys
import time
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from deploy.embedded.pinned import VERSION as KAFKA
from shared.service.runner import collect_seldom
from tests.benchmarks import commands, growth, ingest, latency, pages, relay, roster
from tests.benchmarks.peers.streams import NO_JDK, Streams
from tests.benchmarks.rig import Rig, Sizes, rig
from tests.benchmarks.table import Row, markdown, not_measured, printed, stated, write

BENCHMARKS = {
    "ingest": ingest.benchmark,
    "mix": ingest.benchmark_mix,
    "commands": commands.benchmark,
    "roster": roster.benchmark,
    "relay": relay.benchmark,
    "latency": latency.benchmark,
    "history": growth.benchmark,
    "pages": pages.benchmark,
}
"""In the table's order. Each stands on servers of its own, so that none inherits another's load."""


def asked() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*BENCHMARKS, []],
        metavar="NAME",
        help=f"of {', '.join(BENCHMARKS)}; all of them by default",
    )
    parser.add_argument("--events", type=int, default=300_000, help="to ingest, and to relay")
    parser.add_argument("--history", type=int, default=1_000_000, help="events of a long history")
    parser.add_argument("--people", type=int, default=100_000, help="on the roster")
    parser.add_argument("--seconds", type=int, default=20, help="of steady load")
    parser.add_argument("--write", type=Path, help="also into this page, between its markers")
    parser.add_argument("--label", default="default", help="which markers of the page")
    return parser.parse_args()


async def main() -> int:
    """Run the named benchmarks, or all; return the exit status, 1 when one of them failed.

    The page is written after each, so that a run of hours keeps what it has.
    """
    given, load = asked(), os.getloadavg()[0]
    sizes = Sizes(given.events, given.history, given.people, given.seconds)
    collect_seldom()  # as every service does; some peers run in this process too
    rows: list[Row] = []
    failed = False
    versions, command = {"Kafka": KAFKA}, "make bench"
    if len(sys.argv) > 1:
        command += f' ARGS="{" ".join(sys.argv[1:])}"'
    with TemporaryDirectory(prefix="guildhall-streams-") as directory:
        streams = await Streams.find(Path(directory))
        versions |= {"Java": streams.version} if streams else {}
        if streams is None:
            print(NO_JDK, file=sys.stderr)
        for name in given.names or BENCHMARKS:
            # Or a commit waits for what the one before wrote, and who measures walks what it left.
            await asyncio.to_thread(os.sync)
            gc.collect()
            gc.freeze()
            started = time.perf_counter()
            try:
                async with rig(streams) as stand:
                    versions["PostgreSQL"] = await _postgres(stand)
                    found = await BENCHMARKS[name](stand, sizes)
            except Exception as why:  # the others are still worth having
                traceback.print_exc()
                failed, found = True, [not_measured(name, f"failed: {type(why).__name__}")]
            rows += found
            print(f"\n{name}, {time.perf_counter() - started:.0f} s\n{printed(found)}", flush=True)
            text = markdown(rows, stated(command, versions, load))
            if given.write:
                write(given.write, given.label, text)
    print(f"\n{text}")
    gc.unfreeze()  # DuckDB's binding takes what is frozen for leaked, and says so at length
    return int(failed)


async def _postgres(stand: Rig) -> str:
    connection = await asyncpg.connect(stand.postgres)
    version = str(await connection.fetchval("SHOW server_version")).split()[0]
    await connection.close()
    return version


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
