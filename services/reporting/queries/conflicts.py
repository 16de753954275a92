"""Conflicts: one fact told by two sources. It is counted once, and shown beside the figure.

Our own contexts are believed before an outside source, and of two outside sources the one that told
first. Two lines are one fact where their items are the same but for the source: of a stream of the
same name, and of the same part of it. A line that is its event's own is, where besides the stream's
name list, subject and day are the same.

A month that one source attests free of incidents and another reports one in is no fact told twice:
both count, and it is shown as contradicted.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from services.reporting.figures.definition import Figure
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.figure_lines import OUTSIDE, source_of
from services.reporting.queries.beyond_the_list import holds
from services.reporting.queries.knowledge import Period
from shared.contract.catalogue import source_of as context_source
from shared.contract.contexts import CONTEXTS

OWN = [f"@{context_source(context)}" for context in CONTEXTS]

# A line's item ends with its source; before it stands the stream's name, and the event's id after a
# `!` where the line is the event's own (`figures/definition.py`). Lines of outside sources have an
# index of their own.
CONFLICTS = f"""
WITH told AS (
    SELECT l.*, split_part(l.item, '@', 1) AS fact, split_part(l.item, '@', 2) AS source
    FROM {LIVE}.figure_lines l
    WHERE l.org_id = $1 AND l.{OUTSIDE} AND l.list = ANY($2)
        AND l.occurred_on >= $3 AND l.occurred_on <= $4 AND {known_at("$5", "l")}),
keyed AS (
    SELECT t.*, strpos(fact, '!') = 0 AS of_stream, split_part(fact, '!', 1) AS thing,
        CASE WHEN strpos(fact, '!') = 0 THEN fact
            ELSE concat_ws(' ', split_part(fact, '!', 1), list, subject, occurred_on) END AS same
    FROM told t),
first AS (SELECT DISTINCT ON (same) same, source, item FROM keyed ORDER BY same, log_index, item)
SELECT k.list, k.item, k.subject, k.occurred_on, k.log_index, k.source,
    coalesce(own.item, first.item) AS counted
FROM keyed k JOIN first USING (same) LEFT JOIN LATERAL (
    SELECT o.item FROM {LIVE}.figure_lines o
    WHERE k.of_stream AND o.org_id = $1 AND {known_at("$5", "o")}
        AND o.item = ANY(SELECT k.fact || named FROM unnest($6::text[]) named)
    UNION ALL
    SELECT o.item FROM {LIVE}.figure_lines o
    WHERE NOT k.of_stream AND o.org_id = $1 AND o.list = k.list AND o.occurred_on = k.occurred_on
        AND o.subject = k.subject AND NOT o.{OUTSIDE} AND {known_at("$5", "o")}
        AND split_part(o.item, '!', 1) = k.thing
    LIMIT 1) own ON true
WHERE own.item IS NOT NULL OR first.source <> k.source
ORDER BY k.log_index, k.item
"""

CONTRADICTED = f"""
SELECT l.list, o.item, l.subject, l.occurred_on, o.log_index, i.source, l.item AS counted
FROM {LIVE}.figure_lines l JOIN {LIVE}.incidents i ON i.org_id = l.org_id
    AND l.list = 'attested.' || i.subject || '.free'
    AND to_char(i.happened_on, 'YYYY-MM') = l.subject
    AND i.source LIKE '/ext/%' AND i.source <> {source_of("l")} AND {known_at("$5", "i")}
JOIN {LIVE}.figure_lines o ON o.org_id = l.org_id AND {known_at("$5", "o")}
    AND o.item = 'incident:' || i.org_id || '/incident-' || i.incident_id || '@' || i.source
WHERE l.org_id = $1 AND l.list = ANY($2) AND l.occurred_on >= $3 AND l.occurred_on <= $4
    AND {known_at("$5", "l")} AND {holds("without_incident", "$5")}
ORDER BY o.log_index, o.item, l.item
"""


class Conflict(NamedTuple):
    """A line of an outside source that is not counted, or contradicts, and the item of the line
    that is counted."""

    list: str
    item: str
    subject: str
    occurred_on: date
    log_index: int
    source: str
    counted: str


async def conflicts(
    connection: Any, org_id: str, figures: Iterable[Figure], period: Period, at: int
) -> list[Conflict]:
    """The lines of the figures' lists that another source told before, as known at `at`."""
    asked = list(figures)
    lists = {name for figure in asked for name in figure.lists}
    first = date.min if any(figure.stock for figure in asked) else period.first
    return await of_lists(connection, org_id, lists, Period(first, period.last), at)


async def of_lists(
    connection: Any, org_id: str, lists: Iterable[str], period: Period, at: int
) -> list[Conflict]:
    """Those of these lists, on days of the period."""
    rows = await connection.fetch(CONFLICTS, org_id, sorted(lists), *period, at, OWN)
    return [Conflict(*row) for row in rows]


async def contradicted(
    connection: Any, org_id: str, figures: Iterable[Figure], period: Period, at: int
) -> list[Conflict]:
    """The incidents of other sources in months that these figures count as free of them, as known
    at `at`; of other figures there are none."""
    lists = {name for each in figures if each.only == "without_incident" for name in each.lists}
    if not lists:
        return []
    rows = await connection.fetch(CONTRADICTED, org_id, sorted(lists), *period, at)
    return [Conflict(*row) for row in rows]


def of_figure(found: Iterable[Conflict], figure: Figure, period: Period) -> list[Conflict]:
    """Those that a figure of the period would have counted."""
    return [
        each
        for each in found
        if each.list in figure.lists and (figure.stock or period.first <= each.occurred_on)
    ]


def counted_once(parameter: str, found: Iterable[Conflict]) -> str:
    """The SQL condition that a line `l` is none of the items in `parameter`; empty without any:
    that an item is read at all costs an index-only scan."""
    return f" AND l.item <> ALL({parameter}::text[])" if any(True for _ in found) else ""
