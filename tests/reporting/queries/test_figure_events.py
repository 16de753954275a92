"""The list behind a figure, page by page; a cursor is a word that was given out here, or none.

That the events listed add up to every figure is in test_any_history.py.
"""

import base64
from datetime import date

import asyncpg
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.figures import BY_NAME
from services.reporting.ingest.apply import Ingest
from services.reporting.projections.as_of import FOREVER
from services.reporting.queries.figure_events import (
    Cursor,
    Sort,
    by_list,
    decode_cursor,
    encode_cursor,
    events_of,
    first_place,
)
from services.reporting.queries.figures import values_at
from shared.errors import Invalid
from tests.reporting.history import History
from tests.reporting.queries.test_knowledge import YEAR
from tests.reporting.records import ORG
from tests.reporting.year import gift, joined

INDEXES = st.integers(0, FOREVER - 1)
ITEMS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
CURSORS = st.builds(Cursor, INDEXES, INDEXES, ITEMS, st.dates(), INDEXES)


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


async def test_a_list_is_read_from_either_end_and_by_its_parts(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    told = [gift("a", "mid_autumn", n, f"2022-09-0{n}") for n in (1, 2, 3)]
    told.append(gift("a", "mid_autumn", 4, "2022-09-04", capacity="staff", on_roster=False))
    await History()(*told).told(simulated)
    figure, at = BY_NAME["gift_mid_autumn_portions"], 4

    async def days(limit: int, *lists: str, sort: Sort) -> list[str]:
        after, found = first_place(at, sort), []
        while True:
            page = await events_of(
                pool, ORG, figure, YEAR,
                after=after, limit=limit, lists=lists, sort=sort,
            )  # fmt: skip
            found += [str(event["occurred_on"])[-2:] for event in page.events]
            if page.next is None:
                return found
            after = decode_cursor(page.next)

    for limit in (1, 2, 10):
        assert await days(limit, sort="occurred_on") == ["01", "02", "03", "04"]
        assert await days(limit, sort="-occurred_on") == ["04", "03", "02", "01"]
    assert await days(1, "gift.mid_autumn.staff", sort="-occurred_on") == ["04"]
    parts = await by_list(pool, ORG, figure, YEAR, at)
    assert {part["list"]: (part["lines"], part["amount_fen"]) for part in parts} == {
        "gift.mid_autumn.member": (3, 90000),
        "gift.mid_autumn.staff": (1, 30000),
    }
    value = (await values_at(pool, ORG, YEAR, at, [figure]))[figure.name]
    assert sum(part["quantity"] for part in parts) == value.value


def test_a_cursor_is_what_was_given_out() -> None:
    item = "gift:tjtc/gift-春.p-1@/guildhall/benefits"
    cursor = Cursor(12, 7, item, date(2022, 9, 7))
    assert decode_cursor(encode_cursor(cursor)) == cursor
    for word in ("", "x", "e30", encode_cursor(cursor)[:-5], "é"):
        with pytest.raises(Invalid, match="cursor-invalid"):
            decode_cursor(word)


@given(CURSORS)
def test_any_cursor_comes_back_from_a_word_that_a_url_can_bear(cursor: Cursor) -> None:
    word = encode_cursor(cursor)
    assert word.isascii() and word.replace("-", "").replace("_", "").isalnum()
    assert decode_cursor(word) == cursor


def word_of(*fields: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(fields))).decode().rstrip("=")


@pytest.mark.parametrize(
    "fields",
    [
        (1, 1, "i", "2022-09-07"),
        (1, 1, "i", "2022-09-07", 1, 1),
        ("1", 1, "i", "2022-09-07", 1),
        (1, None, "i", "2022-09-07", 1),
        (True, 1, "i", "2022-09-07", 1),
        (1.0, 1, "i", "2022-09-07", 1),
        (-1, 1, "i", "2022-09-07", 1),
        (2**63, 1, "i", "2022-09-07", 1),
        (1, 2**64 - 1, "i", "2022-09-07", 1),
        (1, 1, 7, "2022-09-07", 1),
        (1, 1, "a\0b", "2022-09-07", 1),
        (1, 1, "i", "2022-02-30", 1),
        (1, 1, "i", None, 1),
        (1, 1, "i", "2022-09-07", None),
        (1, 1, "i", "2022-09-07", "1"),
        (1, 1, "i", "2022-09-07", True),
        (1, 1, "i", "2022-09-07", 2**63),
        (1, 1, "i", "2022-09-07", -(2**63)),
    ],
)
def test_a_cursor_no_database_could_take_is_refused_before_it_is_asked(
    fields: tuple[object, ...],
) -> None:
    with pytest.raises(Invalid, match="cursor-invalid"):
        decode_cursor(word_of(*fields))


def test_a_cursor_is_refused_for_what_is_wrong_with_it_and_for_nothing_else() -> None:
    fields = (1, 1, "i", "2022-09-07", 1)
    assert decode_cursor(word_of(*fields)) == Cursor(1, 1, "i", date(2022, 9, 7), 1)


async def test_a_stock_lists_those_who_still_stand_from_whenever(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    await History()(joined(1, "1999-01-01"), joined(2, "2022-06-01"), joined(3, "2023-01-01")).told(
        simulated
    )
    stock = next(figure for figure in BY_NAME.values() if figure.stock and "roll" in figure.lists)
    page = await events_of(pool, ORG, stock, YEAR, after=Cursor(3, 0, ""), limit=10)
    assert [event["occurred_on"] for event in page.events] == [date(1999, 1, 1), date(2022, 6, 1)]
    assert page.next is None


async def test_a_list_is_paged_as_it_was_known_when_it_was_begun(
    pool: asyncpg.Pool, simulated: Ingest
) -> None:
    figure = BY_NAME["gift_marriage"]
    history = History()(*(gift("m", "marriage", n, "2022-05-01") for n in (1, 2)))
    await history.told(simulated)
    first = await events_of(pool, ORG, figure, YEAR, after=Cursor(2, 0, ""), limit=1)
    await history(gift("m", "marriage", 3, "2022-05-01")).told(simulated)
    assert first.next is not None
    rest = await events_of(pool, ORG, figure, YEAR, after=decode_cursor(first.next), limit=9)
    assert [event["log_index"] for event in (*first.events, *rest.events)] == [1, 2]
    assert rest.next is None
