"""Restored to an earlier second, with Kafka still holding what came after: every lost event is
named, none is merged, none is doubled, and the figures are the restored owners'."""

from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx

from deploy.stack.stack import Stack
from shared.contract.contexts import CONTEXTS, FACT_CONTEXTS
from tests.journeys.command_line import Ran, guildhall
from tests.journeys.conftest import new_stack
from tests.journeys.office import Office
from tests.journeys.reporting import OWNERS, Reporting, as_superuser
from tests.journeys.waiting import until

UNION = "u-restored"
SOURCES = {CONTEXTS[name].source for name in FACT_CONTEXTS}


async def reporting_of(stack: Stack, http: httpx.AsyncClient, pools: AsyncExitStack) -> Reporting:
    databases = {
        owner: await pools.enter_async_context(
            asyncpg.create_pool(as_superuser(stack, owner), min_size=0, max_size=3)
        )
        for owner in OWNERS
    }
    return Reporting(stack, http, databases)


async def owned(reporting: Reporting) -> set[UUID]:
    """Every event of the contexts that speak only when they are told to."""
    return {event for context in FACT_CONTEXTS for event in await reporting.owned(context)}


async def named_as_lost(reporting: Reporting) -> set[UUID]:
    """What is open in quarantine as of a dead epoch, from those contexts."""
    rows = await reporting.database.fetch(
        "SELECT event_id FROM quarantine WHERE state = 'open' AND reason = 'dead-epoch'"
        " AND source = ANY($1)",
        list(SOURCES),
    )
    assert len(rows) == len({row["event_id"] for row in rows})
    return {row["event_id"] for row in rows}


async def held(ran: Ran) -> Ran:
    assert ran.status == 0, ran
    return ran


async def test_what_a_restore_loses_is_named_and_never_merged(
    tmp_path: Path, http: httpx.AsyncClient
) -> None:
    data, archive = tmp_path / "data", str(tmp_path / "archive")
    async with AsyncExitStack() as pools, new_stack(data) as stack:
        reporting = await reporting_of(stack, http, pools)
        office = Office(stack, http, UNION)
        people = await first_months(office)
        await reporting.caught_up()
        taken = await held(await guildhall(stack, "backup", "--to", archive))
        kept = await owned(reporting)
        await months_to_be_lost(office, people)
        await reporting.caught_up()
        lost = await owned(reporting) - kept
        drilled = await held(await guildhall(stack, "drill", "--from", archive))
        assert drilled.document["held"] and drilled.document["failures"] == []
        assert drilled.document["checks"]["as known"].startswith("the living server's")
    assert len(lost) > 20

    at = taken.document["mark"]["at"]
    restored = await held(await guildhall(stack, "restore", "--from", archive, "--at", at))
    assert restored.document["epoch"] == 2

    async with AsyncExitStack() as pools, new_stack(data) as stack:
        reporting = await reporting_of(stack, http, pools)
        office = Office(stack, http, UNION)
        assert await owned(reporting) == kept
        await months_that_follow(office, people)
        await until(lambda: named_as_lost(reporting), lambda named: named == lost)
        await reporting.caught_up()
        assert await office.members_heard() == 13
        figures = await reporting.figures(UNION)
        assert figures["gift_spring_festival_members"] == 13
        assert figures["gift_mid_autumn_members"] == 0
        reconciled = await until(lambda: guildhall(stack, "reconcile"), lambda ran: ran.status == 0)
        assert reconciled.document["ahead"] == []
        listed = await held(await guildhall(stack, "quarantine", "list"))
        assert lost <= {UUID(row["event_id"]) for row in listed.document["records"]}
        # And the restored log is archived in its turn, under the new epoch.
        again = await held(await guildhall(stack, "backup", "--to", archive))
        assert again.document["epoch"] == 2


async def first_months(office: Office) -> list[str]:
    """Twelve members, and a gift to each."""
    await office.found()
    people = await office.take_on(12)
    await office.hand_out("spring", "spring_festival")
    return people


async def months_to_be_lost(office: Office, people: list[str]) -> None:
    """Five members more, six signatures, another gift to each: events of every kind of stream."""
    await office.take_on(5, first=12)
    await office.sign("spring", people[:6])
    await office.hand_out("autumn", "mid_autumn")


async def months_that_follow(office: Office, people: list[str]) -> None:
    """Life goes on, on streams and in shards where lost events had the next versions."""
    await office.sign("spring", people[4:9])
    [newcomer] = await office.take_on(1, first=12)
    await office.issue_one("spring", newcomer, off_roster_reason="joined_after_roster")
