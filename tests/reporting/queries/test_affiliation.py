"""A move to another upper union is told of the periods it was under way in, as it stood then."""

from datetime import UTC, date, datetime

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.queries.affiliation import moves
from services.reporting.queries.knowledge import Period
from tests.examples.members import (
    affiliation_transfer_completed,
    affiliation_transfer_started,
    member_handover_prepared,
)
from tests.reporting.history import History
from tests.reporting.records import ORG

Seen = list[tuple[int | None, int, date | None]]


@pytest.fixture
async def moved(simulated: Ingest) -> None:
    """Five people from October 2021 to March 2023; then seven, from 2024 on."""
    await History()(
        affiliation_transfer_started(occurred_on="2021-10-01", members_due=5),
        member_handover_prepared(occurred_on="2022-11-01", prepared=3),
        member_handover_prepared(occurred_on="2023-02-01", prepared=5),
    )(
        affiliation_transfer_completed(occurred_on="2023-03-01"),
        affiliation_transfer_started(occurred_on="2024-01-01", members_due=7),
        at=datetime(2024, 2, 1, tzinfo=UTC),
    ).told(simulated)


@pytest.mark.usefixtures("moved")
@pytest.mark.parametrize(
    ("year", "seen"),
    [
        (2020, []), (2021, [(5, 0, None)]), (2022, [(5, 3, None)]),
        (2023, [(5, 5, date(2023, 3, 1))]), (2024, [(7, 0, None)]),
    ],
)  # fmt: skip
async def test_each_year_sees_the_move_as_it_stood_at_its_end(
    pool: asyncpg.Pool, year: int, seen: Seen
) -> None:
    found = await moves(pool, ORG, Period(date(year, 1, 1), date(year, 12, 31)), 99)
    assert [(row.members_due, row.members_prepared, row.moved_on) for row in found] == seen


@pytest.mark.usefixtures("moved")
async def test_a_move_is_told_as_it_was_known(pool: asyncpg.Pool) -> None:
    found = await moves(pool, ORG, Period(date(2022, 1, 1), date(2022, 12, 31)), 1)
    assert [row.members_prepared for row in found] == [0]
