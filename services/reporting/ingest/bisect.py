"""A fold that raises blocks its own stream, and nothing else of its batch.

The batch is written under savepoints (`shared/eventstore/isolated.py`): the events whose folds
raise, and what follows in their streams, are refused, to be retried once the projection is mended.
"""

from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import structlog

from services.reporting.ingest.admission import stream_blocked
from services.reporting.ingest.decode import Refused
from services.reporting.journal.record import Decoded
from shared.eventstore import isolated
from shared.eventstore.isolated import place_of
from shared.metrics import FOLD_FAILURES

log = structlog.get_logger("bisect")

Write = Callable[[Sequence[Decoded]], Awaitable[None]]


async def write_isolated(
    connection: asyncpg.Connection, accepted: Sequence[Decoded], write: Write
) -> tuple[list[Decoded], list[Refused]]:
    """Journal and fold what can be, in order; returns what was written and what had to be refused.

    `write` does it for a run of records, in the caller's transaction. Raises what it raises where
    the database or the machine is at fault: then nothing may be concluded about an event. The
    journal's own keys are kept by its head.
    """
    failed = await isolated.write_isolated(
        connection, accepted, write, group=lambda record: record.stream_key, own=("journal",)
    )
    refused = [
        stream_blocked(record) if why is None else _fold_failed(record, why)
        for record, why in ((accepted[number], why) for number, why in failed)
    ]
    numbers = {number for number, _ in failed}
    written = [record for number, record in enumerate(accepted) if number not in numbers]
    return written, refused


def _fold_failed(record: Decoded, why: Exception) -> Refused:
    """The class and place of the failure alone: its message may quote the event."""
    error, place = type(why).__name__, place_of(why)
    log.error("a fold raised; its stream waits", type=record.envelope.type, error=error, at=place)
    FOLD_FAILURES.labels(record.envelope.type, error).inc()
    detail = f"{error} at {place}, folding {record.envelope.type}"
    return Refused(record.raw, "fold-failed", detail, record.envelope, blocks_stream=True)
