"""Figures of a union and of all below it, as affiliation was on each day (转隶).

A line counts where its union was in the subtree on the day that the line is about: its own, or of a
stock the last day of the period. Within one union a figure counts as ever; over all of them a
person whom several count is one, so a total of people is the sum of the unions' parts less those
who are in more than one.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from services.reporting.figures import FIGURES
from services.reporting.figures.definition import Figure, Only
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.projections.figure_lines import OUTSIDE, source_of
from services.reporting.queries.beyond_the_list import holds
from services.reporting.queries.conflicts import conflicts
from services.reporting.queries.figures import Value, with_assumed
from services.reporting.queries.knowledge import Period
from services.reporting.queries.merged import merged
from services.reporting.queries.referents import own_first

UNIONS = f"""
SELECT DISTINCT ON (u.org_id) u.org_id, u.name, u.parents FROM {LIVE}.unions u
WHERE {known_at("$1", "u")} ORDER BY u.org_id, cardinality(u.parents) = 0, {own_first("u")}
"""
TOLD_TWICE = f"""
SELECT DISTINCT org_id FROM {LIVE}.figure_lines WHERE {OUTSIDE} AND org_id = ANY($1)
"""
WITH_MERGED = f"""
SELECT DISTINCT org_id FROM {LIVE}.merged_people WHERE org_id = ANY($1) AND {known_at("$2")}
"""
PERSON = f"""coalesce(
    ($12::text[])[array_position($11::text[],
        l.org_id || '/' || l.subject || '@' || {source_of("l")})],
    ($12::text[])[array_position($11::text[], l.org_id || '/' || l.subject)], l.subject)"""

# $1..$3 figures by list; $4..$6 the days of each union in the subtree; $7 the unions of the last
# day; $8 that day; $9 the log_index; $10 lines told twice; $11, $12 who is kept of merged records.
SUMS = f"""
WITH f AS (SELECT figure, stock, array_agg(list) AS lists
    FROM unnest($1::text[], $2::text[], $3::boolean[]) AS pairs(figure, list, stock)
    GROUP BY figure, stock),
spans AS (SELECT * FROM unnest($4::text[], $5::date[], $6::date[]) AS span(org_id, first, last)),
of_figures AS (
    SELECT f.figure, f.stock, f.lists, s.org_id, s.first, s.last FROM f JOIN spans s ON NOT f.stock
    UNION ALL
    SELECT f.figure, f.stock, f.lists, o.org_id, date '-infinity', $8
    FROM f CROSS JOIN unnest($7::text[]) AS o(org_id) WHERE f.stock)
SELECT o.figure, l.org_id, count(*) AS lines, {{persons}} AS persons,
    sum(l.quantity)::bigint AS quantity, coalesce(sum(l.amount_fen), 0)::bigint AS amount_fen,
    count(*) FILTER (WHERE l.amount_fen IS NULL) AS without_amount,
    count(*) FILTER (WHERE l.assumed) AS assumed,
    count(*) FILTER (WHERE NOT l.provable) AS unprovable
FROM of_figures o CROSS JOIN LATERAL (
    SELECT l.* FROM {LIVE}.figure_lines l
    WHERE l.org_id = o.org_id AND l.list = ANY(o.lists) AND l.occurred_on BETWEEN o.first AND o.last
        AND (NOT o.stock OR l.ended_on IS NULL OR l.ended_on > $8)
        AND {known_at("$9", "l")} AND {{holds}} AND l.item <> ALL($10::text[])) l
GROUP BY GROUPING SETS ((o.figure, l.org_id), (o.figure))
"""


class Placed(NamedTuple):
    """A union with the days of the period on which it was in the subtree: one span or several."""

    org_id: str
    name: str | None
    spans: tuple[Period, ...]

    def whole(self, period: Period) -> bool:
        """Whether it was there every day."""
        return self.spans == (period,)


class Subtree(NamedTuple):
    """The unions that may be seen, and whether they are all there are; the root is first."""

    unions: list[Placed]
    complete: bool


class Sum(NamedTuple):
    """A figure over the subtree: the total, what each union adds (a union without any line adds
    nothing), and how often somebody is in a further union's part: parts less these are the total.
    """

    value: Value
    parts: Mapping[str, int]
    several: int


async def subtree_of(
    connection: Any, root: str, period: Period, at: int, covered: Collection[str] | None
) -> Subtree:
    """The unions at or below `root` in a period, as known at `at`, with the days of each; of them
    those that are `covered` (None: all)."""
    rows = await connection.fetch(UNIONS, at)
    names = {row["org_id"]: row["name"] for row in rows}
    parents = {row["org_id"]: _told(row["parents"]) for row in rows}
    changes = {since for told in parents.values() for since, _ in told[1:]}
    starts = sorted({period.first, *(d for d in changes if period.first < d <= period.last)})
    ends = [each - timedelta(days=1) for each in starts[1:]] + [period.last]
    spans: dict[str, list[Period]] = defaultdict(list)
    spans[root] = [period]
    for first, last in zip(starts, ends, strict=True):
        for org_id in _below(root, {each: _on(told, first) for each, told in parents.items()}):
            before = spans[org_id]
            if before and before[-1].last + timedelta(days=1) == first:
                before[-1] = Period(before[-1].first, last)
            else:
                before.append(Period(first, last))
    seen = [each for each in spans if covered is None or each in covered]
    order = sorted(seen, key=lambda each: (each != root, each))
    placed = [Placed(each, names.get(each), tuple(spans[each])) for each in order]
    return Subtree(placed, len(seen) == len(spans))


def _told(parents: Sequence[str]) -> list[tuple[date, str]]:
    """Upper unions in the order of their days; the first held from ever."""
    said = [each.partition("/") for each in parents]
    return sorted(
        ((date.fromisoformat(since), union) for since, _, union in said), key=lambda each: each[0]
    )


def _on(told: Sequence[tuple[date, str]], day: date) -> str:
    """The upper union of a day."""
    if not told:
        return ""
    return next((union for since, union in reversed(told) if since <= day), told[0][1])


def _below(root: str, parent: Mapping[str, str]) -> set[str]:
    """The unions below `root`; in a circle, which no decision of ours makes, each once."""
    children: dict[str, list[str]] = defaultdict(list)
    for org_id, above in parent.items():
        children[above].append(org_id)
    found: set[str] = set()
    waiting = [root]
    while waiting:
        for org_id in children[waiting.pop()]:
            if org_id != root and org_id not in found:
                found.add(org_id)
                waiting.append(org_id)
    return found


async def sums_of(
    connection: Any,
    unions: Sequence[Placed],
    period: Period,
    at: int,
    figures: Sequence[Figure] = FIGURES,
) -> dict[str, Sum]:
    """Figures over these unions in a period, as known at `at`."""
    orgs = [union.org_id for union in unions]
    twice = await _told_twice(connection, orgs, figures, period, at)
    kept = await _kept(connection, orgs, at)
    spans = [(union.org_id, *span) for union in unions for span in union.spans]
    columns = [list(column) for column in zip(*spans, strict=True)] or [[], [], []]
    last = [org_id for org_id, _, until in spans if until == period.last]
    grouped: dict[tuple[bool, Only | None], list[Figure]] = defaultdict(list)
    for figure in figures:
        grouped[figure.measure == "persons", figure.only].append(figure)
    found: dict[str, dict[str | None, Any]] = defaultdict(dict)
    for (people, only), asked in grouped.items():
        pairs = [(figure.name, name, figure.stock) for figure in asked for name in figure.lists]
        # Where nobody was merged, nobody is looked up: that costs every line.
        person = PERSON if kept[0] else "l.subject"
        persons = f"count(DISTINCT {person})" if people else "0"
        sql = SUMS.format(persons=persons, holds=holds(only, "$9"))
        named = [list(column) for column in zip(*pairs, strict=True)]
        more = kept if people and kept[0] else []
        for row in await connection.fetch(
            sql, *named, *columns, last, period.last, at, twice, *more
        ):
            found[row["figure"]][row["org_id"]] = row
    sums = {figure.name: _sum(figure, found.get(figure.name, {})) for figure in figures}
    return await _with_assumed(connection, unions, at, sums, found)


def _sum(figure: Figure, rows: Mapping[str | None, Any]) -> Sum:
    whole = rows.get(None)
    if whole is None:
        return Sum(Value(figure, 0, 0, 0, 0, 0), {}, 0)
    measure = "lines" if figure.measure == "count" else figure.measure
    parts = {org_id: row[measure] for org_id, row in rows.items() if org_id is not None}
    value = Value(
        figure,
        whole[measure],
        whole["lines"],
        whole["without_amount"],
        whole["assumed"],
        whole["unprovable"],
    )
    return Sum(value, parts, sum(parts.values()) - value.value)


async def _with_assumed(
    connection: Any,
    unions: Sequence[Placed],
    at: int,
    sums: dict[str, Sum],
    found: Mapping[str, Mapping[str | None, Any]],
) -> dict[str, Sum]:
    """With the lines of gifts whose programme's value is an assumption, in each union's days."""
    for union in unions:
        for span in union.spans:
            values = [
                each.value._replace(lines=found[name][union.org_id]["lines"], assumed=0)
                for name, each in sums.items()
                if union.org_id in each.parts and each.value.figure.measure == "amount_fen"
            ]
            more = await with_assumed(connection, union.org_id, span, at, values)
            for name, value in more.items():
                whole = sums[name].value
                whole = whole._replace(assumed=whole.assumed + value.assumed)
                sums[name] = sums[name]._replace(value=whole)
    return sums


async def _told_twice(
    connection: Any, orgs: Sequence[str], figures: Sequence[Figure], period: Period, at: int
) -> list[str]:
    """The lines that are not counted because another source told the same."""
    rows = await connection.fetch(TOLD_TWICE, orgs)
    return [
        each.item
        for row in rows
        for each in await conflicts(connection, row["org_id"], figures, period, at)
    ]


async def _kept(connection: Any, orgs: Sequence[str], at: int) -> list[list[str]]:
    """Of merged records who is kept, by union: what one union merged is one person there."""
    records: list[str] = []
    kept: list[str] = []
    for row in await connection.fetch(WITH_MERGED, orgs, at):
        merges = await merged(connection, row["org_id"], at)
        for record, person in zip(*merges.pairs, strict=True):
            records.append(f"{row['org_id']}/{record}")
            kept.append(person)
    return [records, kept]
