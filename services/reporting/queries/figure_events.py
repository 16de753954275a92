"""The list behind a figure: the very events whose count or sum it is, each with its origin."""

import base64
import binascii
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import orjson

from services.reporting.figures.definition import Figure, Only
from services.reporting.journal.integrity import wrong_in
from services.reporting.projections.as_of import FOREVER, LIVE, known_at
from services.reporting.queries.beyond_the_list import holds
from services.reporting.queries.conflicts import (
    Conflict,
    conflicts,
    contradicted,
    counted_once,
    of_figure,
)
from services.reporting.queries.knowledge import Period
from services.reporting.queries.merged import Merges, merged, one_person
from shared.errors import Invalid

LIMIT_MAX = 1000
LAST_ITEM = "\U0010ffff"
"""Above the name of every line."""

IN_SCOPE = f"""
l.org_id = $1 AND l.occurred_on BETWEEN $3 AND $4
    AND (NOT $6 OR l.ended_on IS NULL OR l.ended_on > $4)
    AND {known_at("$5", "l")} AND {{holds}}
"""

SHOWN = """
SELECT l.item, l.list, l.subject, l.occurred_on, l.ended_on, l.quantity, l.amount_fen, l.assumed,
    l.provable, l.log_index, j.event_id, j.type, j.source, j.topic, j.partition,
    j.kafka_offset, j.stream, j.stream_version, j.org_id, j.recorded_at, j.epoch, j.shard,
    j.shard_sequence, j.document, j.leaf
"""
CHECKED = ("org_id", "recorded_at", "epoch", "shard", "shard_sequence", "document", "leaf")
"""What is read of the journal to look whether a row is what its bytes say, and not shown."""

# Each list is a range of the index in page order; the first lines of each are merged.
LINES = f"""
WITH lines AS (
    SELECT l.* FROM unnest($2::text[]) AS of_figure(list) CROSS JOIN LATERAL (
        SELECT * FROM {LIVE}.figure_lines l
        WHERE l.list = of_figure.list AND {IN_SCOPE}
            AND (l.occurred_on, l.log_index, l.item) {{after}} ($7, $8, $9)
        ORDER BY {{order}} LIMIT $10) l
    ORDER BY {{order}} LIMIT $10)
{SHOWN}
FROM lines l JOIN journal j USING (log_index) ORDER BY {{order}}
"""
ASCENDING = {"after": ">", "order": "l.occurred_on, l.log_index, l.item"}
DESCENDING = {"after": "<", "order": "l.occurred_on DESC, l.log_index DESC, l.item DESC"}
BY_LIST = f"""
SELECT l.list, count(*) AS lines, count(DISTINCT {{person}}) AS persons,
    sum(l.quantity)::bigint AS quantity, sum(l.amount_fen)::bigint AS amount_fen
FROM {LIVE}.figure_lines l WHERE l.list = ANY($2) AND {IN_SCOPE} GROUP BY l.list
"""
# Which lines a few subjects have is found in the index, without reading the table's other lines.
OF_SUBJECTS = f"""
WITH lines AS MATERIALIZED (
    SELECT l.list, l.occurred_on, l.log_index, l.subject FROM {LIVE}.figure_lines l
    WHERE l.list = ANY($2) AND {IN_SCOPE} AND l.subject = ANY($7))
{SHOWN}
FROM lines JOIN {LIVE}.figure_lines l USING (list, occurred_on, log_index, subject)
JOIN journal j USING (log_index)
WHERE {IN_SCOPE} ORDER BY l.occurred_on, l.log_index, l.item
"""


class Cursor(NamedTuple):
    """Where a page ended, and the knowledge time all pages of one list share."""

    at: int
    log_index: int
    item: str
    day: date = date.min


class Page(NamedTuple):
    """Events of a figure by their day, then in log order; `repeats` are further events of the same
    subjects, which a figure of persons does not count again. `next` leads to the page after.
    `wrong_rows` are those of the journal that are not what their bytes say, which proves nothing;
    `conflicts` are lines that are not counted, because another source told the same, or that say
    otherwise than one that is.
    """

    events: list[dict[str, Any]]
    repeats: list[dict[str, Any]]
    next: str | None
    wrong_rows: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]


class _Asked(NamedTuple):
    """What a list is of, and which of its lines are not counted."""

    scope: Sequence[Any]
    only: Only | None
    twice: Sequence[Conflict]
    merged: Merges
    descending: bool = False

    @property
    def items(self) -> list[list[str]]:
        """What the parameter of `condition` is given, if it is there."""
        return [[each.item for each in self.twice]] if self.twice else []

    def condition(self, parameter: str) -> str:
        return holds(self.only, "$5") + counted_once(parameter, self.twice)

    def person(self, line: Any) -> str:
        """Who a line is about: of merged records the one that is kept."""
        return self.merged.kept(line["item"].partition("@")[2], line["subject"])


def encode_cursor(cursor: Cursor) -> str:
    """A cursor as an opaque word for a URL."""
    return base64.urlsafe_b64encode(orjson.dumps(list(cursor))).decode().rstrip("=")


def decode_cursor(word: str) -> Cursor:
    """The cursor in a word. Raises Invalid `cursor-invalid`."""
    try:
        at, log_index, item, day = orjson.loads(
            base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        )
        if not all(type(index) is int and 0 <= index < FOREVER for index in (at, log_index)):
            raise ValueError("no log_index")
        if not isinstance(item, str) or "\0" in item:
            raise ValueError("not of this list")
        return Cursor(at, log_index, item, date.fromisoformat(day))
    except (ValueError, TypeError, binascii.Error) as why:
        raise Invalid("cursor-invalid", f"{word!r} is not a cursor given here: {why}") from None


async def by_list(
    connection: Any, org_id: str, figure: Figure, period: Period, at: int
) -> list[dict[str, Any]]:
    """What each list of a figure adds to it, in its own order: lines, people, quantity, fen
    (None where no line states any). One who is in two lists is in both."""
    since = date.min if figure.stock else period.first
    scope = (org_id, list(figure.lists), since, period.last, at, figure.stock)
    twice = await conflicts(connection, org_id, [figure], period, at)
    asked = _Asked(scope, figure.only, twice, await merged(connection, org_id, at))
    person = one_person(asked.merged, 7 + len(asked.items))
    sql = BY_LIST.format(holds=asked.condition("$7"), person=person)
    rows = await connection.fetch(sql, *scope, *asked.items, *asked.merged.arrays)
    found = {row["list"]: dict(row) for row in rows}
    return [found[name] for name in figure.lists if name in found]


def first_place(at: int, *, descending: bool) -> Cursor:
    """Where the first page of a list begins."""
    return Cursor(at, FOREVER - 1, LAST_ITEM, date.max) if descending else Cursor(at, 0, "")


async def events_of(
    connection: Any,
    org_id: str,
    figure: Figure,
    period: Period,
    *,
    after: Cursor,
    limit: int,
    lists: Sequence[str] = (),
    descending: bool = False,
) -> Page:
    """A page of the events that a figure of a period counts, as known at `after.at`; of `lists`
    alone, if any are named. A figure of persons shows the first of each, so its list ascends."""
    since = date.min if figure.stock else period.first
    named = list(lists or figure.lists)
    scope = (org_id, named, since, period.last, after.at, figure.stock)
    twice = await conflicts(connection, org_id, [figure], period, after.at)
    one = await merged(connection, org_id, after.at)
    asked = _Asked(scope, figure.only, twice, one, descending and figure.measure != "persons")
    if figure.measure == "persons":
        events, repeats = await _first_of_each_subject(connection, asked, after, limit + 1)
    else:
        events, repeats = await _lines(connection, asked, after, limit + 1), []
    following = None
    if len(events) > limit:
        events = events[:limit]
        shown = set(map(asked.person, events))
        repeats = [row for row in repeats if asked.person(row) in shown]
        following = encode_cursor(Cursor(after.at, *_place(events[-1])))
    found = {row["log_index"]: wrong_in(row) for row in (*events, *repeats)}
    wrong = [each._asdict() for _, each in sorted(found.items()) if each is not None]
    denied = await contradicted(connection, org_id, [figure], period, after.at)
    other = [each._asdict() for each in (*of_figure(twice, figure, period), *denied)]
    return Page(
        list(map(event_shown, events)), list(map(event_shown, repeats)), following, wrong, other
    )


async def _lines(connection: Any, asked: _Asked, after: Cursor, limit: int) -> list[Any]:
    place = (after.day, after.log_index, after.item)
    condition = asked.condition("$11")
    rows: list[Any] = await connection.fetch(
        LINES.format(holds=condition, **(DESCENDING if asked.descending else ASCENDING)),
        *asked.scope,
        *place,
        limit,
        *asked.items,
    )
    return rows


async def _first_of_each_subject(
    connection: Any, asked: _Asked, after: Cursor, limit: int
) -> tuple[list[Any], list[Any]]:
    """The next `limit` subjects' first lines after a place, and those subjects' further lines."""
    events: list[Any] = []
    repeats: list[Any] = []
    of_subjects = OF_SUBJECTS.format(holds=asked.condition("$8"))
    while len(events) < limit:
        lines = await _lines(connection, asked, after, limit)
        if not lines:
            break
        places = {_place(line) for line in lines}
        firsts: dict[str, bool] = {}
        subjects = asked.merged.records_of(map(asked.person, lines))
        for line in await connection.fetch(of_subjects, *asked.scope, subjects, *asked.items):
            subject = asked.person(line)
            if subject not in firsts:
                # A subject whose first line comes before these was shown there.
                firsts[subject] = _place(line) in places
                events += [line] if firsts[subject] else []
            elif firsts[subject]:
                repeats.append(line)
        after = Cursor(after.at, *_place(lines[-1]))
    return events, repeats


def _place(line: Any) -> tuple[int, str, date]:
    return line["log_index"], line["item"], line["occurred_on"]


def event_shown(row: Any) -> dict[str, Any]:
    """A line with its event, as a list shows it."""
    event = {name: value for name, value in row.items() if name not in CHECKED}
    event["event_id"] = str(row["event_id"])
    event["offset"] = event.pop("kafka_offset")
    return event
