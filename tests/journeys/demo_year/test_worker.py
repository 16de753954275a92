"""The ingest worker stops: commands go on, figures stand still, and catch up."""

from guildhall.demo.script import ORG
from tests.journeys.demo_year.journey import Journey, until


async def test_while_the_worker_is_down_commands_go_on_and_figures_stand_still(
    journey: Journey,
) -> None:
    await journey.wait_for_arrival()
    before, head = await journey.figures(), await journey.head()
    await journey.stack.stop_service("worker")
    try:
        await journey.command(
            "events",
            "plan-activity",
            {
                "activity_id": "winter-2022",
                "title": "冬季健步走",
                "kind": "sport",
                "organiser": "own",
                "online": False,
                "planned_for": "2022-12-25",
                "planned_on": "2022-12-20",
            },
        )
        for day in (25, 26):
            held = {"activity_id": "winter-2022", "held_on": f"2022-12-{day}"}
            await journey.command("events", "hold-activity", held)
        await until(journey.drained)
        assert (await journey.figures(), await journey.head()) == (before, head)
    finally:
        await journey.stack.start_service("worker")
    await journey.wait_for_arrival()
    after = await journey.figures()
    assert after["activities_held"] == before["activities_held"] + 2
    unchanged = before.keys() - {"activities_held"}
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}


async def test_after_all_that_the_14_numbers_still_stand(journey: Journey) -> None:
    figures = await journey.figures(ORG)
    assert figures["gift_mid_autumn_portions"] == 542
    assert figures["serious_illness_insured_members"] == 511
