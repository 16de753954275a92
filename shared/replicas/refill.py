"""A copy is refilled: what a disowned event did to it, whatever it did, is as if it never came; and
so is what a hand did to its rows, which no event says.

No reaction can be undone by itself, so the topic is read anew from its beginning, without what was
disowned, into tables of the same names in a schema of their own. The copy that answers goes on
meanwhile; in the end it is given the rows that differ, in one transaction, with the positions they
belong to. How many differed is kept, with who asked for it and why.
"""

from typing import Any, NamedTuple

import asyncpg
import orjson
import structlog

from shared.contract.catalogue import source_of, topic_of
from shared.replicas.applied import LOCK
from shared.replicas.apply import UNDER_WAY, Refill, Replica
from shared.replicas.subscription import Log

log = structlog.get_logger("refill")

EXCHANGE_SECONDS = 600.0
"""How long one statement of an exchange may take; a million events take a few seconds."""
EVENTS = ("replica_events", "replica_heads", "replica_parked")
OF_A_REFILL = (*EVENTS, "replica_quarantine", "subscription_positions")

HOLDS_DISOWNED = """
SELECT EXISTS (SELECT FROM public.replica_disowned d JOIN {schema}.replica_events e
    ON (e.event_id, e.source) = (d.event_id, d.source) AND e.leaf = d.leaf WHERE d.source = $1)
"""
BEGIN = """
INSERT INTO replica_refills AS r (source, number, began_at) VALUES ($1, 1, now())
ON CONFLICT (source) DO UPDATE SET number = r.number + 1, began_at = now() RETURNING number
"""
ASK = """
INSERT INTO replica_refills AS r (source, number, asked_by, why) VALUES ($1, 0, $2, $3)
ON CONFLICT (source) DO UPDATE SET asked_by = EXCLUDED.asked_by, why = EXCLUDED.why
WHERE r.why = ''
"""
ASKED = "SELECT why <> '' FROM public.replica_refills WHERE source = $1"
ENDED = """
INSERT INTO replica_refilled (source, number, asked_by, why, began_at, ended_at, changed)
SELECT source, number, asked_by, why, began_at, now(), $2 FROM replica_refills WHERE source = $1
"""
END = "UPDATE replica_refills SET began_at = NULL, asked_by = '', why = '' WHERE source = $1"
LAST = """
SELECT number, asked_by, why, began_at, ended_at, changed FROM replica_refilled
WHERE source = $1 ORDER BY id DESC LIMIT 1
"""
BEHIND = """
SELECT EXISTS (
    SELECT FROM public.subscription_positions l LEFT JOIN {schema}.subscription_positions s
        USING (cluster_id, topic_id, partition)
    WHERE l.cluster_id = $1 AND l.topic_id = $2 AND l.next_offset > coalesce(s.next_offset, 0))
"""
LACKING = """
SELECT EXISTS (SELECT FROM public.replica_events e LEFT JOIN {schema}.replica_heads h
    USING (source, shard)
WHERE e.source = $1 AND e.sequence > coalesce(h.sequence, 0)
    AND NOT EXISTS (SELECT FROM public.replica_disowned d
        WHERE (d.source, d.event_id, d.leaf) = (e.source, e.event_id, e.leaf))
    AND NOT EXISTS (SELECT FROM public.log_epochs l WHERE (l.source, l.epoch) = (e.source, e.epoch)
        AND e.sequence > l.inherited[e.shard + 1]))
"""
"""Events that the copy has and its refill has not come to: their owner is asked for them."""
KEY = """
SELECT attname FROM pg_index JOIN pg_attribute a ON attrelid = indrelid AND attnum = ANY(indkey)
WHERE indrelid = ('public.' || $1)::regclass AND indisprimary ORDER BY attnum
"""
REMOVE = """
WITH gone AS (
    SELECT * FROM public.{table} WHERE {of_it} EXCEPT SELECT * FROM {schema}.{table}
)
DELETE FROM public.{table} t USING gone WHERE ({ours}) = ({theirs})
"""
ADD = """
INSERT INTO public.{table} SELECT * FROM {schema}.{table} EXCEPT SELECT * FROM public.{table}
"""
QUARANTINED = """
INSERT INTO public.replica_quarantine AS q (topic, partition, kafka_offset, reason, detail, source,
    stream, event_id, key, headers, value, content, times_seen, first_seen)
SELECT topic, partition, kafka_offset, reason, detail, source, stream, event_id, key, headers,
    value, content, times_seen, first_seen
FROM {schema}.replica_quarantine WHERE state = 'open' ORDER BY id
ON CONFLICT (topic, content) DO UPDATE SET state = 'open', reason = EXCLUDED.reason,
    detail = EXCLUDED.detail WHERE q.state = 'applied'
"""
"""What is open in the copy stays so, and what a person discarded is discarded."""
APPLIED = """
UPDATE public.replica_quarantine q SET state = 'applied', settled_why = 'applied later'
FROM public.replica_events e
WHERE q.topic = $2 AND q.state = 'open' AND (e.event_id, e.source) = (q.event_id, $1)
    AND sha256('\\x00'::bytea || q.value) = e.leaf
"""
DISOWNED_QUARANTINED = """
UPDATE replica_quarantine q SET state = 'discarded', settled_by = 'reporting',
    settled_why = 'disowned: its owner never wrote it'
FROM public.replica_disowned d
WHERE q.topic = $2 AND q.state = 'open' AND (d.source, d.event_id) = ($1, q.event_id)
    AND sha256('\\x00'::bytea || q.value) = d.leaf
"""
DISOWNED_PARKED = """
DELETE FROM replica_parked p WHERE p.source = $1 AND sha256('\\x00'::bytea || p.value) IN (
    SELECT leaf FROM public.replica_disowned WHERE source = $1)
"""
READ = "SELECT coalesce(sum(next_offset), 0)::bigint FROM {schema}.subscription_positions"


class Progress(NamedTuple):
    """A copy that is being refilled: how many records of its topic were read anew, of how many."""

    read: int
    of: int


def schema_of(source: str) -> str:
    """The schema of a source's refill."""
    return f"refill_{source.rpartition('/')[2].replace('-', '_')}"


async def begin(replica: Replica) -> Refill | None:
    """The refill of a copy, begun where one is needed or asked for; None where none is.

    One that has itself applied what was disowned since is begun anew. Idempotent, in whatever
    process.
    """
    source, schema = replica.source, schema_of(replica.source)
    async with replica.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SELECT {LOCK}", source)
        number = await connection.fetchval(UNDER_WAY, source)
        held = schema if number is not None else "public"
        if not await connection.fetchval(HOLDS_DISOWNED.format(schema=held), source):
            if number is not None:
                return Refill(number, schema)
            if not await connection.fetchval(ASKED, source):
                return None
        await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        await connection.execute(f"CREATE SCHEMA {schema}")
        for table in (*OF_A_REFILL, *replica.tables):
            await connection.execute(
                f"CREATE TABLE {schema}.{table} (LIKE public.{table} INCLUDING ALL)"
            )
        number = await connection.fetchval(BEGIN, source)
    log.warning("a copy is refilled", source=source, number=number)
    return Refill(number, schema)


async def end(replica: Replica, refill: Refill, read: Log) -> bool:
    """Give the copy what was refilled, as far as `read`; whether that could be done.

    Not as long as it is behind the copy, lacks an event that the copy has, or has itself applied
    what was disowned since. True also where another process has done it.
    """
    source, schema = replica.source, refill.schema
    async with replica.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SELECT {LOCK}", source)
        if await connection.fetchval(UNDER_WAY, source) != refill.number:
            return True
        if await connection.fetchval(HOLDS_DISOWNED.format(schema=schema), source):
            return True  # it is begun anew
        if await connection.fetchval(BEHIND.format(schema=schema), *read):
            return False
        if await connection.fetchval(LACKING.format(schema=schema), source):
            return False
        changed = await _exchange(connection, replica, schema)
        await connection.execute(ENDED, source, orjson.dumps(changed).decode())
        await connection.execute(END, source)
        await connection.execute(f"DROP SCHEMA {schema} CASCADE")
    log.warning("a copy was refilled", source=source, number=refill.number, changed=changed)
    return True


async def ask(pool: asyncpg.Pool, source: str, who: str, why: str) -> None:
    """Have a copy refilled, for a reason: soon, by the part that watches it. Of two who ask at once
    one is noted, and one refill is for both."""
    await pool.execute(ASK, source, who, why)


async def last(pool: asyncpg.Pool, source: str) -> dict[str, Any] | None:
    """The last refill of a copy that has ended: who asked for it and why, when, and how many rows
    each table lost and was given. None before the first."""
    row = await pool.fetchrow(LAST, source)
    if row is None:
        return None
    times = {name: row[name].isoformat() for name in ("began_at", "ended_at")}
    return {**row, **times, "changed": orjson.loads(row["changed"])}


async def _exchange(
    connection: asyncpg.Connection, replica: Replica, schema: str
) -> dict[str, dict[str, int]]:
    """Give the copy the rows that differ; how many, of the tables that the reactions write."""
    changed: dict[str, dict[str, int]] = {}
    of_it = dict.fromkeys(EVENTS, "source = $1") | {"subscription_positions": "topic = $1"}
    values = dict.fromkeys(EVENTS, replica.source) | {"subscription_positions": replica.topic}
    for table in (*EVENTS, "subscription_positions", *replica.tables):
        key = [row["attname"] for row in await connection.fetch(KEY, table)]
        names = {
            "table": table,
            "schema": schema,
            "of_it": of_it.get(table, "true"),
            "ours": ", ".join(f"t.{name}" for name in key),
            "theirs": ", ".join(f"gone.{name}" for name in key),
        }
        given = [values[table]] if table in values else []
        gone = await connection.execute(REMOVE.format(**names), *given, timeout=EXCHANGE_SECONDS)
        come = await connection.execute(ADD.format(**names), timeout=EXCHANGE_SECONDS)
        removed, added = (int(each.rpartition(" ")[2]) for each in (gone, come))
        if table in replica.tables and (removed or added):
            changed[table] = {"removed": removed, "added": added}
    await connection.execute(QUARANTINED.format(schema=schema))
    await connection.execute(APPLIED, replica.source, replica.topic)
    return changed


async def settle(replica: Replica) -> None:
    """Let go what was disowned from where it waits, parked or quarantined: what it kept from its
    place is tried again."""
    async with replica.begun() as (connection, there_are):
        if there_are.disowned:
            await connection.execute(DISOWNED_QUARANTINED, replica.source, replica.topic)
            await connection.execute(DISOWNED_PARKED, replica.source)
    await replica.try_again()


async def progress(pool: asyncpg.Pool, context: str) -> Progress | None:
    """How far a context's copy was refilled; None where it is not being refilled, nor will be for
    what is known here."""
    source = source_of(context)
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        under_way = await connection.fetchval(UNDER_WAY, source)
        if under_way is None and not await connection.fetchval(
            HOLDS_DISOWNED.format(schema="public"), source
        ):
            return None
        topic = topic_of(context)
        there = await connection.fetchval(f"{READ.format(schema='public')} WHERE topic = $1", topic)
        if under_way is None:
            return Progress(0, there)
        try:
            read = await connection.fetchval(READ.format(schema=schema_of(source)))
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            return None  # it has just ended
    return Progress(read, max(there, read))
