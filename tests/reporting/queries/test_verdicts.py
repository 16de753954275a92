"""Verdicts as of any log_index, on a real database."""

from datetime import date
from itertools import count
from typing import Any

import asyncpg
import pytest

from services.reporting.journal import log as journal
from tests.reporting.office import Office, cash, members, returned, signed
from tests.reporting.records import gift


@pytest.fixture
async def office(pool: asyncpg.Pool) -> Office:
    """A union with three members."""
    return await Office.opened(pool)


async def test_facts_of_another_union_change_no_verdict(office: Office) -> None:
    await office.happened(gift(1), cash(2), signed(1))
    before = await office.verdicts()
    for person in (1, 2, 3):
        event = cash(person).model_copy(update={"org_id": "jt-group"})
        await office.stranger_said(event.stream_of(), event)
    assert before
    assert await office.verdicts() == before


async def test_verdicts_can_be_had_as_they_were_known(office: Office) -> None:
    await office.happened(gift(1), cash(2))
    then = await journal.last_index(office.pool)
    known_then = await office.verdicts()
    await office.happened(returned(2))
    assert await office.verdicts(then) == known_then
    outcomes = [
        next(verdict.outcome for verdict in found if verdict.rule == "wel-03")
        for found in (known_then, await office.verdicts())
    ]
    assert outcomes == ["fail", "pass"]


async def test_nothing_is_judged_before_anything_was_known(office: Office) -> None:
    assert await office.verdicts(0) == []


async def test_a_month_answers_the_verdict_on_the_whole_year(office: Office) -> None:
    spring = gift(1, "spring-2022", occurred_on="2022-01-20", occasion="spring_festival")
    await office.happened(spring, gift(1))
    may = await office.verdicts(None, date(2022, 5, 1), date(2022, 5, 31))
    (cap,) = [verdict for verdict in may if verdict.rule == "wel-04"]
    assert (cap.subject, cap.facts["highest_total_fen"]) == ("year:2022", 60000)
    assert not [verdict for verdict in may if verdict.subject.startswith("programme:")]
    later = await office.verdicts(None, date(2023, 1, 1), date(2023, 12, 31))
    assert not [verdict for verdict in later if verdict.rule == "wel-04"]


async def test_what_several_sources_say_of_one_thing_is_told_apart(office: Office) -> None:
    await office.happened(cash(2))
    await office.stranger_said("tjtc/gift-mid-autumn-2022.p-00000002", cash(2))
    twice = [verdict for verdict in await office.verdicts() if verdict.rule == "evd-06"]
    assert [(verdict.reason, verdict.persons) for verdict in twice] == [
        ("gift-twice", ("p-00000002",))
    ]


async def test_two_thousand_gifts_are_judged_by_as_many_questions_as_twenty(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, execute = count(), asyncpg.Connection._do_execute

    async def counted(connection: asyncpg.Connection, *query: Any, **how: Any) -> Any:
        next(asked)
        return await execute(connection, *query, **how)

    monkeypatch.setattr(asyncpg.Connection, "_do_execute", counted)

    async def questions() -> int:
        before = next(asked)
        found = await office.verdicts()
        assert len([verdict for verdict in found if verdict.rule == "wel-06"]) == 4
        return next(asked) - before

    people = range(500)
    await office.happened(*members(*(number for number in people if number > 3)))
    gifts = [gift(person, f"programme-{number}") for number in range(4) for person in people]
    few = [one for at, one in enumerate(gifts) if at % 100 == 0]
    await office.happened(*few)
    of_few = await questions()
    await office.happened(*(one for one in gifts if one not in few))
    assert await questions() == of_few > 1
