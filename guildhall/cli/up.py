"""A stack in the foreground: prints the addresses, and stops in order on a signal."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from deploy.embedded import EmbeddedError
from deploy.stack.children import ForkServerGone
from deploy.stack.stack import Stack
from deploy.stack.state_files import WrongClock
from deploy.stack.supervisor import ServiceFailed
from guildhall.cli.beside import DemoBeside
from guildhall.output import Output

EXIT_INTERRUPTED = 130


class CannotRun(Exception):
    """The stack cannot run; the message says what failed, and how to go on."""


async def run(
    directory: Path,
    simulated: bool | None,
    services: Sequence[str],
    output: Output,
    *,
    demo: bool = False,
) -> None:
    """Run a stack until SIGINT or SIGTERM; a second signal ends it at once. `demo`: with the
    simulated demo union beside it, which is started once the stack is ready. Raises CannotRun.
    """
    beside = DemoBeside(directory, output) if demo else None
    stack = Stack(
        directory,
        simulated=simulated,
        services=services,
        settings={"console": {"GUILDHALL_DEMO_URL": beside.url}} if beside else {},
        wait_for_kafka=False,
        report=output.notice,
    )
    stopping = asyncio.Event()
    starting = asyncio.current_task()

    def stop() -> None:
        if stopping.is_set():
            # Nothing is left behind: every child dies with its parent.
            os._exit(EXIT_INTERRUPTED)
        stopping.set()
        output.notice("stopping: services, then Kafka, then PostgreSQL")
        if starting is not None:
            starting.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        async with stack:
            starting = None
            tell(stack, output, beside)
            if beside:
                await beside.start(stack.running.passcode)
            await stopping.wait()
            if beside:
                await beside.stop()
    except asyncio.CancelledError:
        if not stopping.is_set():
            raise
    except (EmbeddedError, ServiceFailed, ForkServerGone, WrongClock, OSError, ValueError) as why:
        raise CannotRun(str(why)) from why
    output.notice("stopped")


def tell(stack: Stack, output: Output, beside: DemoBeside | None) -> None:
    """Say where to go and how to sign in, then everything else."""
    where = {
        **stack.running._asdict(),
        "kafka": stack.kafka.servers,
        "directory": str(stack.directory),
        "demo": beside.url if beside else None,
    }
    del where["client_secret"]
    console = where["urls"].get("console")
    output.document(where)
    clock = "on a simulated clock" if stack.simulated else "on the real clock"
    if "console" in stack.services:
        output.say(f"open {console} and sign in with the passcode {stack.running.passcode}")
        if not stack.simulated:
            output.say("a union of your own begins there: as operator, or `guildhall union new`")
    if beside:
        output.say(
            f"the demo union, simulated, same passcode: {beside.url} (whole in some minutes)"
        )
    output.say(f"Guildhall runs in {stack.directory}, {clock}")
    output.table(("service", "address"), [*stack.urls.items(), ("kafka", stack.kafka.servers)])
    output.say(f"ready in {stack.seconds_to_ready:.1f} s; Ctrl-C stops it")
