"""What stops everybody is seen by who does nothing else than wake."""

import asyncio
import json
import signal

from tests.benchmarks.process import module, running

HELD_SECONDS = 0.3


async def test_a_pause_is_as_late_as_it_was_long() -> None:
    async with running("hiccups", *module("tests.benchmarks.hiccups"), piped=True) as child:
        assert child.process.stdin is not None and child.process.stdout is not None
        assert await child.process.stdout.readline() == b"begun\n"
        child.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(HELD_SECONDS)
        child.process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.05)
        child.process.stdin.write(b"enough\n")
        late = json.loads(await child.process.stdout.readline())
    assert max(late) > (HELD_SECONDS - 0.1) * 1000
    assert sum(each > 50 for each in late) > 50  # all that were due meanwhile, not one
