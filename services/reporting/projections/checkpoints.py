"""Checkpoints: what each projection was folded from, and whether its table still is that.

A projection is *stale* where its checkpoint does not match the journal, its table or this code: it
was dropped, truncated or redefined, or a comparison found that it is not what the journal gives.
Nothing is folded into it and nothing is answered from it until it was folded anew (`rebuild/`).
"""

from collections.abc import Collection
from typing import Any, Literal, NamedTuple, get_args

import asyncpg
import structlog

from services.reporting.journal import log as journal
from services.reporting.projections import DEFINITIONS, create_tables
from services.reporting.projections import figure_sums as sums
from services.reporting.projections.as_of import LIVE
from services.reporting.projections.audit_views import create_views

log = structlog.get_logger("checkpoints")

Reason = Literal[
    "never-folded", "table-changed", "other-definition", "redefined", "behind-journal",
    "ahead-of-journal", "rows-changed", "rows-differ", "journal-wrong",
]  # fmt: skip
"""Why a projection is stale. `other-definition`: other code folds it, or did and no worker of this
code has taken it over; then it is `redefined`. `ahead-of-journal`: the journal has lost its end.
`journal-wrong`: rows of the journal were changed, so nothing can be folded from it."""

LOST: frozenset[Reason] = frozenset(get_args(Reason)) - {"rows-changed", "rows-differ"}
"""Reasons for which the table holds nothing that could be compared with what is folded anew."""

BY_A_PERSON: frozenset[Reason] = frozenset({"ahead-of-journal", "rows-differ", "journal-wrong"})
"""What is not settled by folding anew: the journal or the projection was changed, and folding would
make them agree."""

STILL = f"""
FROM checkpoints c JOIN pg_class t ON t.oid = c.relation AND t.relname = c.projection
    AND t.relnamespace = to_regnamespace('{LIVE}') AND t.relfilenode = c.filenode
    AND t.relnatts = c.columns
WHERE c.stale_since IS NULL AND c.folded_from = 1
"""
INTACT = f"""
SELECT h.next_index - 1 AS last_index, f.up_to,
    ARRAY(SELECT c.projection || ' ' || c.definition || ' ' || c.relation {STILL} ORDER BY 1)
        AS intact
FROM journal_head h CROSS JOIN folded f
"""
KNOWN = f"""
SELECT projection, definition, stale_since, reason, projection IN (SELECT c.projection {STILL}
    AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attisdropped))
    AS stands
FROM checkpoints
"""
UP_TO_DATE = "UPDATE folded SET up_to = (SELECT next_index - 1 FROM journal_head)"
ANY_KNOWN = "SELECT EXISTS (SELECT FROM checkpoints)"
MARK = """
INSERT INTO checkpoints (projection, definition, relation, filenode, columns, folded_from,
    stale_since, reason)
VALUES ($1, $2, 0, 0, 0, 1, $3, $4) ON CONFLICT (projection) DO UPDATE
SET definition = EXCLUDED.definition, reason = EXCLUDED.reason,
    stale_since = coalesce(checkpoints.stale_since, EXCLUDED.stale_since)
"""
RECORD = f"""
INSERT INTO checkpoints (projection, definition, relation, filenode, columns, folded_from)
SELECT d.projection, d.definition, t.oid, t.relfilenode, t.relnatts, 1
FROM unnest($1::text[], $2::text[]) AS d(projection, definition)
JOIN pg_class t ON t.relname = d.projection AND t.relnamespace = '{LIVE}'::regnamespace
ON CONFLICT (projection) DO UPDATE SET definition = EXCLUDED.definition,
    relation = EXCLUDED.relation, filenode = EXCLUDED.filenode, columns = EXCLUDED.columns,
    folded_from = EXCLUDED.folded_from, stale_since = NULL, reason = NULL
"""
COLUMNS = f"""
SELECT relname, array_agg(attname ORDER BY attnum) FILTER (WHERE attname <> 'valid_to')
FROM pg_attribute JOIN pg_class t ON t.oid = attrelid
WHERE relnamespace = '{LIVE}'::regnamespace AND relname = ANY($1) AND attnum > 0
    AND NOT attisdropped
GROUP BY relname
"""


class Held(Exception):
    """Nothing may be folded now: ingest stands still rather than write what is wrong."""


class OtherDefinition(Held):
    """Code with other definitions has taken the projections over; this process folds no more."""


class JournalTruncated(Held):
    """The projections hold more than the journal: its end was lost, and nothing may take its
    place."""


class Stale(NamedTuple):
    """A projection from which nothing is answered. `since`: the last log_index folded into it."""

    projection: str
    reason: Reason
    since: int


class Folded(NamedTuple):
    """How the projections stand: `token` names the tables and their definitions, and is equal
    exactly while they are the same; `stale` is empty where all may be read."""

    token: tuple[str, ...]
    up_to: int
    stale: tuple[Stale, ...]


async def folded(connection: Any, *, thorough: bool = False) -> Folded:
    """How the projections stand, in one snapshot. `connection` may be a pool. `thorough`: also
    whether a column was dropped, which no answer can pass over."""
    row = await connection.fetchrow(INTACT)
    token, last = tuple(row["intact"]), row["last_index"]
    if row["up_to"] == last and _agrees(token) and not thorough:
        return Folded(token, last, ())
    return Folded(token, row["up_to"], tuple(await _stale(connection, row["up_to"], last)))


async def to_fold(connection: asyncpg.Connection) -> frozenset[str]:
    """Names of the projections that a batch folds into. What is stale is marked as stale, for good
    until it is folded anew. The caller holds the journal's head.

    Raises OtherDefinition, JournalTruncated.
    """
    row = await connection.fetchrow(INTACT)
    if row["up_to"] == row["last_index"] and _agrees(row["intact"]):
        return frozenset(DEFINITIONS)
    return await settle(connection)


async def settle(connection: asyncpg.Connection, *, takes_over: bool = False) -> frozenset[str]:
    """As `to_fold`. `takes_over`: other definitions are replaced by ours, as when a worker starts.
    The caller holds the journal's head."""
    row = await connection.fetchrow(INTACT)
    stale = await _stale(connection, row["up_to"], row["last_index"])
    for each in stale:
        if each.reason == "ahead-of-journal":
            raise JournalTruncated(
                f"projections were folded up to {row['up_to']}, the journal ends at"
                f" {row['last_index']}: restore it from a backup"
            )
        if each.reason == "other-definition" and not takes_over:
            raise OtherDefinition(f"{each.projection} is folded by code with another definition")
    for each in stale:
        taken_over = each.reason == "other-definition"
        await mark(connection, each._replace(reason="redefined") if taken_over else each)
    await connection.execute(UP_TO_DATE)
    return frozenset(DEFINITIONS) - {each.projection for each in stale}


async def prepare(connection: asyncpg.Connection) -> None:
    """Take the projections over when a worker starts: made where the journal is empty, and stale
    where they are not what this code folds. Where the journal was truncated the worker starts, for
    it also publishes; it folds nothing."""
    async with connection.transaction():
        head = await journal.begin_batch(connection)
        if head.next_index == 1 and not await connection.fetchval(ANY_KNOWN):
            await connection.execute(f"DROP SCHEMA IF EXISTS {LIVE} CASCADE")
            await create_tables(connection, LIVE)
            await record(connection, DEFINITIONS)
        try:
            await settle(connection, takes_over=True)
        except JournalTruncated as why:
            log.error("the journal was truncated", detail=str(why))
        await create_views(connection)


async def mark(connection: asyncpg.Connection, stale: Stale) -> None:
    """Have nothing folded into a projection nor answered from it until it was folded anew."""
    log.error("a projection is stale", **stale._asdict())
    definition = DEFINITIONS[stale.projection]
    await connection.execute(MARK, stale.projection, definition, stale.since, stale.reason)


async def record(connection: asyncpg.Connection, names: Collection[str]) -> None:
    """These tables were folded from the whole journal by this code; in the transaction that put
    them there, which holds the journal's head. A hand can no more change them: only a version's
    end is ever written again."""
    listed = sorted(names)
    if set(listed) == set(DEFINITIONS):
        await connection.execute(UP_TO_DATE)
    await connection.execute(RECORD, listed, [DEFINITIONS[name] for name in listed])
    for name, columns in await connection.fetch(COLUMNS, listed):
        of_columns = "" if name == sums.NAME else f" OR UPDATE OF {', '.join(columns)}"
        await connection.execute(
            f"CREATE OR REPLACE TRIGGER by_hand BEFORE DELETE OR TRUNCATE{of_columns}"
            f" ON {LIVE}.{name} FOR EACH STATEMENT EXECUTE FUNCTION refuse_by_hand();"
            f" ALTER TABLE {LIVE}.{name} ENABLE ALWAYS TRIGGER by_hand"
        )


def _agrees(intact: Collection[str]) -> bool:
    """Whether all of our projections are intact, by our definitions."""
    ours = {f"{name} {definition}" for name, definition in DEFINITIONS.items()}
    return {each.rpartition(" ")[0] for each in intact} >= ours


async def _stale(connection: Any, up_to: int, last_index: int) -> list[Stale]:
    known = {row["projection"]: row for row in await connection.fetch(KNOWN)}
    found = []
    for name, definition in DEFINITIONS.items():
        reason = _reason(known.get(name), definition, up_to, last_index)
        if reason is not None:
            row = known.get(name)
            since = row["stale_since"] if row and row["stale_since"] is not None else up_to
            found.append(Stale(name, reason, since if row else 0))
    return found


def _reason(row: Any, definition: str, up_to: int, last_index: int) -> Reason | None:
    if up_to > last_index:
        return "ahead-of-journal"
    if row is None:
        return "never-folded"
    if row["definition"] != definition:
        return "other-definition"
    if row["reason"] is not None:
        kept: Reason = row["reason"]
        return kept
    if not row["stands"]:
        return "table-changed"
    return "behind-journal" if up_to < last_index else None
