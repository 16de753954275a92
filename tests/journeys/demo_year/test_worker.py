"""The ingest worker stops or is killed: nothing is lost, nothing is counted twice."""

import asyncio
from typing import Any

from deploy.demo.demonstration import COMPARED_ORG
from deploy.demo.desk import ORG
from tests.journeys.demo_year.journey import Journey, until

PEOPLE = 10_000
ROWS = 1_000


async def test_while_the_worker_is_down_commands_go_on_and_figures_stand_still(
    journey: Journey,
) -> None:
    await journey.arrived()
    before, head = await journey.figures(), await journey.head()
    await journey.stack.stop_service("worker")
    try:
        await journey.command("events", "plan-activity", {
            "activity_id": "winter-2022", "title": "冬季健步走", "kind": "sport",
            "organiser": "own", "online": False, "planned_for": "2022-12-25",
            "planned_on": "2022-12-20",
        })  # fmt: skip
        for day in (25, 26):
            held = {"activity_id": "winter-2022", "held_on": f"2022-12-{day}"}
            await journey.command("events", "hold-activity", held)
        await until(journey.drained)
        assert (await journey.figures(), await journey.head()) == (before, head)
    finally:
        await journey.stack.start_service("worker")
    await journey.arrived()
    after = await journey.figures()
    assert after["activities_held"] == before["activities_held"] + 2
    unchanged = before.keys() - {"activities_held"}
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}


async def test_killed_amid_20_000_events_nothing_is_lost_or_doubled(journey: Journey) -> None:
    head = await journey.arrived()
    ours = await journey.figures()
    await journey.command("members", "register-organisation", {
        "name": "另一工会", "kind": "grassroots", "parent_org_id": "tjjt", "simulated": True,
        "registered_on": "2022-01-01",
    }, "operator", COMPARED_ORG)  # fmt: skip
    killing = asyncio.create_task(_kill_now_and_then(journey))
    for first in range(0, PEOPLE, ROWS):
        numbers = range(first, first + ROWS)
        staff: list[dict[str, Any]] = [
            {"person_id": f"p-{n:08d}", "employee_no": f"{n:08d}", "name": "某人",
             "gender": "female" if n % 2 else "male", "birth_month": n % 12 + 1,
             "registered_on": "2022-02-01"}
            for n in numbers
        ]  # fmt: skip
        await journey.command("members", "register-staff", {"people": staff}, org=COMPARED_ORG)
        members = [
            {"person_id": f"p-{n:08d}", "joined_on": "2022-03-01", "kind": "new"} for n in numbers
        ]
        await journey.command("members", "admit-members", {"people": members}, org=COMPARED_ORG)
    kills = await killing
    await journey.arrived()
    theirs = await journey.figures(COMPARED_ORG)
    assert kills == 3
    assert (theirs["members_on_roll"], theirs["members_joined_new"]) == (PEOPLE, PEOPLE)
    assert (theirs["staff_in_post"], theirs["women_staff_in_post"]) == (PEOPLE, PEOPLE // 2)
    assert await journey.head() >= head + 2 * PEOPLE + 1
    assert await journey.journalled() == await journey.stamped()
    assert await journey.figures() == ours
    status = await journey.get("reporting", "/v1/status", "operator")
    assert (status["parked"], status["differences"]) == (0, [])


async def _kill_now_and_then(journey: Journey) -> int:
    """SIGKILL the worker each time it has got a few thousand events further; how often."""
    kills, last = 0, await journey.head()
    while kills < 3:
        head = await journey.head()
        if head > last + 2_000:
            await journey.stack.kill_service("worker")
            kills, last = kills + 1, head
        await asyncio.sleep(0.02)
    return kills


async def test_after_all_that_the_14_numbers_still_stand(journey: Journey) -> None:
    figures = await journey.figures(ORG)
    assert figures["gift_mid_autumn_portions"] == 542
    assert figures["serious_illness_insured_members"] == 511
