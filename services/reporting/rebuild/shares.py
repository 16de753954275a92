"""Shares of the journal: which events each process of a rebuild reads, and reading them.

No row is touched by events of two shares, so each share is folded without knowing of the others.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal, NamedTuple

import asyncpg

from services.reporting.journal.integrity import CHECKED
from services.reporting.projections import DEFINITIONS, dispatch_to
from shared.contract.benefits import (
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ClaimRejected,
    ClaimReversed,
    ClaimWithdrawn,
    ContractSigned,
    CoverEnded,
    ExpenditurePaid,
    ExpenditureRequested,
    ExpenditureReversed,
    GiftIssued,
    GiftIssuedAgain,
    GiftReceiptSigned,
    GiftReturned,
    IncomeCorrected,
    IncomeReceived,
    MemberInsured,
    ProcurementDecided,
)
from shared.contract.catalogue import EVENT_TYPES
from shared.contract.envelope import DomainEvent
from shared.eventstore.database import SERVER_SETTINGS

Step = Literal["fold", "late"]

BY_STREAM: frozenset[type[DomainEvent]] = frozenset(
    {
        GiftIssued,
        GiftIssuedAgain,
        GiftReceiptSigned,
        GiftReturned,
        ClaimFiled,
        ClaimApproved,
        ClaimRejected,
        ClaimWithdrawn,
        ClaimPaid,
        ClaimReversed,
        MemberInsured,
        CoverEnded,
        ExpenditureRequested,
        ExpenditurePaid,
        ExpenditureReversed,
        IncomeReceived,
        IncomeCorrected,
        ProcurementDecided,
        ContractSigned,
    }
)
"""Types whose rows belong to one stream or one event: their streams may be dealt out. All types of
a context that are not among them stay together, in one share."""

ENTRIES_READ = 10_000
"""Log indexes read at once."""
OF_SHARE = f"""
SELECT {CHECKED}
FROM journal
WHERE log_index > $1 AND log_index <= $2
    AND (type = ANY($3) OR type = ANY($4) AND (hashtext(stream) & 2147483647) % $5 = $6)
ORDER BY log_index
"""


class Share(NamedTuple):
    """What one process does: step `step` of share `number` of `of`, up to a log_index, for the
    projections `names`."""

    database_url: str
    schema: str
    step: Step
    number: int
    of: int
    up_to: int
    names: tuple[str, ...] = tuple(DEFINITIONS)


@asynccontextmanager
async def connected(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of its own, without a pool's time limit: what a rebuild asks takes longer."""
    connection = await asyncpg.connect(database_url, server_settings=SERVER_SETTINGS)
    try:
        yield connection
    finally:
        await connection.close()


async def read_share(
    connection: asyncpg.Connection, share: Share
) -> AsyncIterator[tuple[list[Any], int]]:
    """The share's rows of each stretch of the log; the next is fetched while one is folded."""
    kept_together, dealt_out = types_of(share.number, share.of, frozenset(share.names))

    async def fetch(after: int) -> tuple[list[Any], int]:
        reached = min(after + ENTRIES_READ, share.up_to)
        rows = await connection.fetch(
            OF_SHARE, after, reached, kept_together, dealt_out, share.of, share.number
        )
        return rows, reached

    coming, reached = asyncio.ensure_future(fetch(0)), 0
    try:
        while reached < share.up_to:
            rows, reached = await coming
            if reached < share.up_to:
                coming = asyncio.ensure_future(fetch(reached))
                await asyncio.sleep(0)  # so that the question is on its way
            yield rows, reached
    finally:
        coming.cancel()


def types_of(
    number: int, of: int, names: frozenset[str] = frozenset(DEFINITIONS)
) -> tuple[list[str], list[str]]:
    """Names of the types that share `number` of `of` reads whole, and of those dealt out: of all
    that the projections `names` are folded from."""
    folded = dispatch_to(names)
    kept_together = [
        cls.type_name()
        for position, classes in enumerate(EVENT_TYPES.values())
        for cls in classes
        if position % of == number and cls.type_name() in folded and cls not in BY_STREAM
    ]
    dealt_out = [name for cls in BY_STREAM for name in [cls.type_name()] if name in folded]
    return kept_together, dealt_out
