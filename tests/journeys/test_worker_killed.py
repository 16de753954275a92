"""The worker is killed in the middle of 20,000 events: nothing is lost, nothing is doubled."""

from collections.abc import Iterable

from deploy.stack.stack import Stack
from tests.journeys.office import Office
from tests.journeys.reporting import UNREAD, Reporting
from tests.journeys.waiting import until

PEOPLE = 2_000
FIGURES = {
    "new_year": "gift_new_year_members",
    "spring_festival": "gift_spring_festival_members",
    "qingming": "gift_qingming_members",
    "labour_day": "gift_labour_day_members",
    "dragon_boat": "gift_dragon_boat_members",
    "mid_autumn": "gift_mid_autumn_members",
    "national_day": "gift_national_day_members",
    "front_line": "front_line_gifts",
    "summer_cooling": "gift_summer_cooling",
    "womens_day": "gift_womens_day",
}
"""Ten programmes, one for each occasion, and the figure that counts whom it reached."""

BATCHES_HELD = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'consumed'::regclass
"""


def programme(occasion: str) -> str:
    return occasion.replace("_", "-")


async def issue(office: Office, occasions: Iterable[str]) -> None:
    for occasion in occasions:
        assert await office.issue(programme(occasion)) == PEOPLE


async def test_killed_amid_20_000_events_it_neither_loses_nor_doubles_one(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    first, second = list(FIGURES)[:5], list(FIGURES)[5:]
    before = await reporting.consumed()
    await office.take_on(PEOPLE)
    for occasion in FIGURES:
        await office.open_programme(programme(occasion), occasion)
    await issue(office, first)
    await reporting.caught_up()
    known = await reporting.count(office.org_id)

    # Killed as a batch is about to commit: all its effects are written, and none is to stay.
    async with reporting.database.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE consumed IN EXCLUSIVE MODE")
        await issue(office, second)
        await until(lambda: reporting.database.fetchval(BATCHES_HELD), bool)
        await stack.kill_service("worker")
        assert await reporting.count(office.org_id) == known

    # And again, wherever it happens to be.
    await until(lambda: reporting.count(office.org_id), lambda count: count > known)
    await stack.kill_service("worker")
    await reporting.caught_up()
    await stack.ready()

    figures = await reporting.figures(office.org_id)
    assert {name: figures[name] for name in FIGURES.values()} == dict.fromkeys(
        FIGURES.values(), PEOPLE
    )
    for occasion, name in FIGURES.items():
        said = await office.ask("benefits", f"programmes/{programme(occasion)}")
        assert said["issued"] == figures[name]

    rows = await reporting.rows_of(office.org_id)
    gifts = [row for row in rows if row["type"] == "guildhall.benefits.GiftIssued.v1"]
    assert len(gifts) == len({(row["source"], row["event_id"]) for row in gifts}) == 20_000
    for partition, now in (await reporting.consumed()).items():
        moved = now.since(before.get(partition, UNREAD))
        assert moved.next_offset == moved.accounted, partition
        assert (moved.parked, moved.quarantined) == (0, 0), partition
    assert (await reporting.get("status", person="operator"))["differences"] == []
