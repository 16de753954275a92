"""The table is kept between its markers, and nowhere else."""

from pathlib import Path

import pytest

from tests.benchmarks.table import Row, compared, markdown, within, write
from tests.benchmarks.timing import Rate, percentile

PAGE = "# By hand\n\n<!-- measured: short -->\nold\n<!-- end -->\n\nafter\n"


def test_a_table_replaces_what_stood_between_its_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    write(page, "short", "new\n")
    assert page.read_text() == PAGE.replace("old", "new")
    with pytest.raises(ValueError, match="measured: long"):
        write(page, "long", "new\n")


def test_a_ratio_is_ours_to_the_peers_and_meets_its_goal_or_not() -> None:
    ours, peer = Rate("ours", 300, 1.0), Rate("peer", 200, 0.5)
    row = compared("what", ours, peer, "events/s", 0.8)
    assert row == Row("what", "300 events/s", "peer: 400", 0.75, "≥ 0.8 ×", False)
    assert "| what | 300 events/s | peer: 400 | 0.75 | ≥ 0.8 × | **no** |" in markdown([row], "")
    assert compared("what", ours, peer, "events/s", 0.7).met


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.99)) == (51.0, 100.0)
    assert percentile([7.0], 1.0) == 7.0


def test_what_a_thing_takes_is_within_so_many_times_the_peers_or_not() -> None:
    row = within("p99", 57.24, 168.0, "ms", name="Kafka Streams", at_most=0.25)
    assert row.cells() == ("p99", "57.2 ms", "Kafka Streams: 168.0", "0.34", "≤ 0.25 ×", "**no**")
    assert within("p99", 42.0, 168.0, "ms", name="Kafka Streams", at_most=0.25).met
