"""Holds a supervisor with one service until it is killed; prints the process ids it started."""

import asyncio
import sys
from pathlib import Path

from tests.deploy.stack.test_supervisor import Watched, started


async def main(directory: Path) -> None:
    """Start, tell, and wait."""
    watched = Watched(directory)
    await watched.supervisor.open()
    await started(watched, "held")
    pid = watched.supervisor.pids["held"]
    parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
    print(pid, parent, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
