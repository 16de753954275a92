"""Partial sums of every list by day, written from the same line changes in the same transaction.

They answer current counts and amounts without reading lines, and they are compared with the lines:
`differences` finds any day of a list on which the two disagree. Issued reports use the lines.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import asyncpg

from services.reporting.figures.lines import Line
from services.reporting.fold import FOREVER

DDL = """
CREATE TABLE IF NOT EXISTS {schema}.figure_sums (
    org_id text NOT NULL, list text NOT NULL, day date NOT NULL,
    lines bigint NOT NULL, quantity bigint NOT NULL, amount_fen bigint NOT NULL,
    without_amount bigint NOT NULL, assumed bigint NOT NULL, unprovable bigint NOT NULL,
    ended bigint NOT NULL,
    PRIMARY KEY (org_id, list, day));
"""

ADD = """
INSERT INTO {schema}.figure_sums AS s (org_id, list, day, lines, quantity, amount_fen,
    without_amount, assumed, unprovable, ended)
SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::bigint[], $5::bigint[], $6::bigint[],
    $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])
ON CONFLICT (org_id, list, day) DO UPDATE SET lines = s.lines + EXCLUDED.lines,
    quantity = s.quantity + EXCLUDED.quantity, amount_fen = s.amount_fen + EXCLUDED.amount_fen,
    without_amount = s.without_amount + EXCLUDED.without_amount,
    assumed = s.assumed + EXCLUDED.assumed, unprovable = s.unprovable + EXCLUDED.unprovable,
    ended = s.ended + EXCLUDED.ended
"""

DIFFERENCES = f"""
SELECT org_id, list, day, sum(lines)::bigint AS lines, sum(quantity)::bigint AS quantity,
    sum(amount)::bigint AS amount_fen, sum(ended)::bigint AS ended
FROM (
    SELECT org_id, list, day, lines, quantity, amount_fen AS amount, without_amount, assumed,
        unprovable, ended FROM {{schema}}.figure_sums
    UNION ALL
    SELECT org_id, list, occurred_on, -1, -quantity, -coalesce(amount_fen, 0),
        -(amount_fen IS NULL)::int, -assumed::int, -(NOT provable)::int, 0
    FROM {{schema}}.figure_lines WHERE valid_to = {FOREVER}
    UNION ALL
    SELECT org_id, list, ended_on, 0, 0, 0, 0, 0, 0, -1
    FROM {{schema}}.figure_lines WHERE valid_to = {FOREVER} AND ended_on IS NOT NULL) both_sides
GROUP BY org_id, list, day
HAVING sum(lines) <> 0 OR sum(quantity) <> 0 OR sum(amount) <> 0 OR sum(without_amount) <> 0
    OR sum(assumed) <> 0 OR sum(unprovable) <> 0 OR sum(ended) <> 0
ORDER BY org_id, list, day
"""


async def add_sums(
    connection: asyncpg.Connection, schema: str, changed: Iterable[tuple[Line | None, Line | None]]
) -> None:
    """Move the day sums by the line changes of one batch."""
    deltas: dict[tuple[str, str, date], list[int]] = {}
    for before, after in changed:
        for line, sign in ((before, -1), (after, 1)):
            if line is not None:
                _add(deltas, line, sign)
    if deltas:
        # Sorted, so that two transactions never lock the same rows in different orders.
        rows = [(*key, *delta) for key, delta in sorted(deltas.items())]
        await connection.execute(ADD.format(schema=schema), *zip(*rows, strict=True))


def _add(deltas: dict[tuple[str, str, date], list[int]], line: Line, sign: int) -> None:
    delta = deltas.setdefault((line.org_id, line.list, line.occurred_on), [0] * 7)
    delta[0] += sign
    delta[1] += sign * line.quantity
    delta[2] += sign * (line.amount_fen or 0)
    delta[3] += sign * (line.amount_fen is None)
    delta[4] += sign * line.assumed
    delta[5] += sign * (not line.provable)
    if line.ended_on is not None:
        deltas.setdefault((line.org_id, line.list, line.ended_on), [0] * 7)[6] += sign


async def differences(connection: asyncpg.Connection, schema: str) -> list[dict[str, Any]]:
    """Days of lists whose sums differ from their lines, with the difference; empty: all agree."""
    return [dict(row) for row in await connection.fetch(DIFFERENCES.format(schema=schema))]
