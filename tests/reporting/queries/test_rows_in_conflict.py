"""A thing that two sources tell of is listed beside ours, with the columns that differ."""

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.projections import PROJECTIONS
from services.reporting.queries import rows_in_conflict as module
from services.reporting.queries.rows_in_conflict import rows_in_conflict, things_of
from tests.examples.benefits import budget_approved
from tests.reporting.history import CANTEEN, History
from tests.reporting.records import ORG
from tests.reporting.year import gift, programme


async def test_what_differs_is_named_by_column_and_what_is_told_alone_is_not_listed(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        programme("s", "spring_festival", "2022-01-10"),
        gift("s", "spring_festival", 1, "2022-01-20"),
    ).from_outside(
        programme("s", "mid_autumn", "2022-01-10"),
        gift("s", "spring_festival", 1, "2022-01-20"),
        gift("s", "spring_festival", 2, "2022-01-20"),
    )
    await history.told(simulated)
    found = await rows_in_conflict(pool, ORG, 99)
    assert [(each.projection, each.thing, each.differs) for each in found.conflicts] == [
        ("deliveries", f"{ORG}/gift-s.{gift('s', 'other', 1, '2022-01-20').person_id}", ()),
        ("programmes", "s", ("occasion",)),
    ]
    assert {each.source for each in found.conflicts} == {CANTEEN}
    assert {each.believed for each in found.conflicts} == {"/guildhall/benefits"}
    assert (await rows_in_conflict(pool, ORG, 2)).conflicts == []


async def test_a_budget_is_of_a_year_whatever_its_event(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    told = budget_approved(org_id=ORG)
    await History()(told).from_outside(told).told(simulated)
    found = await rows_in_conflict(pool, ORG, 99)
    assert {each.projection for each in found.conflicts} == {"budget_lines"}
    assert {each.differs for each in found.conflicts} == {()}


async def test_where_not_all_are_listed_it_says_so(
    pool: asyncpg.Pool, simulated: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [programme(name, "spring_festival", "2022-01-10") for name in "ab"]
    await History()(*told).from_outside(*told).told(simulated)
    assert (await rows_in_conflict(pool, ORG, 99)).all_listed
    monkeypatch.setattr(module, "LISTED_MAX", 1)
    found = await rows_in_conflict(pool, ORG, 99)
    assert (len(found.conflicts), found.all_listed) == (1, False)


def test_every_table_of_things_is_looked_at() -> None:
    without = {each.name for each in PROJECTIONS if not things_of(each)}
    ours_alone = {"findings", "issued_reports", "narratives"}
    assert without == ours_alone | {"figure_lines", "portions", "volunteers", "regulations"}
