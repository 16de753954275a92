"""What was known when, and which days a question is about."""

from datetime import UTC, date, datetime

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.queries.figures import values_at
from services.reporting.queries.knowledge import Period, log_index_of, period_of
from shared.errors import Invalid
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import gift

YEAR = Period(date(2022, 1, 1), date(2022, 12, 31))
REPORTED = datetime(2022, 12, 15, 10, tzinfo=UTC)
NEXT_SPRING = datetime(2023, 3, 1, tzinfo=UTC)


async def value(pool: asyncpg.Pool, name: str, as_of: str | None = None) -> int:
    at = await log_index_of(pool, as_of)
    return (await values_at(pool, ORG, YEAR, at))[name].value


async def test_a_late_fact_changes_what_is_known_now_and_not_what_was_reported(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(gift("b", "birth", 1, "2022-03-01"))
    history(gift("b", "birth", 2, "2022-06-01"), at=REPORTED)
    await history.told(simulated, [1, 1])
    await history(gift("b", "birth", 3, "2022-11-30"), at=NEXT_SPRING).told(simulated)
    assert await value(pool, "gift_birth") == 3
    assert await value(pool, "gift_birth", "2022-12-15T18:00:00+08:00") == 2
    assert await value(pool, "gift_birth", "2022-12-15") == 2
    assert await value(pool, "gift_birth", "2022-12-14") == 1
    assert await value(pool, "gift_birth", "2021-12-31") == 0
    assert await value(pool, "gift_birth", "2") == 2
    assert await value(pool, "gift_birth", "99999") == 3


def test_a_period_is_its_days_or_a_calendar_year() -> None:
    assert period_of(2022, None, None) == YEAR
    school = (date(2021, 9, 1), date(2022, 8, 31))
    assert period_of(None, *school) == Period(*school)


@pytest.mark.parametrize(
    ("year", "first", "last", "code"),
    [
        (None, None, None, "period-missing"),
        (2022, date(2022, 1, 1), None, "period-missing"),
        (None, date(2022, 1, 1), None, "period-missing"),
        (1800, None, None, "period-invalid"),
        (None, date(2022, 2, 1), date(2022, 1, 1), "period-invalid"),
    ],
)
def test_a_period_beyond_doubt_or_none(
    year: int | None, first: date | None, last: date | None, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        period_of(year, first, last)


@pytest.mark.parametrize(
    "as_of", ["", "yesterday", "2022-13-01", "2022-12-15T10:00", "-1", "9" * 30]
)
async def test_knowledge_time_beyond_doubt_or_none(pool: asyncpg.Pool, as_of: str) -> None:
    with pytest.raises(Invalid, match="as-of-invalid"):
        await log_index_of(pool, as_of)
