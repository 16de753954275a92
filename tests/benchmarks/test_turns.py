"""What is made of the turns that two sides took."""

from tests.benchmarks.cpu import together
from tests.benchmarks.timing import Rate


def test_a_slow_turn_counts_by_its_time_and_a_thing_costs_what_all_turns_spent_on_it() -> None:
    turns = [
        (Rate("ours", 100, 1.0), {"service": 0.5, "PostgreSQL": 0.25}),
        (Rate("ours", 100, 3.0), {"service": 1.5, "PostgreSQL": 0.75}),
    ]
    rate, spent = together(turns)
    assert rate.per_second == 50
    assert spent == {"service": 10_000, "PostgreSQL": 5_000}
