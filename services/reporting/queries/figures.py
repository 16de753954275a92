"""The values of figures: from their lines, or, where it can be, from the partial sums."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from services.reporting.figures import BY_NAME, FIGURES
from services.reporting.figures.definition import Figure, Only
from services.reporting.figures.gifts import OCCASIONS, gifts
from services.reporting.journal import log as journal
from services.reporting.projections import figure_sums as sums
from services.reporting.projections.as_of import FOREVER, LIVE, known_at
from services.reporting.queries.beyond_the_list import holds, without_gender
from services.reporting.queries.conflicts import (
    Conflict,
    conflicts,
    contradicted,
    counted_once,
    of_figure,
)
from services.reporting.queries.knowledge import Period
from services.reporting.queries.merged import merged, one_person
from services.reporting.queries.referents import programme_of, told_by_us_or_alone
from shared.errors import Unknown

GIFTS = frozenset(name for occasion in OCCASIONS for name in gifts(occasion))
NOT_PROVABLE = "完整性不可证明"
AMOUNT_ASSUMED = "金额为假定"

# Each figure alone, its lines read once. A flow's lines begin in the period, a stock's at any time
# before its end.
_EACH_FIGURE = """
FROM (SELECT figure, stock, array_agg(list) AS lists
      FROM unnest($2::text[], $3::text[], $4::boolean[]) AS pairs(figure, list, stock)
      GROUP BY figure, stock) f
"""
_ITS_LINES = f"""
FROM {LIVE}.figure_lines l
WHERE org_id = $1 AND list = ANY(f.lists) AND occurred_on <= $6
    AND occurred_on >= CASE WHEN f.stock THEN date '-infinity' ELSE $5 END
    AND (NOT f.stock OR ended_on IS NULL OR ended_on > $6)
    AND {known_at("$7")} AND {{holds}}
"""
_COUNTS = """
count(*) AS count, count(*) FILTER (WHERE amount_fen IS NULL) AS without_amount,
count(*) FILTER (WHERE assumed) AS assumed, count(*) FILTER (WHERE NOT provable) AS unprovable
"""
TOTALS_OF_LINES = f"""
SELECT f.figure, counted.* {_EACH_FIGURE} CROSS JOIN LATERAL (
    SELECT {_COUNTS}, sum(quantity)::bigint AS quantity,
        coalesce(sum(amount_fen), 0)::bigint AS amount_fen {_ITS_LINES}) counted
WHERE counted.count > 0
"""
# People are told apart by hashing. Nothing is summed for each of them but what is counted: a sum
# would take longer than the rest (17,500 people: 13.9 ms, and 8.5 without).
PEOPLE_OF_LINES = f"""
SELECT f.figure, counted.* {_EACH_FIGURE} CROSS JOIN LATERAL (
    SELECT count(*) AS persons, sum(count)::bigint AS count,
        sum(without_amount)::bigint AS without_amount, sum(assumed)::bigint AS assumed,
        sum(unprovable)::bigint AS unprovable
    FROM (SELECT {{person}}, {_COUNTS} {_ITS_LINES} GROUP BY 1) people) counted
WHERE counted.persons > 0
"""

# The blocks before the one that begins at $6, and what that one had changed by $5.
FROM_SUMS = f"""
SELECT list, sum(lines)::bigint AS count, sum(quantity)::bigint AS quantity,
    sum(amount_fen)::bigint AS amount_fen, sum(without_amount)::bigint AS without_amount,
    sum(assumed)::bigint AS assumed, sum(unprovable)::bigint AS unprovable
FROM (
    SELECT list, lines, quantity, amount_fen, without_amount, assumed, unprovable
    FROM {LIVE}.figure_sums
    WHERE org_id = $1 AND list = ANY($2) AND day BETWEEN $3 AND $4
        AND block < $6::bigint / $7::bigint
    UNION ALL
    SELECT list, 1, quantity, coalesce(amount_fen, 0), (amount_fen IS NULL)::int, assumed::int,
        (NOT provable)::int
    FROM {LIVE}.figure_lines
    WHERE org_id = $1 AND list = ANY($2) AND occurred_on BETWEEN $3 AND $4
        AND valid_from BETWEEN $6 AND $5
    UNION ALL
    SELECT list, -1, -quantity, -coalesce(amount_fen, 0), -(amount_fen IS NULL)::int, -assumed::int,
        -(NOT provable)::int
    FROM {LIVE}.figure_lines
    WHERE org_id = $1 AND list = ANY($2) AND occurred_on BETWEEN $3 AND $4
        AND valid_to BETWEEN $6 AND $5 AND valid_to < {FOREVER}) moved
GROUP BY list
"""

# Gifts are told apart by programme where that is written: in the deliveries that stand.
ASSUMED = f"""
SELECT 'gift.' || d.occasion || '.' || d.capacity AS list, count(*) AS assumed
FROM {LIVE}.programmes p JOIN {LIVE}.deliveries d ON d.org_id = $1
    AND d.programme_id = p.programme_id AND d.returned IS NULL AND {known_at("$5", "d")}
    AND d.issued_on >= $3 AND d.issued_on <= $4 AND {told_by_us_or_alone("d", "deliveries", "$5")}
    AND p.source = {programme_of("d", "$5")}
WHERE p.org_id = $1 AND p.amount_assumed AND {known_at("$5", "p")} AND d.occasion = ANY($2)
GROUP BY 1
"""

TOTALS = ("count", "quantity", "amount_fen", "without_amount", "assumed", "unprovable")


class Value(NamedTuple):
    """A figure's value and what its lines say of it.

    `lines` counts them, `without_amount` those that state none, `assumed` those whose amount is
    (for gifts: their programme's) an assumption, `unprovable` those from a source that numbers no
    records. `without_gender` people are not counted among women, for nobody said what they are.
    `told_twice` lines are not counted, because another source told them, and of `contradicted` ones
    another source says otherwise (`conflicts.py`).
    `unproven` says, for a reader, which sources that could change it are not proven complete, and
    why (`provability.py`).
    """

    figure: Figure
    value: int
    lines: int
    without_amount: int
    assumed: int
    unprovable: int
    unproven: tuple[str, ...] = ()
    without_gender: int = 0
    told_twice: int = 0
    contradicted: int = 0

    @property
    def provable(self) -> bool:
        """Whether it can be shown that no record of any line's source is missing."""
        return not self.unprovable and not self.unproven

    @property
    def notes(self) -> list[str]:
        """What a reader must be told beside the number."""
        because = f"({'、'.join(self.unproven)})" if self.unproven else ""
        return ([] if self.provable else [NOT_PROVABLE + because]) + self.notes_on_the_number

    @property
    def notes_on_the_number(self) -> list[str]:
        """What of it is not about completeness."""
        notes = []
        if self.figure.measure == "amount_fen":
            notes += [AMOUNT_ASSUMED] if self.assumed else []
            notes += [f"{self.without_amount}项未载明金额"] if self.without_amount else []
        if self.without_gender:
            notes.append(f"{self.without_gender}名性别未登记,未计入")
        if self.told_twice:
            notes.append(f"{self.told_twice}项另有来源报告,只计一次")
        if self.contradicted:
            notes.append(f"{self.contradicted}项另有来源所报与此不符")
        return notes


def figure_named(name: str) -> Figure:
    """A figure by its name. Raises Unknown `unknown-figure`, naming near matches."""
    if name not in BY_NAME:
        near = get_close_matches(name, BY_NAME, n=5, cutoff=0.5)
        hint = f"; near: {', '.join(near)}" if near else ""
        raise Unknown("unknown-figure", f"no figure is named {name}{hint}", near=near)
    return BY_NAME[name]


async def values_listed(
    connection: Any, org_id: str, period: Period, at: int, figures: Sequence[Figure] = FIGURES
) -> dict[str, Value]:
    """Figures of a period as known at log_index `at`, each counted from its list: what issued
    reports say."""
    twice = await conflicts(connection, org_id, figures, period, at)
    return await _values_listed(connection, org_id, period, at, figures, twice)


async def _values_listed(  # noqa: PLR0917 - the question, and what is counted once
    connection: Any,
    org_id: str,
    period: Period,
    at: int,
    figures: Sequence[Figure],
    twice: Sequence[Conflict],
) -> dict[str, Value]:
    items = [[each.item for each in twice]] if twice else []
    one = await merged(connection, org_id, at)
    person, people = one_person(one, 8 + len(items)), one.arrays
    grouped: dict[tuple[str, Only | None], list[Figure]] = {}
    for figure in figures:
        statement = PEOPLE_OF_LINES if figure.measure == "persons" else TOTALS_OF_LINES
        grouped.setdefault((statement, figure.only), []).append(figure)
    found: dict[str, Any] = {}
    for (statement, only), asked in grouped.items():
        pairs = [(figure.name, name, figure.stock) for figure in asked for name in figure.lists]
        condition = holds(only, "$7") + counted_once("$8", twice)
        sql = statement.format(holds=condition, person=person)
        columns = zip(*pairs, strict=True)
        more = people if statement is PEOPLE_OF_LINES else []
        rows = await connection.fetch(sql, org_id, *columns, *period, at, *items, *more)
        found |= {row["figure"]: row for row in rows}
    values = {figure.name: _value(figure, found.get(figure.name)) for figure in figures}
    denied = await contradicted(connection, org_id, figures, period, at)
    for figure in figures:
        values[figure.name] = values[figure.name]._replace(
            told_twice=len(of_figure(twice, figure, period)),
            contradicted=len({each.counted for each in of_figure(denied, figure, period)}),
        )
        if figure.only == "women":
            unknown = await without_gender(connection, org_id, figure, *period, at)
            values[figure.name] = values[figure.name]._replace(without_gender=unknown)
    return values | await with_assumed(connection, org_id, period, at, values.values())


async def values_at(
    connection: Any, org_id: str, period: Period, at: int, figures: Sequence[Figure] = FIGURES
) -> dict[str, Value]:
    """Figures of a period as known at log_index `at`, without reading the lines where that can be.

    Counts, quantities and amounts of flows come from the partial sums. Distinct people cannot be
    added up day by day, nor can what a stock's ended lines said be taken off, nor do sums know
    what else must hold of a line, or which fact two sources told: these are counted from their
    lists.
    """
    twice = await conflicts(connection, org_id, figures, period, at)
    in_conflict = {each.list for each in twice}
    listed = [
        figure
        for figure in figures
        if figure.measure == "persons"
        or figure.stock
        or figure.only
        or in_conflict.intersection(figure.lists)
    ]
    summed = [figure for figure in figures if figure not in listed]
    values = await _values_listed(connection, org_id, period, at, listed, twice) if listed else {}
    if summed:
        lists = sorted({name for figure in summed for name in figure.lists})
        block = at // sums.BLOCK * sums.BLOCK
        rows = await connection.fetch(FROM_SUMS, org_id, lists, *period, at, block, sums.BLOCK)
        found = {row["list"]: row for row in rows}
        values |= {figure.name: _of_sums(figure, found) for figure in summed}
        values |= await with_assumed(connection, org_id, period, at, values.values())
    return {figure.name: values[figure.name] for figure in figures}


async def values_now(
    connection: Any, org_id: str, period: Period, figures: Sequence[Figure] = FIGURES
) -> tuple[int, dict[str, Value]]:
    """Figures of a period as known now, and the log_index that is."""
    at = await journal.last_index(connection)
    return at, await values_at(connection, org_id, period, at, figures)


async def with_assumed(
    connection: Any, org_id: str, period: Period, at: int, values: Iterable[Value]
) -> dict[str, Value]:
    """Amounts of gifts, some of whose lines are of a programme whose value is an assumption."""
    amounts = [
        value
        for value in values
        if value.figure.measure == "amount_fen"
        and value.lines > value.assumed
        and GIFTS.intersection(value.figure.lists)
    ]
    if not amounts:
        return {}
    occasions = sorted({name.split(".")[1] for v in amounts for name in v.figure.lists})
    rows = await connection.fetch(ASSUMED, org_id, occasions, *period, at)
    found = {row["list"]: row["assumed"] for row in rows}
    return {
        value.figure.name: value._replace(assumed=value.assumed + more)
        for value in amounts
        if (more := sum(found.get(name, 0) for name in value.figure.lists))
    }


def _of_sums(figure: Figure, found: Mapping[str, Any]) -> Value:
    rows = [found[name] for name in figure.lists if name in found]
    return _value(figure, {total: sum(row[total] for row in rows) for total in TOTALS})


def _value(figure: Figure, row: Mapping[str, Any] | None) -> Value:
    if row is None:
        return Value(figure, 0, 0, 0, 0, 0)
    return Value(
        figure,
        row[figure.measure],
        row["count"],
        row["without_amount"],
        row["assumed"],
        row["unprovable"],
    )
