"""The parts of a figure, each with its value and its list: they add up to it (`figures/parts.py`).

Where a person belonged is read on the day that a line is about: its own, or of a stock the last day
of the period. Whose word decides, `referents.py` says; of merged records the kept one's departments
and gender count.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from services.reporting.figures.definition import Figure
from services.reporting.figures.parts import KINDS_OF, By, divisions_of, kinds_in, title_of
from services.reporting.journal.integrity import wrong_in
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.figure_lines import source_of
from services.reporting.queries.beyond_the_list import holds
from services.reporting.queries.conflicts import conflicts, counted_once
from services.reporting.queries.figure_events import (
    IN_SCOPE,
    SHOWN,
    Cursor,
    encode_cursor,
    event_shown,
)
from services.reporting.queries.knowledge import Period
from services.reporting.queries.merged import merged, one_person
from services.reporting.queries.referents import OUTSIDE, nearest
from shared.contract.catalogue import source_of as context_source
from shared.errors import Invalid

MEMBERS = context_source("members")

# Of a figure of persons the first line of each in the order of its list.
LINES = f"""
lines AS (
    SELECT l.*, {{person}} AS person, {source_of("l")} AS told_by,
        CASE WHEN $6 THEN $4 ELSE l.occurred_on END AS about
    FROM {LIVE}.figure_lines l WHERE l.list = ANY($2) AND {IN_SCOPE}),
counted AS ({{counted}}),
belonging AS MATERIALIZED (
    SELECT person_id, since, department,
        lead(since) OVER (PARTITION BY person_id ORDER BY since) AS until
    FROM {LIVE}.departments d WHERE org_id = $1 AND source = '{MEMBERS}' AND {known_at("$5", "d")}),
people AS MATERIALIZED (
    SELECT person_id, gender FROM {LIVE}.register g
    WHERE org_id = $1 AND source = '{MEMBERS}' AND {known_at("$5", "g")})
"""
EACH = "SELECT *, 1::bigint AS of_one FROM lines"
FIRST_OF_EACH = """
SELECT DISTINCT ON (person) *, count(*) OVER (PARTITION BY person) AS of_one FROM lines
ORDER BY person, occurred_on, log_index, item
"""
PARTS = f"""
WITH {LINES}
SELECT {{parts}}, sum(c.of_one)::bigint AS lines, count(*) AS count, count(*) AS persons,
    sum(c.quantity)::bigint AS quantity, coalesce(sum(c.amount_fen), 0)::bigint AS amount_fen,
    count(*) FILTER (WHERE c.amount_fen IS NULL) AS without_amount
FROM counted c {{joined}} GROUP BY {{numbers}}
"""
OF_PART = f"""
WITH {LINES},
l AS (
    SELECT c.* FROM counted c {{joined}}
    WHERE {{of_part}} AND (c.occurred_on, c.log_index, c.item) > ({{after}})
    ORDER BY c.occurred_on, c.log_index, c.item LIMIT {{limit}})
{SHOWN}
FROM l JOIN journal j USING (log_index) ORDER BY l.occurred_on, l.log_index, l.item
"""
# What our own context tells is joined as a whole: asked of each line it took most of the time.
JOINS: Mapping[By, str] = {
    "department": """LEFT JOIN belonging b ON b.person_id = c.person AND b.since <= c.about
        AND (b.until IS NULL OR c.about < b.until)""",
    "gender": "LEFT JOIN people p ON p.person_id = c.person",
}
EXPRESSIONS: Mapping[By, str] = {
    "month": "to_char(c.occurred_on, 'YYYY-MM')",
    "gender": f"""CASE WHEN c.told_by NOT {OUTSIDE} THEN p.gender ELSE (
        SELECT g.gender FROM {LIVE}.register g WHERE g.org_id = c.org_id
            AND g.person_id = c.person AND g.gender IS NOT NULL AND {known_at("$5", "g")}
        ORDER BY {nearest("g", "c.told_by")} LIMIT 1) END""",
    "department": f"""CASE WHEN c.told_by NOT {OUTSIDE} THEN b.department ELSE (
        SELECT d.department FROM {LIVE}.departments d WHERE d.org_id = c.org_id
            AND d.person_id = c.person AND d.since <= c.about AND {known_at("$5", "d")}
        ORDER BY {nearest("d", "c.told_by")}, d.since DESC LIMIT 1) END""",
}
"""What tells the part of a counted line `c`; that of the kind, `_expression` says. A line of ours
refers to what our own context told, one of an outside source to what it told itself before that."""


class Part(NamedTuple):
    """A part of a figure: what it is of, one for each division (None: nobody told), its value, and
    how many lines it has, of which so many state no amount."""

    of: tuple[str | None, ...]
    value: int
    lines: int
    without_amount: int


class PartPage(NamedTuple):
    """Events that a part counts, in the order of the figure's list; `next` leads to the page after.
    `wrong_rows` are those of the journal that are not what their bytes say."""

    events: list[dict[str, Any]]
    next: str | None
    wrong_rows: list[dict[str, Any]]


def require_divisible(figure: Figure, by: Sequence[By]) -> None:
    """Raises Invalid `division-invalid`: it does not fall into these, or one is named twice."""
    possible = divisions_of(figure)
    if not by or len(set(by)) != len(by) or not set(by) <= set(possible):
        asked = ", ".join(by)
        raise Invalid(
            "division-invalid",
            f"{figure.name} is not divided by {asked}; by: {', '.join(possible)}",
            by=list(possible),
        )


def titles(figure: Figure, by: Sequence[By], part: Part) -> list[str]:
    """What a part is called, by each division."""
    kinds = kinds_in(figure)
    return [
        kinds.get(of or "", title_of(each, of)) if each == "kind" else title_of(each, of)
        for each, of in zip(by, part.of, strict=True)
    ]


async def parts_of(  # noqa: PLR0917 - the question, and by what it is divided
    connection: Any, org_id: str, figure: Figure, period: Period, at: int, by: Sequence[By]
) -> list[Part]:
    """The parts of a figure as known at log_index `at`, in order: unknown ones last."""
    asked = await _asked(connection, org_id, figure, period, at)
    expressions = [_expression(figure, each) for each in by]
    sql = PARTS.format(
        **asked.sql,
        joined=_joined(by),
        parts=", ".join(f"{each} AS part{nth}" for nth, each in enumerate(expressions)),
        numbers=", ".join(str(nth) for nth in range(1, len(by) + 1)),
    )
    measure = figure.measure
    found = [
        Part(
            tuple(row[f"part{nth}"] for nth in range(len(by))),
            row[measure],
            row["lines"],
            row["without_amount"],
        )
        for row in await connection.fetch(sql, *asked.parameters)
    ]
    kinds = list(kinds_in(figure))
    return sorted(found, key=lambda part: [_place(each, kinds) for each in part.of])


async def events_of_part(
    connection: Any,
    org_id: str,
    figure: Figure,
    period: Period,
    *,
    after: Cursor,
    limit: int,
    by: Sequence[By],
    of: Sequence[str | None],
) -> PartPage:
    """A page of the events that one part of a figure counts, as known at `after.at`; of a figure of
    persons the first of each."""
    asked = await _asked(connection, org_id, figure, period, after.at)
    number = len(asked.parameters)
    told = " AND ".join(
        f"{_expression(figure, each)} IS NOT DISTINCT FROM ${number + nth}"
        for nth, each in enumerate(by, start=1)
    )
    number += len(by)
    sql = OF_PART.format(
        **asked.sql,
        joined=_joined(by),
        of_part=told,
        after=f"${number + 1}::date, ${number + 2}::bigint, ${number + 3}::text",
        limit=f"${number + 4}",
    )
    place: tuple[date, int, str] = (after.day, after.log_index, after.item)
    rows = await connection.fetch(sql, *asked.parameters, *of, *place, limit + 1)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        last = rows[-1]
        place = last["occurred_on"], last["log_index"], last["item"]
        following = encode_cursor(Cursor(after.at, place[1], place[2], place[0]))
    wrong = [found._asdict() for found in map(wrong_in, rows) if found is not None]
    return PartPage([event_shown(row) for row in rows], following, wrong)


class _Asked(NamedTuple):
    sql: dict[str, str]
    parameters: list[Any]


async def _asked(connection: Any, org_id: str, figure: Figure, period: Period, at: int) -> _Asked:
    """What is counted of a figure: the statement's pieces, and its parameters."""
    since = date.min if figure.stock else period.first
    twice = await conflicts(connection, org_id, [figure], period, at)
    merges = await merged(connection, org_id, at)
    scope = [org_id, list(figure.lists), since, period.last, at, figure.stock]
    items = [[each.item for each in twice]] if twice else []
    people = merges.arrays
    sql = {
        "holds": holds(figure.only, "$5") + counted_once("$7", twice),
        "person": one_person(merges, 7 + len(items)),
        "counted": FIRST_OF_EACH if figure.measure == "persons" else EACH,
    }
    return _Asked(sql, [*scope, *items, *people])


def _joined(by: Sequence[By]) -> str:
    return " ".join(JOINS[each] for each in by if each in JOINS)


def _expression(figure: Figure, by: By) -> str:
    if by != "kind":
        return EXPRESSIONS[by]
    kinds = KINDS_OF[figure.lists[0].partition(".")[0]]
    return f"split_part(c.list, '.', {kinds.element})"


def _place(of: str | None, kinds: Sequence[str]) -> tuple[int, int, str]:
    """Known before unknown; kinds in their own order, months and departments by name."""
    if of is None:
        return 1, 0, ""
    return 0, kinds.index(of) if of in kinds else len(kinds), of
