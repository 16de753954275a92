"""What was known when, and which days a question is about."""

from datetime import UTC, date, datetime

import asyncpg
import pytest

from services.reporting.figures import BY_NAME
from services.reporting.ingest.apply import Ingest
from services.reporting.queries.figure_events import Cursor, decode_cursor, encode_cursor, events_of
from services.reporting.queries.figures import figure_named, values_at, values_now
from services.reporting.queries.knowledge import Period, log_index_of, period_of
from shared.errors import Invalid, Unknown
from tests.reporting.history import History
from tests.reporting.records import ORG
from tests.reporting.year import claim_paid, claim_reversed, gift, returned

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


async def test_what_is_reversed_or_returned_is_not_counted_from_then_on(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        claim_paid("c1", "hospital", 1, "2022-03-01"),
        claim_paid("c2", "hospital", 2, "2022-04-01"),
        gift("m", "marriage", 1, "2022-05-01"),
        claim_reversed("c1", "hospital", 1, "2023-01-05"),
        returned("m", 1, "2023-01-06"),
    )
    await history.told(simulated)
    assert await value(pool, "claim_hospital_paid", "3") == 2
    assert await value(pool, "claim_hospital_paid_amount", "3") == 200000
    assert await value(pool, "claim_hospital_paid") == 1
    assert await value(pool, "claim_hospital_paid_amount") == 100000
    assert (await value(pool, "gift_marriage", "3"), await value(pool, "gift_marriage")) == (1, 0)


async def test_a_gift_returned_and_issued_again_counts_once_on_its_new_day(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        gift("m", "marriage", 1, "2022-05-01"),
        returned("m", 1, "2022-05-02"),
        gift("m", "marriage", 1, "2023-05-03"),
    )
    await history.told(simulated)
    assert await value(pool, "gift_marriage") == 0
    at, values = await values_now(pool, ORG, Period(date(2023, 1, 1), date(2023, 12, 31)))
    assert (at, values["gift_marriage"].value) == (3, 1)


async def test_a_figure_of_persons_lists_one_event_each_and_the_others_apart(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(
        *(gift(f"cake-{month}", "birthday", 1, f"2022-0{month}-01") for month in (1, 2, 3)),
        gift("cake-2", "birthday", 2, "2022-02-01"),
    )
    await history.told(simulated)
    page = await events_of(
        pool, ORG, BY_NAME["birthday_cakes"], YEAR, after=Cursor(4, 0, ""), limit=10
    )
    ids = [str(envelope.event_id) for envelope in history.envelopes]
    assert [event["event_id"] for event in page.events] == [ids[0], ids[3]]
    assert [event["event_id"] for event in page.repeats] == [ids[1], ids[2]]
    assert page.events[0]["topic"] == "guildhall.benefits.v1"
    assert page.events[0]["stream"] == "tjtc/gift-cake-1.p-000001"


async def test_a_source_that_numbers_nothing_is_not_provable_and_says_so(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    history = History()(gift("m", "marriage", 1, "2022-05-01"))
    await history.from_outside(gift("m", "birth", 2, "2022-05-01")).told(simulated)
    for values in (await values_at(pool, ORG, YEAR, 2), (await values_now(pool, ORG, YEAR))[1]):
        assert values["gift_marriage"].provable
        assert not values["gift_birth"].provable
        assert values["gift_birth"].notes == ["完整性不可证明"]


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


def test_a_cursor_is_what_was_given_out() -> None:
    item = "gift:tjtc/gift-春.p-1@/guildhall/benefits"
    cursor = Cursor(12, 7, item, date(2022, 9, 7))
    assert decode_cursor(encode_cursor(cursor)) == cursor
    for word in ("", "x", "e30", encode_cursor(cursor)[:-5], "é"):
        with pytest.raises(Invalid, match="cursor-invalid"):
            decode_cursor(word)


def test_an_unknown_figure_names_the_near_ones() -> None:
    with pytest.raises(Unknown) as refused:
        figure_named("gift_births")
    assert "gift_birth" in refused.value.facts["near"]
