"""What was known at a log_index: row versions that had begun and had not ended, once each.

The condition is put to a database as small as can be; PostgreSQL reads it alike. That it is written
in one place is held in tests/tidy/test_as_of.py.
"""

import itertools
import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.projections.as_of import FOREVER, known_at


def known(versions: list[tuple[int, int]], at: int, alias: str = "") -> list[int]:
    """Which versions, (valid_from, valid_to), are current at a log_index."""
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE t (nth int, valid_from int, valid_to int)")
        rows = [(nth, *version) for nth, version in enumerate(versions)]
        database.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        condition = known_at("?1", alias)
        found = database.execute(f"SELECT nth FROM t {alias} WHERE {condition} ORDER BY nth", (at,))
        return [nth for (nth,) in found]


def test_a_version_is_known_from_the_entry_that_made_it_to_the_one_before_its_end() -> None:
    versions = [(3, 7)]
    assert [at for at in range(10) if known(versions, at)] == [3, 4, 5, 6]


def test_what_nobody_ended_is_known_for_ever() -> None:
    assert known([(3, FOREVER)], 2) == []
    assert known([(3, FOREVER)], 3) == known([(3, FOREVER)], FOREVER - 1) == [0]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6, unique=True), st.integers(0, 41))
def test_of_versions_that_follow_each_other_one_is_known_at_any_index(
    begun: list[int], at: int
) -> None:
    begun.sort()
    versions = list(itertools.pairwise([*begun, FOREVER]))
    assert len(known(versions, at)) == (at >= begun[0])


def test_a_table_may_be_named() -> None:
    assert known([(1, 5)], 4, "versions") == [0]
    assert known_at("$3", "l").count("l.valid_") == 2
