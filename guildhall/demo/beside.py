"""The demo union beside one's own: a stack of its own, on a simulated clock, in the background.

Simulated and real facts never meet in one log, so the demo has its own servers, its own directory
and its own pages. It runs with the lowest priority that leaves it alive, once one's own is ready.
`python -m guildhall.demo.beside DIRECTORY` is what `guildhall up --demo` starts; it ends with its
parent.
"""

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import sys
from pathlib import Path

from deploy.embedded import Embedded
from deploy.embedded.directory import DataDirectory
from deploy.stack.stack import Stack
from deploy.stack.state_files import SIMULATED
from guildhall.demo.demonstration import Timings, enter_and_arrive, files_of, generated, open_place
from guildhall.demo.loader import Year
from guildhall.demo.script import ORG
from guildhall.output import Output

PR_SET_PDEATHSIG = 1
NICENESS = 15
SEED = 2022
ENTERED = "entered"
"""The file that says that the year is whole; without it the directory is made anew."""
KEPT = ("identity", "logs", "run")


async def run(directory: Path, output: Output) -> None:
    """Run the demo union's stack until SIGTERM or SIGINT, its year entered at the first start.

    Raises ValueError where the directory holds anything but a demo; and as Stack and the demo do.
    """
    begin_anew(directory)
    stopping = asyncio.Event()
    running = asyncio.current_task()

    def stop() -> None:
        stopping.set()
        if running is not None:
            running.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    # Never the servers that the environment names: those hold one's own records.
    servers = Embedded(directory, report=output.notice)
    with contextlib.suppress(asyncio.CancelledError):
        async with Stack(directory, simulated=True, servers=servers, report=output.notice) as stack:
            if not (directory / ENTERED).exists():
                await _enter(stack, directory)
                (directory / ENTERED).touch()
            output.notice("the demo union is complete")
            await stopping.wait()


def begin_anew(directory: Path) -> None:
    """Remove a demo whose entering was cut short: on a simulated clock no one can go back in it.

    Raises ValueError where the directory's records are no simulated ones, EmbeddedError where a
    process runs in it.
    """
    clock = directory / "clock"
    if (directory / ENTERED).exists() or not clock.exists():
        return
    if clock.read_text("utf-8").strip() != SIMULATED:
        raise ValueError(f"{directory} holds records of a real clock")
    held = DataDirectory(directory)
    held.hold()
    try:
        for each in directory.iterdir():
            if each.is_dir() and each.name not in KEPT:
                shutil.rmtree(each)
    finally:
        held.release()


async def _enter(stack: Stack, directory: Path) -> None:
    scripts = await asyncio.to_thread(generated, directory, {ORG: 2}, SEED)
    async with open_place(stack) as place:
        years = [Year(place, files_of(directory, org), script) for org, script in scripts.items()]
        await enter_and_arrive(years, place, Timings(), lambda _: None)


def main() -> None:
    """Run in the directory that is named, and end with the parent."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        return
    os.nice(NICENESS)
    asyncio.run(run(Path(sys.argv[1]), Output()))


if __name__ == "__main__":
    main()
