"""Rows of one file about one thing: a repetition is told, and what contradicts itself goes nowhere.

Two rows with one employee number may be two people, and nobody knows whose number it is: both are
refused, each naming the other. A row that says the same as another, field by field, is none more.
"""

from collections.abc import Sequence
from typing import Any

from guildhall.imports.kinds import Kind, Row
from guildhall.imports.rows import TITLES, RowError

NUMBERS_SHOWN = 5


def listed_once(kind: Kind, rows: Sequence[Row]) -> tuple[list[Row], list[RowError]]:
    """The rows that can be sent, in their order, and those that cannot: `listed-twice`, the same
    said again, and `listed-differently`, of which any may be the right one."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.values.get(field) for field in kind.key), []).append(row)
    heading = next(c.headings[0] for c in kind.columns if c.field == kind.key[-1])
    refused: dict[tuple[str, int], RowError] = {}
    for group in groups.values():
        same = all(row.values == group[0].values for row in group)
        code = "listed-twice" if same else "listed-differently"
        for row in group[1:] if same else group if len(group) > 1 else ():
            others = [each for each in group if each is not row]
            title = f"{TITLES[code]}(第 {_numbers(others)} 行)"
            refused[row.place] = RowError(row.number, heading, code, title, row.sheet)
    return [row for row in rows if row.place not in refused], list(refused.values())


def _numbers(rows: Sequence[Row]) -> str:
    shown = [f"{row.sheet}!{row.number}" if row.sheet else str(row.number) for row in rows]
    return "、".join(shown[:NUMBERS_SHOWN]) + (" …" if len(shown) > NUMBERS_SHOWN else "")
