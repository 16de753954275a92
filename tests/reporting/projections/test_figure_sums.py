"""Partial sums are the sums of the very line changes, by list, day and block of the log.

That PostgreSQL's sums agree with its lines, and where not is found, is held for arbitrary histories
in tests/reporting/queries/test_any_history.py.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.projections.engine import SLICE, RowChange
from services.reporting.projections.figure_lines import Line
from services.reporting.projections.figure_sums import BLOCK, Delta, deltas

DAY = date(2022, 9, 7)
LINE = Line("tjtc", "i", "gift", "王梅", DAY, None, 2, 30_000, False, True, 1)

DAYS = st.integers(0, 2).map(lambda n: DAY + timedelta(days=n))
LINES = st.builds(
    Line,
    st.just("tjtc"),
    st.sampled_from("ij"),
    st.sampled_from(["gift", "roll"]),
    st.just("王梅"),
    DAYS,
    st.none() | DAYS,
    st.integers(0, 10**9),
    st.none() | st.integers(0, 10**12),
    st.booleans(),
    st.booleans(),
    st.just(1),
)
CHANGES = st.lists(
    st.builds(RowChange, st.none() | LINES, st.none() | LINES, st.integers(1, 3 * BLOCK)),
    max_size=30,
)


def added(*parts: Delta) -> Counter[tuple[object, ...]]:
    """Sums of several batches together, without the noughts."""
    total: Counter[tuple[object, ...]] = Counter()
    for part in parts:
        for key, row in part.items():
            for column, number in enumerate(row):
                total[*key, column] += number
    return Counter({key: number for key, number in total.items() if number})


async def test_a_new_line_adds_itself_to_its_day() -> None:
    assert await deltas([RowChange(None, LINE, 1)]) == {
        ("tjtc", "gift", DAY, 0): [1, 2, 30_000, 0, 0, 0, 0]
    }


async def test_an_absent_amount_is_counted_and_is_no_nought() -> None:
    absent, nought = LINE._replace(amount_fen=None), LINE._replace(amount_fen=0)
    assert await deltas([RowChange(None, absent, 1), RowChange(None, nought, 2)]) == {
        ("tjtc", "gift", DAY, 0): [2, 4, 0, 1, 0, 0, 0]
    }


async def test_what_is_assumed_or_not_provable_is_counted_apart() -> None:
    line = LINE._replace(assumed=True, provable=False)
    assert await deltas([RowChange(None, line, 1)]) == {
        ("tjtc", "gift", DAY, 0): [1, 2, 30_000, 0, 1, 1, 0]
    }


async def test_the_end_of_a_line_counts_on_the_day_it_ended() -> None:
    later = DAY + timedelta(days=9)
    ended = LINE._replace(ended_on=later)
    found = await deltas([RowChange(LINE, ended, 5)])
    assert added(found) == {("tjtc", "gift", later, 0, 6): 1}
    gone = await deltas([RowChange(ended, None, 6)])
    assert gone == {
        ("tjtc", "gift", DAY, 0): [-1, -2, -30_000, 0, 0, 0, 0],
        ("tjtc", "gift", later, 0): [0, 0, 0, 0, 0, 0, -1],
    }


async def test_a_change_counts_in_the_block_of_its_own_entry_whenever_the_line_began() -> None:
    changes = [RowChange(None, LINE, BLOCK - 1), RowChange(LINE, None, BLOCK)]
    assert await deltas(changes) == {
        ("tjtc", "gift", DAY, 0): [1, 2, 30_000, 0, 0, 0, 0],
        ("tjtc", "gift", DAY, 1): [-1, -2, -30_000, 0, 0, 0, 0],
    }


async def test_a_line_that_moved_to_another_list_left_the_one_and_joined_the_other() -> None:
    moved = LINE._replace(list="gift.retiree", occurred_on=DAY + timedelta(days=1))
    found = await deltas([RowChange(LINE, moved, 3)])
    assert added(found) == added(
        await deltas([RowChange(LINE, None, 3)]), await deltas([RowChange(None, moved, 3)])
    )
    assert len(found) == 2


async def test_a_batch_without_lines_changes_nothing() -> None:
    assert await deltas([]) == {}
    assert await deltas([RowChange(None, None, 1)]) == {}


async def test_a_batch_longer_than_a_slice_is_summed_whole() -> None:
    changes: Iterable[RowChange] = (RowChange(None, LINE, 1) for _ in range(2 * SLICE + 1))
    [row] = (await deltas(changes)).values()
    assert row[0] == 2 * SLICE + 1


@given(CHANGES, st.integers(0, 30))
async def test_a_batch_may_be_split_anywhere(changes: list[RowChange], at: int) -> None:
    parts = [await deltas(changes[:at]), await deltas(changes[at:])]
    assert added(*parts) == added(await deltas(changes))


@given(CHANGES)
async def test_a_change_undone_leaves_nothing(changes: list[RowChange]) -> None:
    back = [RowChange(change.after, change.before, change.at) for change in changes]
    assert not added(await deltas(changes + back))
