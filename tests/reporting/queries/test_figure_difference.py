"""The difference of a figure between two knowledge times is a list of events."""

import random
from collections import Counter
from datetime import date

import asyncpg

from services.reporting.figures import BY_NAME, FIGURES
from services.reporting.ingest.apply import Ingest
from services.reporting.queries.figure_difference import difference
from services.reporting.queries.figures import values_at
from services.reporting.queries.knowledge import Period
from tests.examples.events import congress_held, meeting_convened
from tests.reporting.disowning import disowning_history, withdrawing
from tests.reporting.history import History
from tests.reporting.records import ORG

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))


async def test_a_withdrawn_congress_goes_from_its_year_and_the_withdrawal_is_named(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        meeting_convened(meeting_id="tc-1"),
        congress_held(meeting_id="tc-1", occurred_on=date(2022, 3, 25), delegates_present=50),
    )
    withdrawal = withdrawing(history.envelopes[1])
    assert withdrawal is not None
    history(withdrawal)
    history(congress_held(meeting_id="tc-1", occurred_on=date(2022, 3, 26), delegates_present=52))
    await history.told(simulated, [1, 2])
    sessions = BY_NAME["staff_congress_sessions"]
    present = BY_NAME["staff_congress_delegates_present"]
    known = [
        [
            each.value
            for each in (await values_at(pool, ORG, YEAR, at, [sessions, present])).values()
        ]
        for at in (2, 3, 4)
    ]
    assert known == [[1, 50], [0, 0], [1, 52]]
    found = await difference(pool, ORG, present, YEAR, (2, 4))
    told = [(line["change"], line["quantity"], line["because"]["type"]) for line in found.lines]
    assert told == [
        ("went", 50, "guildhall.events.EntryWithdrawn.v1"),
        ("came", 52, "guildhall.events.CongressHeld.v1"),
    ]
    assert found.lines[0]["event"]["log_index"] == 2
    assert found.lines[0]["because"]["stream_version"] == 3


async def test_whatever_happened_the_lines_are_the_difference_of_the_numbers(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history, _, _ = disowning_history(random.Random(7))
    await history.told(simulated)
    early, late = len(history.envelopes) // 2, len(history.envelopes)
    figures = [figure for figure in FIGURES if figure.measure == "quantity" and not figure.stock]
    was = await values_at(pool, ORG, YEAR, early, figures)
    now = await values_at(pool, ORG, YEAR, late, figures)
    for figure in figures:
        found = await difference(pool, ORG, figure, YEAR, (early, late))
        moved = Counter[str]()
        for line in found.lines:
            moved[line["change"]] += line["quantity"]
            assert early < line["because"]["log_index"] <= late
        expected = now[figure.name].value - was[figure.name].value
        assert moved["came"] - moved["went"] == expected, figure.name
