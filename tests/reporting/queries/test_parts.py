"""Parts of a figure add up to it, whatever happened, at every knowledge time; so do their lists."""

import itertools
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from services.reporting.figures import FIGURES
from services.reporting.figures.definition import Figure
from services.reporting.figures.parts import By, divisions_of, kinds_in
from services.reporting.ingest.apply import Ingest
from services.reporting.projections import FIGURE_LINES
from services.reporting.queries.figure_events import Cursor, decode_cursor
from services.reporting.queries.figures import figure_named, values_at
from services.reporting.queries.knowledge import Period
from services.reporting.queries.parts import Part, events_of_part, parts_of, titles
from shared.contract.envelope import DomainEvent
from tests.examples.members import (
    department_changed,
    member_joined,
    members_merged,
    registration_withdrawn,
    staff_registered,
)
from tests.reporting.counting import beyond
from tests.reporting.counting import parts_of as by_definition
from tests.reporting.history import History, arbitrary_history, current_rows, folded
from tests.reporting.records import ORG
from tests.reporting.year import gift, person

PERIOD = Period(date(2022, 1, 20), date(2022, 3, 31))
YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
NOW = 10**6


def every_division() -> list[tuple[Figure, tuple[By, ...]]]:
    """Each figure by everything that divides it, and by each two of them."""
    return [
        (figure, by)
        for figure in FIGURES
        for size in (1, 2)
        for by in itertools.combinations(divisions_of(figure), size)
    ]


async def test_the_parts_of_any_history_are_their_definition_and_add_up(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    entries = (await arbitrary_history(simulated)).entries()
    versions, facts = folded(FIGURE_LINES, entries), beyond(entries)
    for at in (len(entries) // 2, len(entries)):
        values = await values_at(pool, ORG, PERIOD, at)
        lines = list(current_rows(versions, at).values())
        for figure, by in every_division():
            parts = await parts_of(pool, ORG, figure, PERIOD, at, by)
            whole = values[figure.name]
            assert sum(part.value for part in parts) == whole.value, (figure.name, by)
            assert sum(part.lines for part in parts) == whole.lines, (figure.name, by)
            assert len({part.of for part in parts}) == len(parts)
            if len(by) == 1:
                found = {part.of[0]: part.value for part in parts}
                assert found == by_definition(lines, figure, PERIOD, facts, at, by[0]), figure


async def test_the_list_of_each_part_adds_up_to_it(pool: asyncpg.Pool, simulated: Ingest) -> None:
    at = len((await arbitrary_history(simulated, 500)).envelopes)
    listed = 0
    for figure, by in every_division():
        if len(by) > 1:
            continue
        for part in await parts_of(pool, ORG, figure, PERIOD, at, by):
            events = await events_in(pool, figure, PERIOD, by, part, at)
            measured = [each[figure.measure] or 0 for each in events if figure.measure in each]
            value = sum(measured) if measured else len(events)
            assert value == part.value, (figure.name, part)
            listed += len(events)
    assert listed > 100


async def events_in(  # noqa: PLR0917 - a question
    pool: asyncpg.Pool, figure: Figure, period: Period, by: tuple[By, ...], part: Part, at: int
) -> list[dict[str, Any]]:
    """Every event of a part, two a page."""
    after, events = Cursor(at, 0, ""), []
    while True:
        page = await events_of_part(
            pool, ORG, figure, period, after=after, limit=2, by=by, of=part.of
        )
        assert len(page.events) <= 2 and not page.wrong_rows
        events += page.events
        if page.next is None:
            return events
        after = decode_cursor(page.next)


def test_every_figure_is_divided_and_every_kind_has_a_title() -> None:
    undivided = [figure.name for figure in FIGURES if not divisions_of(figure)]
    assert undivided == ["issues_open"], "a stock of things of one kind"
    for figure in FIGURES:
        if "kind" in divisions_of(figure):
            parts = {name.split(".")[2 if name.startswith("spent") else 1] for name in figure.lists}
            assert parts == set(kinds_in(figure)), figure.name
    for name in ("activities_held", "claims_filed", "income_received", "gifts_missed"):
        assert "kind" in divisions_of(figure_named(name))


DEPARTMENTS = ("财务处", "教务处", "图书馆")


@pytest.mark.parametrize("seed", range(3))
async def test_at_random_moves_everybody_is_where_they_were_on_the_day(
    pool: asyncpg.Pool, simulated: Ingest, seed: int
) -> None:
    """A walk of moves, some withdrawn, against a list of what was told of whom."""
    chance, history = random.Random(seed), History()
    told: dict[int, dict[date, str | None]] = {}
    for n in range(1, 7):
        first = chance.choice((None, *DEPARTMENTS))
        told[n] = {date(2021, 9, 1): first}
        history(
            staff_registered(
                occurred_on=date(2021, 9, 1), person_id=person(n), department=first, spell=1
            )
        )
        history(member_joined(occurred_on=date(2021, 9, 1), person_id=person(n), from_org=None))
    for nth in range(40):
        n, on = chance.randint(1, 6), date(2022, 1, 1) + timedelta(days=chance.randint(0, 360))
        if on not in told[n]:
            to = chance.choice(DEPARTMENTS)
            history(department_changed(occurred_on=on, person_id=person(n), department=to))
            if chance.random() < 0.3:
                history(taken_back(history, n))
            else:
                told[n][on] = to
        history(gift(f"cake-{nth}", "birthday", n, str(on)))
    await history.told(simulated, [7] * 5)
    amount = figure_named("birthday_cakes_amount")
    parts = await parts_of(pool, ORG, amount, YEAR, NOW, ["department"])
    at_gifts = [where(told[n], on) for n, on in gift_days(history)]
    assert {part.of[0]: part.lines for part in parts} == Counter(at_gifts)
    on_roll = await parts_of(pool, ORG, figure_named("members_on_roll"), YEAR, NOW, ["department"])
    last = [where(told[n], YEAR.last) for n in told]
    assert {part.of[0]: part.value for part in on_roll} == Counter(last)


def taken_back(history: History, n: int) -> DomainEvent:
    """The withdrawal of what was said last."""
    said = history.envelopes[-1]
    return registration_withdrawn(
        entry_stream=f"person-{person(n)}",
        entry=str(said.event_id),
        entry_version=said.stream_version,
        occurred_on=date(2022, 12, 31),
    )


def where(told: dict[date, str | None], day: date) -> str | None:
    return told[max(each for each in told if each <= day)]


def gift_days(history: History) -> list[tuple[int, date]]:
    events: list[Any] = [entry.event for entry in history.entries()]
    return [
        (int(event.person_id.rpartition("-")[2]), event.occurred_on)
        for event in events
        if type(event).__name__ == "GiftIssued"
    ]


async def test_a_merged_record_s_lines_are_in_the_department_of_the_kept_one(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        staff_registered(person_id=person(1), department="财务处"),
        staff_registered(person_id=person(2), department="教务处"),
        gift("cake-1", "birthday", 1, "2022-01-05"),
        gift("cake-2", "birthday", 2, "2022-01-06"),
        members_merged(person_id=person(2), kept_person_id=person(1), occurred_on=date(2022, 5, 1)),
    )
    await history.told(simulated)
    cakes = figure_named("birthday_cakes")
    before = await parts_of(pool, ORG, cakes, YEAR, 4, ["department"])
    assert [(part.of, part.value) for part in before] == [(("教务处",), 1), (("财务处",), 1)]
    after = await parts_of(pool, ORG, cakes, YEAR, 5, ["department"])
    assert [(part.of, part.value, part.lines) for part in after] == [(("财务处",), 1, 2)]


async def test_who_nobody_told_of_is_a_part_of_its_own_and_last(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        gift("cake-1", "birthday", 1, "2022-01-05"),
        staff_registered(person_id=person(2), department="教务处"),
        gift("cake-2", "birthday", 2, "2022-02-06"),
    )
    await history.told(simulated)
    cakes = figure_named("birthday_cakes")
    parts = await parts_of(pool, ORG, cakes, YEAR, NOW, ["department", "gender"])
    assert [titles(cakes, ["department", "gender"], part) for part in parts] == [
        ["教务处", "女"],
        ["部门不明", "性别不明"],
    ]
    months = await parts_of(pool, ORG, cakes, YEAR, NOW, ["month"])
    assert [part.of for part in months] == [("2022-01",), ("2022-02",)]
