"""The membership account (会籍账): opening + what came - what went = closing, for every day.

Opening and closing are read from the roll, what came and went from the events: two ways that must
agree, so a day on which they do not is a defect of the log, and is named. What two sources tell is
counted once.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from services.reporting.figures.members import DIED, JOINED, LEFT, RETIRED_OFF, ROLL
from services.reporting.figures.members import TRANSFERRED_OUT as OUT
from services.reporting.projections.as_of import LIVE, known_at
from services.reporting.queries.conflicts import of_lists
from services.reporting.queries.knowledge import Period

CAME = dict(zip(("joined", "transferred_in", "rejoined"), JOINED, strict=True))
WENT = {"left": LEFT, "transferred_out": OUT, "died": DIED, "retired": RETIRED_OFF}
MOVEMENTS = {**CAME, **WENT}
"""Columns of the account and their lists; `retired` are those whose membership was not retained."""

BY_DAY = f"""
SELECT list, occurred_on AS day, count(*) AS lines FROM {LIVE}.figure_lines
WHERE org_id = $1 AND list = ANY($2) AND occurred_on >= $3 AND occurred_on <= $4
    AND {known_at("$5")} AND item <> ALL($6)
GROUP BY list, occurred_on
"""
ROLL_BY_DAY = f"""
SELECT day, sum(change)::bigint AS change FROM (
    SELECT occurred_on AS day, 1 AS change FROM {LIVE}.figure_lines
    WHERE org_id = $1 AND list = '{ROLL}' AND occurred_on <= $2
        AND {known_at("$3")} AND item <> ALL($4)
    UNION ALL
    SELECT ended_on, -1 FROM {LIVE}.figure_lines
    WHERE org_id = $1 AND list = '{ROLL}' AND ended_on <= $2
        AND {known_at("$3")} AND item <> ALL($4)) changes
GROUP BY day
"""


class AccountDay(NamedTuple):
    """One day on which somebody came or went, or the roll changed. `difference` is what the roll
    has more than the movements explain; the day closes when it is 0."""

    day: date
    opening: int
    movements: dict[str, int]
    closing: int
    difference: int


class Account(NamedTuple):
    """A period's account; days that are not listed had no movement and close."""

    opening: int
    totals: dict[str, int]
    closing: int
    days: list[AccountDay]

    @property
    def first_open_day(self) -> date | None:
        """The first day that does not close; None when every day does."""
        return next((day.day for day in self.days if day.difference), None)


class Step(NamedTuple):
    """The roll at the end of a day, and what moved it since the day before it in the question."""

    day: date
    members: int
    movements: dict[str, int]


async def account(connection: Any, org_id: str, period: Period, at: int) -> Account:
    """The membership account of a period, day by day, as known at `at`."""
    roll = await _roll_changes(connection, org_id, period.last, at)
    moved = await _movements(connection, org_id, period, at)
    members = opening = sum(n for day, n in roll.items() if day < period.first)
    days = []
    for day in sorted({day for day, _ in moved} | {day for day in roll if day >= period.first}):
        movements = {column: moved[day, name] for column, name in MOVEMENTS.items()}
        closing = members + roll[day]
        difference = closing - members - _net(movements)
        days.append(AccountDay(day, members, movements, closing, difference))
        members = closing
    totals = {column: sum(day.movements[column] for day in days) for column in MOVEMENTS}
    return Account(opening, totals, members, days)


async def roll_steps(connection: Any, org_id: str, days: Sequence[date], at: int) -> list[Step]:
    """The roll at the end of each of `days` (in order), and the movements between them."""
    if not days:
        return []
    roll = await _roll_changes(connection, org_id, days[-1], at)
    moved = await _movements(connection, org_id, Period(days[0], days[-1]), at)
    steps, before = [], days[0]
    for day in days:
        steps.append(
            Step(
                day=day,
                members=sum(n for on, n in roll.items() if on <= day),
                movements={
                    column: sum(
                        n for (on, of), n in moved.items() if of == name and before < on <= day
                    )
                    for column, name in MOVEMENTS.items()
                },
            )
        )
        before = day
    return steps


async def _roll_changes(connection: Any, org_id: str, last: date, at: int) -> Counter[date]:
    twice = await of_lists(connection, org_id, [ROLL], Period(date.min, last), at)
    items = [each.item for each in twice]
    rows = await connection.fetch(ROLL_BY_DAY, org_id, last, at, items)
    return Counter({row["day"]: row["change"] for row in rows})


async def _movements(
    connection: Any, org_id: str, period: Period, at: int
) -> Counter[tuple[date, str]]:
    lists = list(MOVEMENTS.values())
    twice = [each.item for each in await of_lists(connection, org_id, lists, period, at)]
    rows = await connection.fetch(BY_DAY, org_id, lists, *period, at, twice)
    return Counter({(row["day"], row["list"]): row["lines"] for row in rows})


def _net(movements: dict[str, int]) -> int:
    return sum(movements[column] for column in CAME) - sum(movements[column] for column in WENT)
