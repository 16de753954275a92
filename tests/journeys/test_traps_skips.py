"""A reader passes over records without a word: the journal, then a context's own copy.

It is seen, named and healed by itself; the demand of issue 4 is 60 seconds and 5 minutes.
"""

import asyncpg

from deploy.stack.stack import Stack
from services.reporting.queries.kafka_end_offsets import KafkaEnds
from tests.journeys.office import Office
from tests.journeys.reporting import Reporting
from tests.journeys.waiting import until

MISSING = "guildhall_reconciliation_missing_records"


async def pass_over(stack: Stack, database: asyncpg.Pool, table: str, topic: str) -> int:
    """Move a stopped reader's positions to the topic's end, as a reader does that commits what it
    never applied; returns how many records it will not read."""
    rows = await database.fetch(
        f"SELECT partition, next_offset FROM {table} WHERE topic = $1", topic
    )
    async with KafkaEnds(stack.kafka) as ends:
        found = await ends([(topic, row["partition"]) for row in rows])
    skipped = 0
    for row in rows:
        end = found[topic, row["partition"]]
        skipped += max(0, end - row["next_offset"])
        await database.execute(
            f"UPDATE {table} SET next_offset = $1 WHERE topic = $2 AND partition = $3",
            end,
            topic,
            row["partition"],
        )
    return skipped


async def lacks(reporting: Reporting, reader: str, source: str) -> float:
    """What the worker's alarm says a reader lacks."""
    return await reporting.metric("worker", f'{MISSING}{{reader="{reader}",source="{source}"}}')


async def test_events_the_journal_passed_over_are_missed_and_healed(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    people = await office.take_on(60)
    await office.open_programme("summer", "summer_cooling")
    await reporting.caught_up()
    await stack.stop_service("worker")
    await office.issue("summer")
    await until(lambda: reporting.relayed("benefits"), bool)
    assert await pass_over(stack, reporting.database, "positions", "guildhall.benefits.v1") > 0
    await stack.start_service("worker")

    await until(lambda: lacks(reporting, "reporting", "/guildhall/benefits"), lambda n: n > 0)
    await reporting.caught_up()
    assert await reporting.figure(office.org_id, "gift_summer_cooling") == len(people)
    await until(lambda: lacks(reporting, "reporting", "/guildhall/benefits"), lambda n: n == 0)
    status = await reporting.get("status", person="operator")
    assert (status["parked"], status["differences"]) == (0, [])


async def test_facts_a_contexts_copy_passed_over_are_missed_and_healed(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    """Without them benefits would go on, and not know the people it decides about."""
    await office.take_on(10)
    await stack.stop_service("benefits")
    await office.enrol(60, first=10)
    await until(lambda: reporting.relayed("members"), bool)
    copies = reporting.databases["benefits"]
    skipped = await pass_over(stack, copies, "subscription_positions", "guildhall.members.v1")
    assert skipped > 0
    await stack.start_service("benefits")

    await until(lambda: lacks(reporting, "benefits", "/guildhall/members"), lambda n: n > 0)
    await until(office.members_heard, lambda heard: heard == 70)
    await until(lambda: lacks(reporting, "benefits", "/guildhall/members"), lambda n: n == 0)
    assert await office.hand_out("summer", "summer_cooling") == 70
