"""What changed in a figure between two knowledge times: the lines that came and those that went,
each with the event that made it so. The difference of two numbers is a list of events."""

from datetime import date
from typing import Any, NamedTuple

from services.reporting.figures.definition import Figure, Only
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.queries.beyond_the_list import holds
from services.reporting.queries.conflicts import conflicts
from services.reporting.queries.knowledge import Period
from services.reporting.queries.merged_difference import counted_otherwise, events_at, merges

LISTED_MAX = 1000

COLUMNS = "item, list, subject, occurred_on, ended_on, quantity, amount_fen, log_index"
SAME = """
a.item = b.item AND (a.list, a.subject, a.occurred_on, a.quantity, a.log_index)
    = (b.list, b.subject, b.occurred_on, b.quantity, b.log_index)
    AND a.amount_fen IS NOT DISTINCT FROM b.amount_fen
"""


def _lines(at: str, twice: str, only: Only | None) -> str:
    """The lines that a figure counted as known at the log_index in `at`, but for what was told by
    two sources (`twice`)."""
    return (
        f"SELECT {COLUMNS}, valid_from, valid_to FROM {LIVE}.figure_lines l"
        " WHERE org_id = $1 AND list = ANY($2) AND occurred_on BETWEEN $3 AND $4"
        " AND (NOT $5 OR ended_on IS NULL OR ended_on > $4)"
        f" AND {known_at(at)} AND {holds(only, at)} AND item <> ALL({twice}::text[])"
    )


def _changed(only: Only | None) -> str:
    """A line that says the same at both times is no difference, whatever version of it is current.
    One that came or went because another fact decides has no cause of its own."""
    return f"""
    WITH before AS ({_lines("$6", "$9", only)}), after AS ({_lines("$7", "$10", only)}),
    changed AS (
        SELECT 'went' AS change, b.*, b.valid_to AS cause FROM before b
        WHERE NOT EXISTS (SELECT FROM after a WHERE {SAME})
        UNION ALL
        SELECT 'came', a.*, CASE WHEN a.valid_from > $6 THEN a.valid_from END FROM after a
        WHERE NOT EXISTS (SELECT FROM before b WHERE {SAME}))
    SELECT c.change, c.list, c.subject, c.occurred_on, c.quantity, c.amount_fen, c.log_index,
        c.cause AS cause_index, j.event_id, j.type, j.stream, j.stream_version,
        k.event_id AS cause_id, k.type AS cause_type, k.stream AS cause_stream,
        k.stream_version AS cause_version, k.recorded_at AS cause_recorded_at,
        count(*) OVER () AS of
    FROM changed c JOIN journal j ON j.log_index = c.log_index
    LEFT JOIN journal k ON k.log_index = c.cause AND c.cause <= $7
    ORDER BY c.cause, c.change DESC, c.log_index, c.item LIMIT $8
    """


def _current(only: Only | None) -> str:
    """The lines of some subjects that say the same at both times, in the order they are counted."""
    return f"""
    WITH before AS ({_lines("$6", "$8", only)}), after AS ({_lines("$7", "$9", only)})
    SELECT b.* FROM before b
    WHERE b.subject = ANY($10) AND EXISTS (SELECT FROM after a WHERE {SAME})
    ORDER BY b.occurred_on, b.log_index, b.item
    """


class Difference(NamedTuple):
    """The lines that came or went, by the log_index of what made it so, and how many changed:
    more than LISTED_MAX are not listed. Where `because` is None another fact decides, as it does
    who counts among women."""

    lines: list[dict[str, Any]]
    changed: int


async def difference(
    connection: Any, org_id: str, figure: Figure, period: Period, known: tuple[int, int]
) -> Difference:
    """What changed in a figure of a period from the first knowledge time to the second, later."""
    since = date.min if figure.stock else period.first
    twice = [
        [each.item for each in await conflicts(connection, org_id, [figure], period, at)]
        for at in known
    ]
    scope = org_id, list(figure.lists), since, period.last, figure.stock
    rows = await connection.fetch(_changed(figure.only), *scope, *known, LISTED_MAX, *twice)
    lines = [_line(row) for row in rows]
    changed = rows[0]["of"] if rows else 0
    if figure.measure == "persons":
        merged = await _merged(connection, (*scope, *known, *twice), figure.only)
        lines, changed = (lines + merged)[:LISTED_MAX], changed + len(merged)
    return Difference(lines, changed)


async def _merged(
    connection: Any, scope: tuple[Any, ...], only: Only | None
) -> list[dict[str, Any]]:
    """The lines that came or went because two records are of one person, or are not any more."""
    found = await merges(connection, scope[0], (scope[5], scope[6]))
    if not found.records:
        return []
    current = await connection.fetch(_current(only), *scope, found.records)
    moved = counted_otherwise(found, current)
    events = await events_at(
        connection, {at for _, line, cause in moved for at in (line["log_index"], cause)}
    )
    return [
        _line({
            **line, **events[line["log_index"]], "change": change, "cause_index": cause,
            "cause_id": events[cause]["event_id"], "cause_type": events[cause]["type"],
            "cause_stream": events[cause]["stream"],
            "cause_version": events[cause]["stream_version"],
            "cause_recorded_at": events[cause]["recorded_at"],
        })
        for change, line, cause in moved
    ]  # fmt: skip


def _line(row: Any) -> dict[str, Any]:
    return {
        "change": row["change"],
        "list": row["list"],
        "subject": row["subject"],
        "occurred_on": row["occurred_on"],
        "quantity": row["quantity"],
        "amount_fen": row["amount_fen"],
        "event": {
            "event_id": str(row["event_id"]),
            "type": row["type"],
            "stream": row["stream"],
            "stream_version": row["stream_version"],
            "log_index": row["log_index"],
        },
        "because": None if row["cause_id"] is None else _cause(row),
    }


def _cause(row: Any) -> dict[str, Any]:
    return {
        "event_id": str(row["cause_id"]),
        "type": row["cause_type"],
        "stream": row["cause_stream"],
        "stream_version": row["cause_version"],
        "log_index": row["cause_index"],
        "recorded_at": row["cause_recorded_at"],
    }
