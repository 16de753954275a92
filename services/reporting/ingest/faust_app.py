"""The Faust app of the worker: life cycle, timers and the agent that applies batches.

What Faust is not trusted with: fetching, seeking, offsets. Its transport is never
started; the intake owns group membership, and the agent's body never raises.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import faust
from faust.app.base import BootStrategy

from services.reporting.ingest.admission import Admission
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.offsets import Move


class Reads(Protocol):
    """What reads Kafka until it is cancelled."""

    async def run(self) -> None:
        """Read on."""


class Batch:
    """One fetched batch on its way to the agent, and the outcome the intake awaits."""

    def __init__(self, records: Sequence[Any], moves: Sequence[Move]) -> None:
        self.records, self.moves = records, moves
        self.done: asyncio.Future[Admission] = asyncio.get_running_loop().create_future()


class IntakeEnded(Exception):
    """The intake ended by itself: the worker must not live on without it."""


class WithoutTransport(BootStrategy):
    """Start sensors, agents and services, and none of Faust's own Kafka clients or its web."""

    enable_kafka = False
    enable_web = False


class WithoutTables(faust.App):
    """Makes no directories for tables, of which there are none: by default Faust makes them where
    the process stands, and a container's file system is read-only."""

    async def on_first_start(self) -> None:
        """Do nothing, where Faust (0.15.3) would make them and do no more."""


class FaustApp:
    """Intake → channel → applying agent, and timers; a crash in any of them stops the app.

    Make it inside the running loop, because Faust binds to it.
    """

    def __init__(self, ingest: Ingest) -> None:
        self.faust = WithoutTables(
            "guildhall-reporting",
            broker="kafka://127.0.0.1:9",  # never contacted: the transport is not started
            web_enabled=False,
            topic_disable_leader=True,
            topic_allow_declare=False,
            stream_wait_empty=False,
            producer_threaded=False,
            autodiscover=False,
        )
        self.faust.boot_strategy = WithoutTransport(self.faust)
        self._batches = self.faust.channel()

        @self.faust.agent(self._batches, concurrency=1)
        async def applying(stream: Any) -> None:
            async for batch in stream:
                await settle(batch, ingest)

    async def hand_over(self, records: Sequence[Any], moves: Sequence[Move]) -> Admission:
        """Have the agent apply a batch; what becomes of it, or what `Ingest.apply` raised."""
        batch = Batch(records, moves)
        await self._batches.put(batch)
        return await batch.done

    def reads(self, intake: Reads) -> None:
        """Run the intake as long as the app; it hands its batches to `hand_over`."""

        @self.faust.task
        async def reading() -> None:
            # Faust's consumer would open the channels after its first assignment; it is not
            # started.
            self.faust.flow_control.resume()
            try:
                await intake.run()
            except asyncio.CancelledError:
                # Faust passes over a cancelled task; a worker that reads no more must end, and be
                # seen.
                if not self.faust.should_stop:
                    raise IntakeEnded("the intake was cancelled, nobody stops the worker") from None
                raise

    def every(self, seconds: float, action: Callable[[], Awaitable[None]]) -> None:
        """Call `action` again and again, so many seconds apart."""
        self.faust.timer(interval=seconds)(action)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start it, and stop it in the end."""
        self.faust.finalize()
        await self.faust.start()
        try:
            yield
        finally:
            await self.faust.stop()


async def settle(batch: Batch, ingest: Ingest) -> None:
    """Apply a batch and tell its outcome. Nothing leaves the agent: a failure is the intake's."""
    try:
        admission = await ingest.apply(batch.records, batch.moves)
    except asyncio.CancelledError:
        batch.done.cancel()
        raise
    except Exception as why:
        if not batch.done.cancelled():
            batch.done.set_exception(why)
    else:
        if not batch.done.cancelled():
            batch.done.set_result(admission)
