"""A list is narrowed by what is known of its lines; what nobody says is neither yes nor no."""

from typing import Any

import asyncpg
import pytest

from services.reporting.figures import BY_NAME
from services.reporting.ingest.apply import Ingest
from services.reporting.journal.log import last_index
from services.reporting.queries.figure_events import (
    Sort,
    by_list,
    decode_cursor,
    events_of,
    first_place,
)
from services.reporting.queries.narrowing import Narrowing
from tests.reporting.history import History
from tests.reporting.queries.test_knowledge import YEAR
from tests.reporting.records import ORG
from tests.reporting.year import gift, joined, programme, roster, signed, staffed

PORTIONS = BY_NAME["gift_mid_autumn_portions"]


@pytest.fixture
async def told(simulated: Ingest) -> None:
    """Gifts of a programme whose roster has person 1 and 2, of one without, and from outside."""
    history = History()(
        staffed(1, female=True), staffed(2), joined(1, "2020-01-01"), joined(2, "2020-01-01"),
        programme("mid", "mid_autumn", "2022-08-20"), roster("mid", "2022-09-01", [1, 2]),
        gift("mid", "mid_autumn", 1, "2022-09-02", amount_fen=300),
        gift("mid", "mid_autumn", 3, "2022-09-01", amount_fen=100, capacity="staff"),
        gift("bare", "mid_autumn", 2, "2022-09-03", unit_value_fen=None, amount_fen=None),
        signed("mid", 1, "2022-09-02"),
    )  # fmt: skip
    theirs = {"unit_value_fen": 200, "amount_fen": 200}
    history.from_outside(gift("theirs", "mid_autumn", 4, "2022-09-04", **theirs))
    await history.told(simulated)


async def shown(pool: asyncpg.Pool, sort: Sort = "occurred_on", **asked: Any) -> list[int]:
    """The numbers of the people listed, read two lines a page."""
    at, found = await last_index(pool), []
    after, narrowing = first_place(at, sort), Narrowing(**asked)
    while True:
        page = await events_of(
            pool, ORG, PORTIONS, YEAR, after=after, limit=2, sort=sort, narrowing=narrowing
        )
        found += [int(event["subject"].removeprefix("p-")) for event in page.events]
        if page.next is None:
            break
        after = decode_cursor(page.next)
    counted = await by_list(pool, ORG, PORTIONS, YEAR, at, narrowing)
    assert sum(each["lines"] for each in counted) == len(found)
    return found


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("asked", "people"),
    [
        ({}, [3, 1, 2, 4]),
        ({"on_roster": "yes"}, [1]), ({"on_roster": "no"}, [3]), ({"on_roster": "unknown"}, [2, 4]),
        ({"signed": "yes"}, [1]), ({"signed": "no"}, [3, 2, 4]), ({"signed": "unknown"}, []),
        ({"source": "own"}, [3, 1, 2]), ({"source": "outside"}, [4]),
        ({"gender": "female"}, [1]), ({"gender": "male"}, [2]), ({"gender": "unknown"}, [3, 4]),
        ({"assumed": "no"}, [3, 1, 2, 4]), ({"assumed": "yes"}, []),
        ({"gender": "unknown", "source": "own"}, [3]),
    ],
)  # fmt: skip
async def test_each_filter_shows_its_lines(
    pool: asyncpg.Pool, asked: dict[str, str], people: list[int]
) -> None:
    assert await shown(pool, **asked) == people


@pytest.mark.usefixtures("told")
async def test_a_list_is_sorted_by_amount_and_what_states_none_is_least(
    pool: asyncpg.Pool,
) -> None:
    assert await shown(pool, "amount") == [2, 3, 4, 1]
    assert await shown(pool, "-amount") == [1, 4, 3, 2]


@pytest.mark.usefixtures("told")
async def test_the_ways_of_each_filter_are_all_there_is(pool: asyncpg.Pool) -> None:
    every = sorted(await shown(pool))
    for name in ("on_roster", "signed", "gender"):
        ways = ("female", "male") if name == "gender" else ("yes", "no")
        parts = [await shown(pool, **{name: way}) for way in (*ways, "unknown")]
        assert sorted(each for part in parts for each in part) == every, name
