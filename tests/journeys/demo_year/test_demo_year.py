"""The year 2022, end to end: entered over HTTP, the report's numbers come out of the log."""

import asyncio
from uuid import UUID

from guildhall.demo.figures import compare
from guildhall.demo.queries import add_up
from guildhall.demo.script import ORG
from tests.journeys.demo_year.journey import OWNERS, Journey


async def test_the_14_numbers_come_out_with_lists_that_add_up(journey: Journey) -> None:
    compared = await compare(journey.queries)
    wrong = [
        (one.printed.says, one.found, one.explained.listed) for one in compared if not one.equal
    ]
    assert len(compared) == 14 and not wrong


async def test_every_figure_is_its_list(journey: Journey) -> None:
    names = [figure["figure"] for figure in (await journey.queries.get("figures"))["figures"]]
    explained = await asyncio.gather(*map(journey.queries.explain, names))
    assert [one.name for one in explained if not one.adds_up] == []
    assert sum(one.value > 0 for one in explained) > 60


async def test_the_journal_holds_each_event_once_with_where_it_was_in_kafka(
    journey: Journey,
) -> None:
    assert await journey.journalled() == await journey.stamped()
    for figure in ("gift_mid_autumn_portions", "members_admitted", "matchmaking_sessions"):
        events = (await journey.queries.explain(figure)).events
        places = {(event["topic"], event["partition"], event["offset"]) for event in events}
        assert len(places) == len(events)
        topics = {f"guildhall.{owner}.v1" for owner in OWNERS}
        assert {topic for topic, _, _ in places} <= topics


async def test_an_event_leads_to_its_bytes_its_origin_and_its_figures(journey: Journey) -> None:
    [birth, *_] = (await journey.queries.explain("gift_birth")).events
    view = await journey.get("reporting", f"/v1/{ORG}/events/{birth['event_id']}")
    assert view["data"]["amount_fen"] == 100_000
    assert (view["origin"]["partition"], view["origin"]["offset"]) == (
        birth["partition"],
        birth["offset"],
    )
    assert {"gift_birth", "gift_birth_amount"} <= {one["figure"] for one in view["figures"]}
    assert UUID(view["origin"]["topic_id"]) and view["simulated"]


async def test_no_name_and_no_employee_number_is_in_any_event(journey: Journey) -> None:
    events = (await journey.queries.explain("volunteers")).events
    view = await journey.get("reporting", f"/v1/{ORG}/events/{events[0]['event_id']}")
    assert "王利" not in str(view)


async def test_late_facts_are_known_later_and_change_none_of_the_14(journey: Journey) -> None:
    then = {one.printed.figure: one.explained.value for one in await compare(journey.queries)}
    now = await journey.figures()
    assert {name: now[name] for name in then} == then
    reported = (await journey.queries.get("figures"))["figures"]
    known_then = {figure["figure"]: figure["value"] for figure in reported}
    assert (known_then["members_left"], now["members_left"]) == (4, 6)
    assert (known_then["summer_portions_issued"], now["summer_portions_issued"]) == (78, 80)
    assert now["incident_free_months_safety"] == 12


async def test_the_membership_account_closes_every_day(journey: Journey) -> None:
    account = await journey.get("reporting", f"/v1/{ORG}/membership-account", year=2022)
    assert account["closes"] and (account["opening"], account["closing"]) == (517, 540)


async def test_the_counts_agree_with_the_roll_of_their_own_day(journey: Journey) -> None:
    counts = (await journey.queries.get("rosters"))["counts"]
    assert [(one["people"], one["members"], one["agrees"]) for one in counts] == [
        (517, 517, True),
        (511, 511, True),
        (542, 542, True),
    ]


async def test_the_report_s_sentences_bear_the_14_numbers(journey: Journey) -> None:
    text = await journey.queries.report()
    for said in (
        "教代会2[",
        "517[",
        "80[",
        "319[",
        "511[",
        "完成2022年12[",
        "价值1000元",
        "33[",
        "542[",
        "联谊活动2[",
    ):
        assert said in text


def test_a_list_that_does_not_add_up_is_noticed() -> None:
    events = [
        {"subject": "a", "quantity": 1, "amount_fen": 5},
        {"subject": "a", "quantity": 2, "amount_fen": None},
    ]
    assert [add_up(m, events) for m in ("persons", "count", "quantity", "amount_fen")] == [
        1,
        2,
        3,
        5,
    ]
