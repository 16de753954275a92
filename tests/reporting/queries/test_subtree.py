"""A union with all below it, as affiliation was on the day: at random, and case by case."""

import random
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from services.reporting.figures import FIGURES
from services.reporting.ingest.apply import Ingest
from services.reporting.queries.figures import figure_named, values_at
from services.reporting.queries.knowledge import Period
from services.reporting.queries.subtree import Placed, Sum, subtree_of, sums_of
from tests.examples.benefits import gift_issued
from tests.examples.members import (
    affiliation_transfer_completed,
    member_joined,
    member_transferred_out,
    members_merged,
    organisation_corrected,
    organisation_registered,
)
from tests.reporting.history import History
from tests.reporting.year import person

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
ORGS = ("city", "group-a", "group-b", "school-1", "school-2", "school-3")
NOW = 10**6
ROLL, CAKES = figure_named("members_on_roll"), figure_named("birthday_cakes")
AMOUNT = figure_named("birthday_cakes_amount")


def registered(org: str, parent: str | None, on: str = "2010-01-01") -> Any:
    return organisation_registered(
        org_id=org, parent_org_id=parent, occurred_on=on, simulated=True, name=org
    )


def moved(org: str, source: str, target: str, on: date | str) -> Any:
    return affiliation_transfer_completed(
        org_id=org, from_parent=source, to_parent=target, occurred_on=on
    )


def cake(org: str, n: int, on: date | str, programme: str = "cake") -> Any:
    return gift_issued(
        org_id=org, programme_id=programme, occasion="birthday", person_id=person(n),
        occurred_on=on, capacity="member", quantity=1, unit_value_fen=100, amount_fen=100,
    )  # fmt: skip


def member(org: str, n: int, on: str = "2015-01-01") -> Any:
    return member_joined(org_id=org, person_id=person(n), occurred_on=on, from_org=None)


def tree() -> History:
    """A city above two groups, a school in each; the first school moves on 1 July."""
    return History()(
        registered("city", None),
        registered("group-a", "city"),
        registered("group-b", "city"),
        registered("school-1", "group-a"),
        registered("school-2", "group-b"),
        moved("school-1", "group-a", "group-b", "2022-07-01"),
    )


async def test_a_union_that_moved_counts_until_it_did(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = tree()(
        member("school-1", 1),
        cake("school-1", 1, "2022-06-30", "june"),
        cake("school-1", 1, "2022-07-01", "july"),
    )
    await history.told(simulated)
    june, july = date(2022, 6, 30), date(2022, 7, 1)
    for root, days, on_roll in (
        ("group-a", (Period(YEAR.first, june),), 0),
        ("group-b", (Period(july, YEAR.last),), 1),
        ("city", (YEAR,), 1),
    ):
        found = await subtree_of(pool, root, YEAR, NOW, None)
        assert {each.org_id: each.spans for each in found.unions}["school-1"] == days
        sums = await sums_of(pool, found.unions, YEAR, NOW, [AMOUNT, CAKES, ROLL])
        portions = 200 if root == "city" else 100
        assert sums[AMOUNT.name].value.value == portions
        assert sums[CAKES.name].value.value == 1
        assert sums[ROLL.name].value.value == on_roll, "on the last day"
    before = await subtree_of(pool, "group-a", YEAR, 5, None)
    assert [each.org_id for each in before.unions] == ["group-a", "school-1"], "not known yet"


async def test_who_moved_between_unions_is_one_person_and_both_parts_stand(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = tree()(
        member("school-1", 1),
        cake("school-1", 1, "2022-02-01"),
        member_transferred_out(
            org_id="school-1", person_id=person(1), occurred_on="2022-03-01", to_org="school-2"
        ),
        member("school-2", 1, "2022-03-01"),
        cake("school-2", 1, "2022-04-01"),
        cake("school-2", 2, "2022-04-01"),
    )
    await history.told(simulated)
    found = await subtree_of(pool, "city", YEAR, NOW, None)
    sums = await sums_of(pool, found.unions, YEAR, NOW, [CAKES, ROLL])
    cakes, roll = sums[CAKES.name], sums[ROLL.name]
    assert (cakes.value.value, cakes.several) == (2, 1)
    assert cakes.parts == {"school-1": 1, "school-2": 2}
    assert (roll.value.value, roll.parts) == (1, {"school-2": 1})


async def test_a_merge_of_one_union_is_a_merge_there(pool: asyncpg.Pool, simulated: Ingest) -> None:
    history = tree()(
        cake("school-1", 1, "2022-02-01"),
        cake("school-1", 2, "2022-02-01"),
        cake("school-2", 2, "2022-02-01"),
        members_merged(org_id="school-1", person_id=person(2), kept_person_id=person(1)),
    )
    await history.told(simulated)
    found = await subtree_of(pool, "city", YEAR, NOW, None)
    cakes = (await sums_of(pool, found.unions, YEAR, NOW, [CAKES]))[CAKES.name]
    assert cakes.parts == {"school-1": 1, "school-2": 1}
    own = await values_at(pool, "school-1", YEAR, NOW, [CAKES])
    assert own[CAKES.name].value == 1


async def test_nobody_sees_a_union_that_is_not_theirs_and_is_told_that_there_is_more(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await tree()(cake("school-2", 1, "2022-02-01")).told(simulated)
    some = await subtree_of(pool, "group-b", YEAR, NOW, ["group-b", "school-1", "elsewhere"])
    assert [each.org_id for each in some.unions] == ["group-b", "school-1"]
    assert not some.complete
    assert (await sums_of(pool, some.unions, YEAR, NOW, [CAKES]))[CAKES.name].value.value == 0
    assert (await subtree_of(pool, "group-b", YEAR, NOW, None)).complete
    alone = await subtree_of(pool, "nowhere", YEAR, NOW, None)
    assert [each.org_id for each in alone.unions] == ["nowhere"]


async def test_a_corrected_upper_union_always_was_so(pool: asyncpg.Pool, simulated: Ingest) -> None:
    history = History()(
        registered("school-1", "group-a"),
        organisation_corrected(
            org_id="school-1", parent_org_id="group-b", occurred_on="2022-05-01"
        ),
    )
    await history.told(simulated)
    for root, below in (("group-a", []), ("group-b", ["school-1"])):
        found = await subtree_of(pool, root, YEAR, NOW, None)
        assert [each.org_id for each in found.unions] == [root, *below]


@pytest.mark.parametrize("seed", range(3))
async def test_at_random_every_day_is_as_affiliation_was(
    pool: asyncpg.Pool, simulated: Ingest, seed: int
) -> None:
    """Unions that move at random, gifts at random: each gift counts where its union was that day,
    and a union that stayed all year adds its own figures."""
    chance, history = random.Random(seed), History()
    parents: dict[str, list[tuple[date, str | None]]] = {}
    for nth, org in enumerate(ORGS):
        parent = None if nth == 0 else ORGS[chance.randrange(nth)]
        parents[org] = [(date.min, parent)]
        history(registered(org, parent))
    for nth in range(8):  # each below an earlier one, so that the tree stays one
        at = chance.randint(1, len(ORGS) - 1)
        org, on = ORGS[at], YEAR.first + timedelta(days=40 * nth + chance.randint(0, 39))
        before, after = parents[org][-1][1], ORGS[chance.randrange(at)]
        if before != after:
            parents[org].append((on, after))
            history(moved(org, before or "", after, on))
    given = []
    for nth in range(60):
        org, n = chance.choice(ORGS), chance.randint(1, 5)
        on = YEAR.first + timedelta(days=chance.randint(0, 364))
        given.append((org, n, on))
        history(cake(org, n, on, f"cake-{nth}"))
    await history.told(simulated, [9] * 4)

    def above(org: str, day: date) -> set[str]:
        told = [parent for since, parent in parents[org] if since <= day]
        return {org} if told[-1] is None else {org} | above(told[-1], day)

    for root in ORGS:
        found = await subtree_of(pool, root, YEAR, NOW, None)
        counted = [(org, n) for org, n, on in given if root in above(org, on)]
        sums = await sums_of(pool, found.unions, YEAR, NOW, FIGURES)
        assert sums[AMOUNT.name].value.value == 100 * len(counted)
        assert sums[CAKES.name].value.value == len({n for _, n in counted})
        await parts_are_own_figures(pool, found.unions, sums)


async def parts_are_own_figures(
    pool: asyncpg.Pool, unions: list[Placed], sums: dict[str, Sum]
) -> None:
    for union in unions:
        if not union.whole(YEAR):
            continue
        own = await values_at(pool, union.org_id, YEAR, NOW)
        for name, value in own.items():
            found = sums[name].parts.get(union.org_id, 0)
            assert found == value.value, (name, union)
