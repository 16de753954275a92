"""The Faust app of the worker: life cycle, timers and the agent that applies batches.

What Faust is not trusted with (DESIGN, point 6): fetching, seeking, offsets. Its transport is never
started; the intake owns group membership, and the agent's body never raises.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import faust
from faust.app.base import BootStrategy

from services.reporting.ingest.admission import Admission
from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.consumer import Intake
from services.reporting.ingest.offsets import Move


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


def build_app(ingest: Ingest, make_intake: Any, every: Sequence[tuple[float, Any]]) -> faust.App:
    """The app: intake → channel → applying agent; `every` are (seconds, coroutine function) timers.

    Call it inside the running loop, because Faust binds to it.
    """
    app = WithoutTables(
        "guildhall-reporting",
        broker="kafka://127.0.0.1:9",  # never contacted: the transport is not started
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        producer_threaded=False,
        autodiscover=False,
    )
    app.boot_strategy = WithoutTransport(app)
    batches = app.channel()

    @app.agent(batches, concurrency=1)
    async def applying(stream: Any) -> None:
        async for batch in stream:
            await settle(batch, ingest)

    async def hand_over(records: Sequence[Any], moves: Sequence[Move]) -> Admission:
        batch = Batch(records, moves)
        await batches.put(batch)
        return await batch.done

    intake: Intake = make_intake(hand_over)

    @app.task
    async def reading() -> None:
        # Faust's consumer would open the channels after its first assignment; it is not started.
        app.flow_control.resume()
        try:
            await intake.run()
        except asyncio.CancelledError:
            # Faust passes over a cancelled task; a worker that reads no more must end, and be seen.
            if not app.should_stop:
                raise IntakeEnded("the intake was cancelled, and nobody stops the worker") from None
            raise

    for seconds, action in every:
        app.timer(interval=seconds)(action)
    return app


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
