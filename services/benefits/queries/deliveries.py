"""The deliveries of a programme and the covers of a policy: one range of streams each.

They are read from the events themselves, by the range of the primary key that their names make up,
so there is no second table that could disagree.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import asyncpg

from services.benefits.streams import Range
from shared.contract.benefits import (
    CoverEnded,
    GiftIssued,
    GiftIssuedAgain,
    GiftReceiptSigned,
    GiftReturned,
)
from shared.eventstore.store import EventStore

IN_RANGE = "stream >= $1 AND stream < $2 AND stream NOT LIKE $1 || '%.%'"

LAST = f"""
SELECT DISTINCT ON (stream) substr(stream, length($1) + 1) AS person_id, version, type
FROM events WHERE {IN_RANGE} ORDER BY stream, version DESC
"""
COUNTS = f"""
SELECT count(*) FILTER (WHERE type <> $4) AS issued, count(*) FILTER (WHERE type = $3) AS signed,
       count(*) FILTER (WHERE type = $4) AS returned
FROM ({LAST}) AS last
"""
# A stream's issue counts when no return follows it; quantities and the roster flag are in its data.
PORTIONS = f"""
SELECT coalesce(sum((body->>'quantity')::int), 0) AS portions,
       count(*) FILTER (WHERE NOT (body->>'on_roster')::boolean) AS off_roster
FROM (SELECT DISTINCT ON (stream) type, convert_from(document, 'UTF8')::json -> 'data' AS body
      FROM events WHERE {IN_RANGE} AND type = ANY($3) ORDER BY stream, version DESC) AS last
WHERE type = $4
"""
STREAMS_AFTER = f"""
SELECT DISTINCT stream FROM events WHERE {IN_RANGE} AND stream > $3 ORDER BY stream LIMIT $4
"""


class Line(NamedTuple):
    """One line of a sign-off sheet (签收表). `quantity` is None while nothing was issued."""

    person_id: str
    on_roster: bool
    capacity: str | None = None
    quantity: int | None = None
    issued_on: date | None = None
    signed_on: date | None = None
    signed_by: str | None = None
    returned_on: date | None = None


async def versions(pool: asyncpg.Pool, streams: Range) -> tuple[dict[str, int], set[str]]:
    """The version of every stream in a range, by person, and who holds what it is about."""
    rows = await pool.fetch(LAST, *streams)
    ended = (GiftReturned.type_name(), CoverEnded.type_name())
    return (
        {row["person_id"]: row["version"] for row in rows},
        {row["person_id"] for row in rows if row["type"] not in ended},
    )


async def counts(pool: asyncpg.Pool, streams: Range) -> dict[str, int]:
    """A programme's deliveries: people issued to, signed, returned; portions; off the roster."""
    signed, returned = GiftReceiptSigned.type_name(), GiftReturned.type_name()
    issued = GiftIssued.type_name()
    people = await pool.fetchrow(COUNTS, *streams, signed, returned)
    portions = await pool.fetchrow(PORTIONS, *streams, [issued, returned], issued)
    return {**people, **portions}


async def count_of(pool: asyncpg.Pool, streams: Range, type_name: str) -> int:
    """How many events of a type lie in a range of streams."""
    return int(
        await pool.fetchval(
            f"SELECT count(*) FROM events WHERE {IN_RANGE} AND type = $3", *streams, type_name
        )
    )


async def sheet(
    store: EventStore, streams: Range, roster: Sequence[str], cursor: str, limit: int
) -> list[Line]:
    """At most `limit` lines beyond the person `cursor`: the roster and whoever else received."""
    rows = await store.pool.fetch(STREAMS_AFTER, *streams, streams.low + cursor, limit)
    received = {row["stream"].removeprefix(streams.low) for row in rows}
    on_roster = frozenset(roster)
    people = sorted(received | {person for person in roster if person > cursor})[:limit]
    loaded = await store.load_many([streams.low + person_id for person_id in people])
    return [
        _line(person_id, person_id in on_roster, loaded[streams.low + person_id].effective)
        for person_id in people
    ]


def _line(person_id: str, on_roster: bool, events: Sequence[Any]) -> Line:
    line = Line(person_id, on_roster)
    for event in events:
        match event:
            case GiftIssued():
                line = Line(
                    person_id,
                    bool(event.on_roster),
                    event.capacity,
                    event.quantity,
                    event.occurred_on,
                )
            case GiftIssuedAgain():
                line = line._replace(quantity=(line.quantity or 0) + event.quantity)
            case GiftReceiptSigned():
                line = line._replace(signed_on=event.occurred_on, signed_by=event.signed_by)
            case GiftReturned():
                line = line._replace(returned_on=event.occurred_on)
    return line
