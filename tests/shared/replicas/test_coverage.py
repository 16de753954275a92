"""How a copy tells that it stands: by shard the head, the last heard, and where the gap ends."""

import pytest

from shared.replicas.coverage import coverage
from shared.testing.author import Author
from tests.examples.members import member_joined
from tests.shared.replicas.conftest import Copy
from tests.shared.replicas.test_apply import SOURCE, counts

EMPTY = {"count": 0, "first": []}


async def test_of_what_nothing_was_heard_nothing_is_told(copy: Copy) -> None:
    assert await coverage(copy.pool, "members") == {
        "source": SOURCE,
        "read": 0,
        "shards": [],
        "parked": 0,
        "quarantine": EMPTY,
        "refilled": None,
        "refilling": None,
    }


@pytest.mark.parametrize(
    ("heard", "head", "lacks_upto", "last"),
    [
        ([1, 2], 2, 0, 2),
        ([1, 2, 5], 2, 4, 5),
        ([3], 0, 2, 3),
        ([1, 2, 5, 7], 2, 6, 7),
        ([1, 2, 5, 6, 9, 10], 2, 8, 10),
        ([5, 4, 1, 2, 3], 5, 0, 5),
    ],
)
async def test_a_gap_is_known_with_its_end(
    copy: Copy, heard: list[int], head: int, lacks_upto: int, last: int
) -> None:
    events = counts(*range(100, 111))
    await copy.hears([events[number - 1] for number in heard])
    told = {"shard": events[0].shard, "head": head, "lacks_upto": lacks_upto, "last": last}
    found = await coverage(copy.pool, "members")
    assert (found["shards"], found["read"]) == ([told], len(heard))


async def test_each_shard_is_told_by_itself_and_no_other_source_is(copy: Copy) -> None:
    author = Author("members")
    people = [f"p-{n:06d}" for n in range(12)]
    events = [author.write(f"tjtc/person-{p}", member_joined(person_id=p)) for p in people]
    await copy.hears(events)
    heads = {e.shard: e.shard_sequence for e in events}
    found = await coverage(copy.pool, "members")
    assert {row["shard"]: row["head"] for row in found["shards"]} == heads
    assert (await coverage(copy.pool, "events"))["shards"] == []
