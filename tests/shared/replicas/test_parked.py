"""Records wait behind a gap with their bytes, leave in order, and are given up by name."""

import pytest

from shared.replicas import parked
from shared.replicas.coverage import coverage
from tests.shared.replicas.conftest import Copy
from tests.shared.replicas.test_apply import counts


async def test_what_waits_leaves_in_order_once_the_gap_is_closed(copy: Copy) -> None:
    events = counts(*range(100, 108))
    await copy.hears([*events[:2], events[6], events[3], events[7]])
    stands = await coverage(copy.pool, "members")
    shard = events[0].shard
    assert stands["shards"] == [{"shard": shard, "head": 2, "lacks_upto": 6, "last": 8}]
    assert stands["parked"] == 3
    await copy.hears(events[4:6])
    assert (await copy.rows()).keys() == {1, 2}
    await copy.hears(events[2:3])
    assert await copy.rows() == dict.fromkeys(range(1, 9), 1)
    stands = await coverage(copy.pool, "members")
    assert stands["shards"] == [{"shard": shard, "head": 8, "lacks_upto": 0, "last": 8}]
    assert (stands["parked"], stands["quarantine"]["count"]) == (0, 0)


async def test_of_two_that_wait_for_one_place_the_second_is_named(copy: Copy) -> None:
    first, second, third = counts(100, 101, 102)
    other = counts(100, 101, 103)[2]
    await copy.hears([third, third])
    found = await copy.hears([other])
    assert [each.reason for each in found.quarantined] == ["sequence-reused"]
    await copy.hears([first, second])
    assert await copy.rows() == {1: 1, 2: 1, 3: 1}


async def test_a_sequence_from_nowhere_is_quarantined_in_the_end_and_comes_back_with_its_gap(
    copy: Copy,
) -> None:
    events = counts(100, 101, 102)
    await copy.hears(events[2:])
    await copy.replica.give_up(3600)
    assert (await coverage(copy.pool, "members"))["parked"] == 1
    await copy.replica.give_up(0)
    stands = await coverage(copy.pool, "members")
    assert (stands["parked"], stands["shards"]) == (0, [])
    (named,) = stands["quarantine"]["first"]
    assert named["reason"] == "gap-not-closed"
    assert named["detail"] == f"sequence 3 of shard {events[0].shard} waits for one that never came"
    # Tried again it waits again, and is named by the number of those.
    await copy.replica.try_again()
    stands = await coverage(copy.pool, "members")
    assert (stands["parked"], stands["quarantine"]["count"]) == (1, 0)
    await copy.replica.give_up(0)
    await copy.hears(events)
    assert await copy.rows() == {1: 1, 2: 1, 3: 1}
    assert (await coverage(copy.pool, "members"))["quarantine"]["count"] == 0


async def test_waiting_goes_on_since_it_began(copy: Copy) -> None:
    """A busy shard takes a record out with every batch, and puts it back."""
    events = counts(100, 101, 102, 103)
    await copy.hears(events[3:])
    await copy.pool.execute("UPDATE replica_parked SET parked_at = now() - interval '1 hour'")
    await copy.hears(events[:1])
    await copy.hears(events[1:2])
    await copy.replica.give_up(1800)
    assert (await coverage(copy.pool, "members"))["parked"] == 0


async def test_only_so_many_are_kept_and_the_owner_sends_the_others_again(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parked, "PARKED_MAX", 3)
    events = counts(*range(100, 110))
    await copy.hears(events[2:])
    stands = await coverage(copy.pool, "members")
    assert stands["parked"] == 3
    await copy.hears(events)
    assert await copy.rows() == dict.fromkeys(range(1, 11), 1)
