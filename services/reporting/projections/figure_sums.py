"""Partial sums of every list by day and position, written from the same line changes in the same
transaction.

A position is a block of log indexes. A row holds what the entries of one block added to one day of
one list, so the sums as known at any log_index are those of the whole blocks before it and the few
line changes of its own block; what a block said never changes once the log has passed it. Sums are
compared with the lines block by block: `differences`. Issued reports use the lines.
"""

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any

import asyncpg

from services.reporting.projections.as_of import FOREVER
from services.reporting.projections.engine import SLICE, RowChange
from services.reporting.projections.figure_lines import Line

NAME = "figure_sums"
LISTS = "figure_lines"
"""The projection whose rows are summed."""

BLOCK = 8192
"""Log indexes in a block. Stored rows depend on it: another size needs a rebuild."""

DDL = """
CREATE TABLE IF NOT EXISTS {schema}.figure_sums (
    org_id text NOT NULL, list text NOT NULL, day date NOT NULL, block bigint NOT NULL,
    lines bigint NOT NULL, quantity bigint NOT NULL, amount_fen bigint NOT NULL,
    without_amount bigint NOT NULL, assumed bigint NOT NULL, unprovable bigint NOT NULL,
    ended bigint NOT NULL);
"""
INDEXES = (
    "CREATE UNIQUE INDEX IF NOT EXISTS figure_sums_pkey ON {schema}.figure_sums"
    " (org_id, list, day, block)",
    "CREATE INDEX IF NOT EXISTS figure_sums_block ON {schema}.figure_sums (block)",
)

ADD = """
INSERT INTO {schema}.figure_sums AS s (org_id, list, day, block, lines, quantity, amount_fen,
    without_amount, assumed, unprovable, ended)
SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::bigint[], $5::bigint[], $6::bigint[],
    $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
ON CONFLICT (org_id, list, day, block) DO UPDATE SET lines = s.lines + EXCLUDED.lines,
    quantity = s.quantity + EXCLUDED.quantity, amount_fen = s.amount_fen + EXCLUDED.amount_fen,
    without_amount = s.without_amount + EXCLUDED.without_amount,
    assumed = s.assumed + EXCLUDED.assumed, unprovable = s.unprovable + EXCLUDED.unprovable,
    ended = s.ended + EXCLUDED.ended
"""

# What the line versions that begin or end at a log_index from $2 to before $3 add to each day, by
# blocks of $1; the same by definition as what `deltas` is told of them.
OF_LINES = f"""
SELECT org_id, list, occurred_on AS day, valid_from / $1::bigint AS block, 1 AS lines, quantity,
    coalesce(amount_fen, 0) AS amount_fen, (amount_fen IS NULL)::int AS without_amount,
    assumed::int AS assumed, (NOT provable)::int AS unprovable, 0 AS ended
FROM {{lines}}.figure_lines WHERE valid_from >= $2 AND valid_from < $3
UNION ALL
SELECT org_id, list, occurred_on, valid_to / $1::bigint, -1, -quantity, -coalesce(amount_fen, 0),
    -(amount_fen IS NULL)::int, -assumed::int, -(NOT provable)::int, 0
FROM {{lines}}.figure_lines
WHERE valid_to >= $2 AND valid_to < $3 AND valid_to < {FOREVER}
UNION ALL
SELECT org_id, list, ended_on, valid_from / $1::bigint, 0, 0, 0, 0, 0, 0, 1
FROM {{lines}}.figure_lines
WHERE valid_from >= $2 AND valid_from < $3 AND ended_on IS NOT NULL
UNION ALL
SELECT org_id, list, ended_on, valid_to / $1::bigint, 0, 0, 0, 0, 0, 0, -1
FROM {{lines}}.figure_lines
WHERE valid_to >= $2 AND valid_to < $3 AND valid_to < {FOREVER} AND ended_on IS NOT NULL
"""
TOTALS = """
org_id, list, day, block, sum(lines)::bigint AS lines, sum(quantity)::bigint AS quantity,
    sum(amount_fen)::bigint AS amount_fen, sum(without_amount)::bigint AS without_amount,
    sum(assumed)::bigint AS assumed, sum(unprovable)::bigint AS unprovable,
    sum(ended)::bigint AS ended
"""
ANY_IS_LEFT = """
HAVING sum(lines) <> 0 OR sum(quantity) <> 0 OR sum(amount_fen) <> 0 OR sum(without_amount) <> 0
    OR sum(assumed) <> 0 OR sum(unprovable) <> 0 OR sum(ended) <> 0
"""
FILL = f"""
INSERT INTO {{schema}}.figure_sums
SELECT {TOTALS} FROM ({OF_LINES}) line GROUP BY org_id, list, day, block
"""
DIFFERENCES = f"""
SELECT {TOTALS} FROM (
    SELECT * FROM {{schema}}.figure_sums
    WHERE block BETWEEN $2::bigint / $1::bigint AND ($3::bigint - 1) / $1::bigint
    UNION ALL
    SELECT org_id, list, day, block, -lines, -quantity, -amount_fen, -without_amount, -assumed,
        -unprovable, -ended FROM ({OF_LINES}) line) both_sides
GROUP BY org_id, list, day, block {ANY_IS_LEFT}
ORDER BY org_id, list, day, block
"""

Delta = dict[tuple[str, str, date, int], list[int]]


async def deltas(changed: Iterable[RowChange]) -> Delta:
    """What the line changes of one batch add to the sums; between slices others may go on."""
    found: Delta = {}
    for nth, (before, after, at) in enumerate(changed, start=1):
        if before is not None:
            _add(found, before, at // BLOCK, -1)
        if after is not None:
            _add(found, after, at // BLOCK, 1)
        if nth % SLICE == 0:
            await asyncio.sleep(0)
    return found


async def add(connection: asyncpg.Connection, schema: str, deltas: Delta) -> None:
    """Move the sums by what one batch adds to them."""
    if deltas:
        # Sorted, so that two transactions never lock the same rows in different orders.
        rows = [(*key, *delta) for key, delta in sorted(deltas.items())]
        await connection.execute(ADD.format(schema=schema), *zip(*rows, strict=True))


def _add(deltas: Delta, line: Line, block: int, sign: int) -> None:
    key = line.org_id, line.list, line.occurred_on, block
    delta = deltas.get(key)
    if delta is None:
        delta = deltas[key] = [0] * 7
    delta[0] += sign
    delta[1] += sign * line.quantity
    if line.amount_fen is None:
        delta[3] += sign
    else:
        delta[2] += sign * line.amount_fen
    if line.assumed:
        delta[4] += sign
    if not line.provable:
        delta[5] += sign
    if line.ended_on is not None:
        deltas.setdefault((line.org_id, line.list, line.ended_on, block), [0] * 7)[6] += sign


async def fill_sums(
    connection: asyncpg.Connection,
    schema: str,
    before: int,
    *,
    since: int = 0,
    lines: str | None = None,
) -> None:
    """Write the sums of every line change from `since` to below the log_index `before`, of which
    the table has none. The lines are those of the schema `lines`; None: of the same."""
    fill = FILL.format(schema=schema, lines=lines or schema)
    await connection.execute(fill, BLOCK, since, before)


async def differences(
    connection: asyncpg.Connection, schema: str, since: int = 0, before: int = FOREVER
) -> list[dict[str, Any]]:
    """Days of lists whose sums differ from their lines, with the difference; empty: all agree.

    Compares the whole blocks from the one of log_index `since` to the last that ends by `before`.
    """
    first, last = since // BLOCK * BLOCK, before if before == FOREVER else before // BLOCK * BLOCK
    rows = await connection.fetch(
        DIFFERENCES.format(schema=schema, lines=schema), BLOCK, first, last
    )
    return [dict(row) for row in rows]
