"""The shares of a rebuild, each in a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import orjson

from services.reporting.rebuild.shares import Share, Step
from services.reporting.rebuild.worker import STEPS


async def fold(
    shares: list[Share],
    step: Step,
    tell: Callable[[float], Awaitable[None]],
    *,
    apart: bool = False,
) -> None:
    """Do one step of every share, each in its process; a single share here, unless `apart`."""
    reached = dict.fromkeys(range(len(shares)), 0)

    async def watch(share: Share, work: AsyncIterator[int]) -> None:
        async for log_index in work:
            reached[share.number] = log_index
            await tell(min(reached.values()) / max(share.up_to, 1))

    doing = [share._replace(step=step) for share in shares]
    if len(doing) == 1 and not apart:
        await watch(doing[0], STEPS[step](doing[0]))
        return
    try:
        async with asyncio.TaskGroup() as group:
            for share in doing:
                group.create_task(watch(share, _in_process(share)))
    except BaseExceptionGroup as failures:  # the others were ended for the first one's sake
        raise failures.exceptions[0] from None


async def _in_process(share: Share) -> AsyncIterator[int]:
    """A share's work in a process of its own; it ends with us. Raises RuntimeError."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.reporting.rebuild.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(orjson.dumps(share._asdict()))
        process.stdin.close()
        async for line in process.stdout:
            yield int(line)
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        raise RuntimeError(f"share {share.number} of the rebuild ended with status {status}")
