"""Kafka loses everything: the owners publish again, and no figure, list or position changes."""

from deploy.demo.desk import ORG
from tests.journeys.demo_year.journey import OWNERS, Journey


async def test_a_wiped_kafka_is_refilled_and_nothing_changes(journey: Journey) -> None:
    await journey.arrived()
    before, held = await journey.figures(), await journey.journalled()
    first = (await journey.asking.explain("gift_mid_autumn_portions")).events

    await journey.stack.servers.wipe_kafka()
    await journey.stack.create_topics()
    republished = {
        owner: (await journey.post(owner, "/v1/relay/republish"))["republished"] for owner in OWNERS
    }
    await journey.post("worker", "/v1/relay/republish")
    assert republished == held == await journey.stamped()
    await journey.arrived()

    assert (await journey.figures(), await journey.journalled()) == (before, held)
    again = (await journey.asking.explain("gift_mid_autumn_portions")).events
    assert again == first, "the journal keeps where each event was first seen"


async def test_what_is_entered_after_the_wipe_arrives(journey: Journey) -> None:
    before = (await journey.figures())["plan_items_set"]
    await journey.command("events", "set-plan-item", {
        "item_id": "after-the-wipe", "plan_year": 2023, "section": "basics",
        "title": "整理档案", "set_on": "2022-12-31",
    })  # fmt: skip
    await journey.arrived()
    assert (await journey.figures(ORG))["plan_items_set"] == before + 1
