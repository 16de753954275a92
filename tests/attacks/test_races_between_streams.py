"""Rules that rest on two streams, each asked for from both ends at once.

As shown on 2026-11-29: two unions became each other's upper union, and a month was attested free of
incidents beside an incident that was reported before. All such rules, and where each is raced:

members   no union is above itself                             here
          an employee number has one holder                    tests/members/test_races.py
events    a month is attested with the incidents reported      here
          evidence and meetings that are named are on record   streams only appear: no race
benefits  nothing is issued after a programme is closed, and   tests/benefits/test_races.py
          the closing counts what was; a roster frozen
          meanwhile is the one issued to; no more are insured
          than due; one claim stands for a case
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import httpx
import pytest

from services.events.__main__ import PARTS as EVENTS
from services.members.__main__ import parts as members_parts
from shared.clock import system_clock
from shared.contract.events import IncidentReported, PeriodAttested
from shared.testing.http import InProcess, in_process
from tests.databases import NewDatabase
from tests.examples.members import organisation_registered

ROUNDS = 12
WAITING = """
SELECT count(*) FROM pg_locks
WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
ABOVE_ITSELF = """
WITH RECURSIVE above (org_id, parent) AS (
    SELECT org_id, parent_org_id FROM organisations
    UNION SELECT a.org_id, o.parent_org_id FROM above a JOIN organisations o ON o.org_id = a.parent
) SELECT org_id FROM above WHERE parent = org_id
"""


@pytest.fixture
async def members(new_database: NewDatabase) -> AsyncIterator[InProcess]:
    dsn = await new_database("shared.eventstore", "services.members")
    async with in_process(members_parts("0f" * 32), dsn) as running:
        yield running


@pytest.fixture
async def events(new_database: NewDatabase) -> AsyncIterator[InProcess]:
    """On the real clock: what was recorded first is seen by its time."""
    dsn = await new_database("shared.eventstore", "services.events")
    async with in_process(EVENTS, dsn, system_clock) as running:
        await running.hear("tjtc/organisation", organisation_registered())
        yield running


async def at_once(service: InProcess, *asked: Awaitable[httpx.Response]) -> list[str]:
    """Hold back all writing until each command has decided and waits to write."""
    async with service.store.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("LOCK TABLE events IN EXCLUSIVE MODE")
            tasks = [asyncio.ensure_future(one) for one in asked]
            async with asyncio.timeout(10):
                while await connection.fetchval(WAITING) < len(tasks):
                    await asyncio.sleep(0.002)
        answers = await asyncio.gather(*tasks)
    return [answer.json().get("code", "accepted") for answer in answers]


def registering(
    service: InProcess, org: str, parent: str | None = None
) -> Awaitable[httpx.Response]:
    body = {
        "name": "工会", "kind": "grassroots", "parent_org_id": parent, "simulated": True,
        "registered_on": "2002-05-01",
    }  # fmt: skip
    return service.command("register-organisation", body, role="operator", org=org)


def moving(service: InProcess, deed: str, org: str, to: str) -> Awaitable[httpx.Response]:
    body: dict[str, Any] = {"to_parent": to}
    if deed == "start":
        body |= {"from_parent": "city", "members_due": 1, "started_on": "2022-04-01"}
    else:
        body |= {"completed_on": "2022-05-01"}
    return service.command(f"{deed}-affiliation-transfer", body, role="chair", org=org)


async def accepted(*asked: Awaitable[httpx.Response]) -> None:
    for one in asked:
        answer = await one
        assert answer.status_code == 201, answer.text


async def is_a_tree(members: InProcess) -> bool:
    return not await members.store.pool.fetch(ABOVE_ITSELF)


async def test_two_unions_registered_under_each_other_at_once(members: InProcess) -> None:
    for turn in range(ROUNDS):
        pair = [(f"a{turn}", f"b{turn}"), (f"b{turn}", f"a{turn}")]
        outcomes = await at_once(
            members,
            *(
                registering(members, org, above)
                for org, above in (pair if turn % 2 else pair[::-1])
            ),
        )
        assert sorted(outcomes) == ["accepted", "parent-is-below"]
    assert await is_a_tree(members)


@pytest.mark.parametrize("ring", [("north", "south"), ("north", "south", "west")])
async def test_unions_that_move_under_each_other_at_once(
    members: InProcess, ring: tuple[str, ...]
) -> None:
    for turn in range(ROUNDS):
        orgs = [f"{org}{turn}" for org in ring]
        above = dict(zip(orgs, [*orgs[1:], orgs[0]], strict=True))
        await accepted(*(registering(members, org) for org in orgs))
        await accepted(*(moving(members, "start", *pair) for pair in above.items()))
        pairs = sorted(above.items(), reverse=bool(turn % 2))
        outcomes = await at_once(members, *(moving(members, "complete", *pair) for pair in pairs))
        assert sorted(outcomes) == ["accepted"] * (len(ring) - 1) + ["parent-is-below"]
    assert await is_a_tree(members)


async def test_a_union_that_moves_under_one_that_is_registered_below_it_at_once(
    members: InProcess,
) -> None:
    for turn in range(ROUNDS):
        upper, lower = f"upper{turn}", f"lower{turn}"
        await accepted(registering(members, upper), moving(members, "start", upper, lower))
        asked = [moving(members, "complete", upper, lower), registering(members, lower, upper)]
        outcomes = await at_once(members, *(asked if turn % 2 else asked[::-1]))
        assert sorted(outcomes) == ["accepted", "parent-is-below"]
    assert await is_a_tree(members)


async def test_two_unions_that_move_under_each_other_one_after_the_other(
    members: InProcess,
) -> None:
    """No race at all: the second move is looked at when it takes effect, not only when it began."""
    await accepted(*(registering(members, org) for org in ("north", "south")))
    await accepted(
        moving(members, "start", "north", "south"),
        moving(members, "start", "south", "north"),
        moving(members, "complete", "north", "south"),
    )
    refused = await moving(members, "complete", "south", "north")
    assert (refused.status_code, refused.json()["code"]) == (409, "parent-is-below")


def attesting(service: InProcess, month: str, incidents: int) -> Awaitable[httpx.Response]:
    body = {
        "subject": "safety", "month": month, "incidents": incidents, "attested_on": "2022-12-01",
    }  # fmt: skip
    return service.command("attest-period", body)


def reporting(service: InProcess, month: str, incident: str) -> Awaitable[httpx.Response]:
    body = {"incident_id": incident, "subject": "safety", "happened_on": f"{month}-03"}
    return service.command("report-incident", body)


async def recorded(events: InProcess, month: str) -> tuple[int, int | None]:
    """How many of a month's incidents were recorded before its attestation, which says how many."""
    rows = await events.store.pool.fetch("SELECT stream, recorded_at FROM events")
    when = {row["stream"]: row["recorded_at"] for row in rows}
    stream = f"tjtc/attestation-safety.{month}"
    if stream not in when:
        return 0, None
    found = await events.events(stream)
    assert isinstance(found[0], PeriodAttested)
    earlier = [
        each
        for each in await events.events("tjtc/incident-")
        if isinstance(each, IncidentReported)
        and each.occurred_on.isoformat()[:7] == month
        and when[f"tjtc/incident-{each.incident_id}"] <= when[stream]
    ]
    return len(earlier), found[0].incidents


@pytest.mark.parametrize("attested_first", [True, False])
async def test_a_month_is_never_attested_free_of_an_incident_that_was_reported(
    events: InProcess, attested_first: bool
) -> None:
    months = [f"{year}-{month:02}" for year in (2021,) for month in range(1, 13)]
    for number, month in enumerate(months):
        asked = [
            attesting(events, month, 0),
            reporting(events, month, f"i-{number}a"),
            reporting(events, month, f"i-{number}b"),
        ]
        outcomes = await at_once(events, *(asked if attested_first else asked[::-1]))
        attested = outcomes[0 if attested_first else -1]
        assert attested in ("accepted", "incidents-differ")
        assert outcomes.count("accepted") == 2 + (attested == "accepted")
        earlier, said = await recorded(events, month)
        assert said is None or earlier == said == 0
