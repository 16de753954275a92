"""A live projection against the rebuilt one, row version by row version."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg

from services.reporting.projections.as_of import FOREVER, LIVE
from services.reporting.projections.definition import Projection

NEXT = "projections_next"
"""The schema that a rebuild folds into."""

NAMED = 10
"""Rows named of each side."""


class TableCompared(NamedTuple):
    """One projection: rows compared, and how many stand on one side alone; `named` are the first of
    them, by `side`, key and the log_index they begin at."""

    projection: str
    rows: int
    only_live: int
    only_rebuilt: int
    named: Sequence[dict[str, Any]] = ()

    @property
    def differs(self) -> bool:
        """Whether any row stands on one side alone."""
        return bool(self.only_live or self.only_rebuilt)


async def compare(
    connection: asyncpg.Connection, projection: Projection, up_to: int
) -> TableCompared:
    """Compare all row versions begun by `up_to`; one that ended later still stood then.

    By sums of the rows' hashes first: who differs is looked for only where these do.
    """
    columns = ", ".join(projection.columns)

    def side(schema: str) -> str:
        return (
            f"SELECT {columns}, valid_from, CASE WHEN valid_to > {up_to} THEN {FOREVER}"
            f" ELSE valid_to END AS valid_to FROM {schema}.{projection.name}"
            f" WHERE valid_from <= {up_to}"
        )

    def digest(schema: str) -> str:
        return f"SELECT count(*), sum(hash_record_extended(r, 0)) FROM ({side(schema)}) r"

    live, rebuilt = [tuple(await connection.fetchrow(digest(schema))) for schema in (LIVE, NEXT)]
    if live == rebuilt:
        return TableCompared(projection.name, rebuilt[0], 0, 0)
    only_live, only_rebuilt = [
        await connection.fetchval(
            f"SELECT count(*) FROM (({side(one)}) EXCEPT ALL ({side(other)})) l"
        )
        for one, other in ((LIVE, NEXT), (NEXT, LIVE))
    ]
    named: list[dict[str, Any]] = []
    for where, one, other in (("live", LIVE, NEXT), ("rebuilt", NEXT, LIVE)):
        rows = await connection.fetch(
            f"SELECT {', '.join(projection.key)}, valid_from"
            f" FROM (({side(one)}) EXCEPT ALL ({side(other)})) l ORDER BY valid_from LIMIT {NAMED}"
        )
        named += [{"side": where, **{k: str(v) for k, v in row.items()}} for row in rows]
    return TableCompared(projection.name, rebuilt[0], only_live, only_rebuilt, named)
