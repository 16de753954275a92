"""The projections are folded anew from the journal: row by row what they were, as known ever."""

import asyncio
from typing import Any

from deploy.stack.stack import Stack
from tests.journeys.command_line import guildhall
from tests.journeys.office import Office
from tests.journeys.reporting import Reporting
from tests.journeys.waiting import until
from tests.reporting.by_hand import by_hand


async def a_year(office: Office) -> None:
    """Gifts issued, signed for and taken back; a claim paid; books, activities, head counts."""
    people = await office.take_on(30)
    for programme, occasion in (("spring", "spring_festival"), ("autumn", "mid_autumn")):
        await office.hand_out(programme, occasion)
        await office.sign(programme, people[:20])
        await office.take_back(programme, people[3])
    claim = {
        "claim_id": "c1",
        "kind": "hardship",
        "person_id": people[0],
        "capacity": "member",
        "case_id": "case-1",
        "asked_fen": 50_000,
        "happened_on": "2022-02-01",
        "filed_on": "2022-03-01",
    }
    await office.do("benefits", "file-claim", claim)
    approval = {
        "claim_id": "c1",
        "approved_fen": 50_000,
        "decision_ref": "minutes-3",
        "approved_on": "2022-03-02",
    }
    await office.do("benefits", "approve-claim", approval, person="approver")
    paid = {
        "claim_id": "c1",
        "fund": "union_funds",
        "payment_form": "transfer",
        "paid_on": "2022-03-03",
    }
    await office.do("benefits", "pay-claim", paid, person="cashier")
    income = {
        "income_id": "dues",
        "source": "dues",
        "fund": "union_funds",
        "amount_fen": 90_000,
        "received_on": "2022-03-01",
    }
    await office.do("benefits", "receive-income", income)
    held = {"activity_id": "match", "held_on": "2022-03-01"}
    await office.do("events", "hold-activity", held)
    left = {"person_id": people[5], "left_on": "2022-06-01", "reason": "resigned"}
    await office.do("members", "record-member-left", left)


async def as_known(reporting: Reporting, office: Office, indexes: range) -> list[dict[str, int]]:
    """Every figure as known at each of these places of the journal."""
    return [await reporting.figures(office.org_id, as_of=index) for index in indexes]


async def test_a_rebuild_gives_the_same_rows_and_the_same_past(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    await a_year(office)
    await reporting.caught_up()
    rows = await reporting.rows_of(office.org_id)
    tenths = range(rows[0]["log_index"], rows[-1]["log_index"] + 1, 10)
    before = await as_known(reporting, office, tenths)
    assert len({str(figures) for figures in before}) > 10, "the past must differ to be compared"
    listed = await reporting.explain(office.org_id, "gift_mid_autumn_members")

    # Meanwhile commands are accepted and read.
    await office.open_programme("dragon-boat", "dragon_boat")
    ran, issued = await asyncio.gather(guildhall(stack, "rebuild"), office.issue("dragon-boat"))

    assert ran.status == 0, ran
    assert ran.document["equal"]
    compared = {table["projection"]: table for table in ran.document["tables"]}
    assert compared["figure_lines"]["rows"] > 90
    assert not [t for t in compared.values() if t["only_live"] or t["only_rebuilt"]]
    assert await as_known(reporting, office, tenths) == before
    again: dict[str, Any] = await reporting.explain(office.org_id, "gift_mid_autumn_members")
    assert again["events"] == listed["events"]
    await reporting.caught_up()
    # The roster was frozen as of January, before the one who left.
    assert await reporting.figure(office.org_id, "gift_dragon_boat_members") == issued == 30


async def test_rows_that_a_hand_took_are_noticed_and_put_back(
    stack: Stack, reporting: Reporting, office: Office
) -> None:
    await office.take_on(4)
    await office.hand_out("women", "womens_day")
    await reporting.caught_up()
    assert await reporting.figure(office.org_id, "gift_womens_day") == 4
    lines = "projections.figure_lines"
    await by_hand(
        reporting.database,
        lines,
        f"DELETE FROM {lines} WHERE org_id = $1 AND list = $2"
        f" AND subject = (SELECT min(subject) FROM {lines} WHERE org_id = $1 AND list = $2)",
        office.org_id,
        "gift.womens_day.member",
    )
    stale = "SELECT count(*) FROM checkpoints WHERE stale_since IS NOT NULL"
    await until(lambda: reporting.database.fetchval(stale), lambda found: found > 0)
    await until(lambda: reporting.database.fetchval(stale), lambda found: found == 0)
    assert await reporting.figure(office.org_id, "gift_womens_day") == 4
    assert (await guildhall(stack, "rebuild")).status == 0
