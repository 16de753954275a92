"""Now comes from a clock: the machine's in UTC, or one that stands still until it is set."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import SimulatedClock, system_clock
from shared.contract.values import SHANGHAI

START = datetime(2022, 12, 31, 16, 0, tzinfo=UTC)
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, SHANGHAI]))


def test_the_machine_s_clock_is_aware_in_utc_and_tells_the_present() -> None:
    before = datetime.now(UTC)
    told = system_clock()
    assert told.tzinfo is UTC
    assert before <= told <= datetime.now(UTC)


def test_a_simulated_clock_stands_still_until_it_is_set() -> None:
    clock = SimulatedClock(START)
    assert [clock(), clock()] == [START, START]
    clock.set(START + timedelta(microseconds=1))
    assert clock() == START + timedelta(microseconds=1)


def test_it_may_be_set_to_the_moment_it_shows() -> None:
    clock = SimulatedClock(START)
    clock.set(START.astimezone(SHANGHAI))
    assert clock() == START


@given(MOMENTS, MOMENTS)
def test_it_never_runs_backwards_in_whatever_zone_it_is_told(one: datetime, two: datetime) -> None:
    clock = SimulatedClock(max(one, two))
    if one == two:
        return
    with pytest.raises(ValueError, match="cannot go back"):
        clock.set(min(one, two))
    assert clock() == max(one, two)
