"""What cannot be written for one item's own fault is kept from the others of its batch.

A batch is written under a savepoint. Where that raises, halves are tried in order, each under a
savepoint of its own, until the items stand alone that cannot be written.
"""

from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from typing import NamedTuple, TypeVar

import asyncpg

from shared.eventstore.database import UNREACHABLE

T = TypeVar("T")

OF_THE_ITEM = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)
"""What PostgreSQL says of a row it cannot hold; all else it says is of itself or its connection."""

Write = Callable[[Sequence[T]], Awaitable[None]]
Group = Callable[[T], Hashable]


class Failed(NamedTuple):
    """Why an item was not written: `why` it raised, or None: it is of a group in which one did."""

    number: int
    why: Exception | None


async def write_isolated(
    connection: asyncpg.Connection,
    items: Sequence[T],
    write: Write[T],
    *,
    group: Group[T] | None = None,
    own: Collection[str] = (),
) -> list[Failed]:
    """Write what can be, in order; returns what was not, by its number in `items`.

    `write` does it for a run of items, in the caller's transaction. `group`: of one item's group
    nothing is written after it. `own`: tables whose keys the caller keeps itself. Raises what
    `write` raises where the database or the machine is at fault: nothing may be concluded then.
    """
    failed: list[Failed] = []
    failed_groups: set[Hashable] = set()
    runs = [list(range(len(items)))]
    while runs:
        run = runs.pop()
        if group is not None and failed_groups:
            waiting = [number for number in run if group(items[number]) in failed_groups]
            failed += [Failed(number, None) for number in waiting]
            run = [number for number in run if group(items[number]) not in failed_groups]
        if not run:
            continue
        try:
            async with connection.transaction():
                await write([items[number] for number in run])
        except Exception as why:
            if not is_of_the_item(why, own):
                raise
            if len(run) > 1:
                half = len(run) // 2
                runs += [run[half:], run[:half]]
            else:
                failed.append(Failed(run[0], why))
                if group is not None:
                    failed_groups.add(group(items[run[0]]))
    return failed


def is_of_the_item(why: Exception, own: Collection[str] = ()) -> bool:
    """Whether what was raised says something of what was to be written, and not of the database, of
    its connection, or of the machine."""
    if isinstance(why, asyncpg.PostgresError):
        # A limit that names no table is the server's, such as transaction ids that run out; and the
        # caller's own keys are kept by the caller, whatever an item says.
        named = why.table_name
        if isinstance(why, asyncpg.ProgramLimitExceededError) and not named:
            return False
        if isinstance(why, asyncpg.UniqueViolationError) and named in own:
            return False
    if isinstance(why, UNREACHABLE):
        return isinstance(why, OF_THE_ITEM)
    return not isinstance(why, MemoryError)


def place_of(why: Exception) -> str:
    """Where it was raised, as module and line: its message may quote the item."""
    frame = why.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return "an unknown place"
    return f"{frame.tb_frame.f_globals.get('__name__', '?')}:{frame.tb_lineno}"
