"""A fold that raises blocks its own stream, and nothing else of its batch.

The batch is written under a savepoint. Where that raises, halves are tried in order, each under a
savepoint of its own, until the events stand alone whose folds raise: they and what follows in their
streams are refused, to be retried once the projection is mended.
"""

from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import structlog

from services.reporting.ingest.admission import stream_blocked
from services.reporting.ingest.decode import Refused
from services.reporting.journal.record import Decoded, StreamKey
from shared.eventstore.database import UNREACHABLE
from shared.metrics import FOLD_FAILURES

log = structlog.get_logger("bisect")

OF_THE_EVENT = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)
"""What PostgreSQL says of a row it cannot hold; all else it says is of itself or its connection."""

Write = Callable[[Sequence[Decoded]], Awaitable[None]]


async def write_isolated(
    connection: asyncpg.Connection, accepted: Sequence[Decoded], write: Write
) -> tuple[list[Decoded], list[Refused]]:
    """Journal and fold what can be, in order; returns what was written and what had to be refused.

    `write` does it for a run of records, in the caller's transaction. Raises what it raises where
    the database or the machine is at fault: then nothing may be concluded about an event.
    """
    written: list[Decoded] = []
    refused: list[Refused] = []
    failed: set[StreamKey] = set()
    runs = [list(accepted)]
    while runs:
        run = runs.pop()
        if failed:
            refused += [stream_blocked(record) for record in run if record.stream_key in failed]
            run = [record for record in run if record.stream_key not in failed]
        if not run:
            continue
        try:
            async with connection.transaction():
                await write(run)
            written += run
        except Exception as why:
            if not _is_of_the_event(why):
                raise
            if len(run) > 1:
                half = len(run) // 2
                runs += [run[half:], run[:half]]
            else:
                refused.append(_fold_failed(run[0], why))
                failed.add(run[0].stream_key)
    return written, refused


def _is_of_the_event(why: Exception) -> bool:
    if isinstance(why, asyncpg.PostgresError):
        # A limit that names no table is the server's, such as transaction ids that run out; and the
        # journal's own keys are kept by its head, whatever an event says.
        named = why.table_name
        if isinstance(why, asyncpg.ProgramLimitExceededError) and not named:
            return False
        if isinstance(why, asyncpg.UniqueViolationError) and named == "journal":
            return False
    if isinstance(why, UNREACHABLE):
        return isinstance(why, OF_THE_EVENT)
    return not isinstance(why, MemoryError)


def _fold_failed(record: Decoded, why: Exception) -> Refused:
    """The class and place of the failure alone: its message may quote the event."""
    error, place = type(why).__name__, _place(why)
    log.error("a fold raised; its stream waits", type=record.envelope.type, error=error, at=place)
    FOLD_FAILURES.labels(record.envelope.type, error).inc()
    detail = f"{error} at {place}, folding {record.envelope.type}"
    return Refused(record.raw, "fold-failed", detail, record.envelope, blocks_stream=True)


def _place(why: Exception) -> str:
    frame = why.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return "an unknown place"
    return f"{frame.tb_frame.f_globals.get('__name__', '?')}:{frame.tb_lineno}"
