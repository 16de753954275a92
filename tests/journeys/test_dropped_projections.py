"""Projections are dropped, emptied and redefined while commands come in, and folded anew.

Commands, Kafka, worker and query API are what they are in production. Whoever asks meanwhile has
the right number or 503 and how far it is; nothing is found or resolved that was not so. Every way
to take a table or a column away: tests/attacks/test_dropped_projections.py.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from deploy.stack.stack import Stack
from tests.journeys.command_line import guildhall
from tests.journeys.office import Office
from tests.journeys.reporting import Reporting
from tests.reporting.by_hand import by_hand

PEOPLE = 12
WHOLE_SECONDS = 90.0
FINDINGS = """
SELECT count(*) FROM events WHERE starts_with(stream, $1) AND type LIKE '%.FindingResolved.%'
"""

Attack = Callable[[Stack, asyncpg.Pool], Awaitable[None]]


async def drop_schema(_: Stack, pool: asyncpg.Pool) -> None:
    await pool.execute("DROP SCHEMA projections CASCADE")


async def change_definition(stack: Stack, pool: asyncpg.Pool) -> None:
    """The worker that ran was of other code."""
    await stack.stop_service("worker")
    await pool.execute("UPDATE checkpoints SET definition = 'of other code'")
    await stack.start_service("worker")


async def delete_a_columns_worth(_: Stack, pool: asyncpg.Pool) -> None:
    lines = "projections.figure_lines"
    with pytest.raises(asyncpg.RaiseError):
        await pool.execute(f"DELETE FROM {lines} WHERE list LIKE 'gift.womens_day.%'")
    await by_hand(pool, lines, f"DELETE FROM {lines} WHERE list LIKE 'gift.womens_day.%'")


@contextlib.asynccontextmanager
async def load(office: Office) -> AsyncIterator[None]:
    """Staff and members are registered all the time."""

    async def enrolling() -> None:
        for first in itertools.count(PEOPLE + 5, 5):
            await office.enrol(5, first)

    task = asyncio.create_task(enrolling())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def asked(reporting: Reporting, office: Office) -> Any:
    """The figure, or the problem that it cannot be answered."""
    bearer = {"Authorization": f"Bearer {await reporting.stack.token('auditor')}"}
    url = f"{reporting.stack.urls['reporting']}/v1/{office.org_id}/figures/gift_womens_day"
    answer = await reporting.http.get(url, params={"year": 2022}, headers=bearer)
    assert answer.status_code in (200, 503), answer.text
    return answer.json()


@pytest.mark.parametrize("attack", [drop_schema, change_definition])
async def test_nobody_is_told_a_wrong_number_and_it_mends_itself(
    stack: Stack, reporting: Reporting, office: Office, attack: Attack
) -> None:
    await office.take_on(PEOPLE)
    await office.hand_out("women", "womens_day")
    await reporting.caught_up()
    resolved = await reporting.databases["reporting"].fetchval(FINDINGS, office.org_id)
    refusals = []
    async with load(office):
        await attack(stack, reporting.database)
        started = time.monotonic()
        while time.monotonic() - started < WHOLE_SECONDS:
            answer = await asked(reporting, office)
            if "value" in answer:
                assert answer["value"] == PEOPLE
                if refusals and not (await reporting.get("status"))["stale"]:
                    break
            else:
                assert answer["code"] == "being-rebuilt" and 0 <= answer["progress"] <= 1
                refusals.append(answer)
            await asyncio.sleep(0.05)
        print(f"{attack.__name__}: whole again in {time.monotonic() - started:.1f} s")
    assert refusals
    assert not (await reporting.get("status"))["stale"]
    assert await reporting.figure(office.org_id, "gift_womens_day") == PEOPLE
    await reporting.caught_up()
    assert await reporting.databases["reporting"].fetchval(FINDINGS, office.org_id) == resolved
    ran = await guildhall(stack, "rebuild")
    assert ran.status == 0 and ran.document["lost"] == []


async def test_rows_deleted_in_spite_of_the_trigger_are_noticed_and_put_back(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    await office.take_on(PEOPLE)
    await office.hand_out("women", "womens_day")
    await reporting.caught_up()
    async with load(office):
        await delete_a_columns_worth(stack, reporting.database)
        started = time.monotonic()
        while time.monotonic() - started < WHOLE_SECONDS:
            if (await asked(reporting, office)).get("value") == PEOPLE:
                break
            await asyncio.sleep(0.1)
        print(f"rows deleted: whole again in {time.monotonic() - started:.1f} s")
    assert await reporting.figure(office.org_id, "gift_womens_day") == PEOPLE
