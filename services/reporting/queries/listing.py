"""The list behind a figure: the very events whose count or sum it is, each with its origin."""

import base64
import binascii
from datetime import date
from typing import Any, NamedTuple

import orjson

from services.reporting.figures.definition import Figure
from services.reporting.ingest import LIVE
from services.reporting.queries.knowledge import Period
from shared.errors import Invalid

LIMIT_MAX = 1000
BEGINNING = date.min

LINES = f"""
WITH lines AS (
    SELECT l.*, CASE WHEN $6 THEN row_number() OVER (PARTITION BY subject ORDER BY log_index, item)
        ELSE 1 END AS nth
    FROM {LIVE}.figure_lines l
    WHERE org_id = $1 AND list = ANY($2) AND occurred_on >= $3 AND occurred_on <= $4
        AND (NOT $7 OR ended_on IS NULL OR ended_on > $4)
        AND valid_from <= $5 AND valid_to > $5)
SELECT l.item, l.list, l.subject, l.occurred_on, l.ended_on, l.quantity, l.amount_fen, l.assumed,
    l.provable, l.log_index, j.event_id, j.type, j.source, j.topic, j.partition,
    j.kafka_offset, j.stream, j.stream_version
FROM lines l JOIN journal j USING (log_index)
"""
PAGE = f"""{LINES}
WHERE nth = 1 AND (l.log_index, l.item) > ($8, $9) ORDER BY l.log_index, l.item LIMIT $10
"""
REPEATS = f"""{LINES}
WHERE nth > 1 AND l.subject = ANY($8) ORDER BY l.log_index, l.item
"""


class Cursor(NamedTuple):
    """Where a page ended, and the knowledge time all pages of one list share."""

    at: int
    log_index: int
    item: str


class Page(NamedTuple):
    """Events of a figure in log order; `repeats` are further events of the same subjects, which a
    figure of persons does not count again. `next` leads to the page after this one."""

    events: list[dict[str, Any]]
    repeats: list[dict[str, Any]]
    next: str | None


def encode_cursor(cursor: Cursor) -> str:
    """A cursor as an opaque word for a URL."""
    return base64.urlsafe_b64encode(orjson.dumps(list(cursor))).decode().rstrip("=")


def decode_cursor(word: str) -> Cursor:
    """The cursor in a word. Raises Invalid `cursor-invalid`."""
    try:
        at, log_index, item = orjson.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        if not (isinstance(at, int) and isinstance(log_index, int) and isinstance(item, str)):
            raise ValueError("not of this list")
    except (ValueError, TypeError, binascii.Error) as why:
        raise Invalid("cursor-invalid", f"{word!r} is not a cursor given here: {why}") from None
    return Cursor(at, log_index, item)


async def events_of(
    connection: Any, org_id: str, figure: Figure, period: Period, *, after: Cursor, limit: int
) -> Page:
    """A page of the events that a figure of a period counts, as known at `after.at`."""
    since = BEGINNING if figure.stock else period.first
    scope = (
        org_id, list(figure.lists), since, period.last, after.at, figure.measure == "persons",
        figure.stock,
    )  # fmt: skip
    rows = await connection.fetch(PAGE, *scope, after.log_index, after.item, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    repeats = []
    if figure.measure == "persons" and rows:
        repeats = await connection.fetch(REPEATS, *scope, [row["subject"] for row in rows])
    following = None
    if more:
        following = encode_cursor(Cursor(after.at, rows[-1]["log_index"], rows[-1]["item"]))
    return Page([_event(row) for row in rows], [_event(row) for row in repeats], following)


def _event(row: Any) -> dict[str, Any]:
    event = dict(row)
    event["event_id"] = str(row["event_id"])
    event["offset"] = event.pop("kafka_offset")
    return event
