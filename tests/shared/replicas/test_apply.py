"""A replica applies what it accepts, in order and once; what a record causes concerns it alone."""

import asyncio
import random

import asyncpg
import pytest

from shared.contract.catalogue import source_of
from shared.contract.document import document_of, leaf_hash
from shared.contract.envelope import Envelope
from shared.eventstore.store import Also
from shared.metrics import COPY_PARKED, COPY_QUARANTINED
from shared.replicas.coverage import coverage
from shared.testing.author import Author
from tests.examples.members import member_joined, staff_count_declared
from tests.shared.replicas.conftest import Copy
from tests.shared.replicas.consumed import consumed, move

SOURCE = source_of("members")


def counts(*staff: int, author: Author | None = None) -> list[Envelope]:
    """Head counts that members told, in one stream."""
    author = author or Author("members")
    events = [staff_count_declared(staff=count, women_staff=0) for count in staff]
    return [author.write(event.stream_of(), event) for event in events]


async def test_what_is_applied_is_kept_by_its_place_with_what_it_was(copy: Copy) -> None:
    author = Author("members")
    events = [*counts(100, 101, author=author)]
    events += [author.write("tjtc/person-p-000001", member_joined(person_id="p-000001"))]
    await copy.hears(events)
    rows = await copy.pool.fetch("SELECT * FROM replica_events ORDER BY shard, sequence")
    kept = {(row["shard"], row["sequence"], row["event_id"], row["leaf"]) for row in rows}
    assert kept == {
        (e.shard, e.shard_sequence, e.event_id, leaf_hash(document_of(e))) for e in events
    }
    assert {(row["source"], row["epoch"]) for row in rows} == {(SOURCE, 1)}


async def test_in_whatever_batches_and_order_it_comes_it_is_applied_once(copy: Copy) -> None:
    chance = random.Random(2022)
    events = counts(*range(100, 160))
    forged = [chance.choice(events)._replace(salt="") for _ in range(10)]
    for _ in range(30):
        await copy.hears(chance.sample([*events, *forged], 9))
    await copy.hears(chance.sample(events, len(events)))
    assert await copy.rows() == dict.fromkeys(range(1, 61), 1)
    (shard,) = (await coverage(copy.pool, "members"))["shards"]
    assert (shard["head"], shard["last"]) == (60, 60)


async def test_poison_is_quarantined_alone_and_the_rest_of_its_batch_is_applied(copy: Copy) -> None:
    events = counts(*range(100, 140))
    for at, poison in ((4, 13), (17, 14), (25, 15)):
        events[at] = counts(poison)[0]._replace(shard_sequence=at + 1)
    found = await copy.hears(events)
    assert await copy.rows() == {n + 1: 1 for n in range(40) if n not in (4, 17, 25)}
    named = [(each.reason, each.detail) for each in found.quarantined]
    place = r"OverflowError at tests.shared.replicas.conftest:"
    assert named[0][0] == "reaction-failed" and named[0][1].startswith(place)
    assert named[0][1].endswith("reacting to StaffCountDeclared")
    assert named[1] == ("attribute-invalid", "14 is none")
    assert named[2][1].startswith("CheckViolationError at asyncpg")
    assert (await coverage(copy.pool, "members"))["shards"][0]["head"] == 40
    await copy.replica.observe()
    labels = ("benefits", copy.replica.topic)
    assert COPY_QUARANTINED.labels(*labels)._value.get() == 3
    assert COPY_PARKED.labels(*labels)._value.get() == 0


async def test_no_record_is_blamed_for_what_the_database_lacks(copy: Copy) -> None:
    await copy.pool.execute("ALTER TABLE copy RENAME TO gone")
    with pytest.raises(asyncpg.UndefinedTableError):
        await copy.hears(counts(100))
    await copy.pool.execute("ALTER TABLE gone RENAME TO copy")
    await copy.hears(counts(100))
    assert await copy.rows() == {1: 1}


async def test_what_was_quarantined_is_applied_once_the_code_is_mended(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = counts(100, 13, 101)
    await copy.hears([*events, events[0]._replace(salt="")])
    assert await copy.replica.try_again() == 2
    monkeypatch.setitem(copy.replica.reactions, events[0].type, mended)
    assert await copy.replica.try_again() == 1
    assert await copy.rows() == {1: 1, 2: 1, 3: 1}
    found = (await coverage(copy.pool, "members"))["quarantine"]
    assert [(each["reason"], each["times_seen"]) for each in found["first"]] == [
        ("attribute-missing", 1)
    ]
    assert await copy.replica.try_again() == 1, "what is forged stays, until a person settles it"


def mended(_: object, envelope: Envelope) -> Also:
    return Also("INSERT INTO copy VALUES ($1, 1)", [(envelope.shard_sequence,)])


async def test_what_is_applied_by_other_means_closes_what_was_quarantined(copy: Copy) -> None:
    (event,) = counts(15)
    await copy.hears([event])
    assert (await coverage(copy.pool, "members"))["quarantine"]["count"] == 1
    await copy.pool.execute("ALTER TABLE copy DROP CONSTRAINT copy_place_check")
    await copy.hears([event])
    assert await copy.rows() == {-1: 1}
    assert (await coverage(copy.pool, "members"))["quarantine"] == {"count": 0, "first": []}


async def test_who_lost_the_position_applies_nothing(copy: Copy) -> None:
    events = counts(100, 101)
    await copy.hears(events[:1])
    with pytest.raises(asyncpg.InterfaceError, match="moved this position"):
        await copy.replica.apply(consumed(events, 7), move(7, 2))
    assert await copy.rows() == {1: 1}


async def test_two_processes_that_read_one_topic_apply_each_record_once(copy: Copy) -> None:
    """Of two partitions at once: a shard's records come from any, once partitions were added."""
    events = counts(*range(100, 120))
    batches = [events[::2], events[1::2], events]
    await asyncio.gather(
        *(
            copy.replica.apply(consumed(batch), move(0, len(batch))._replace(partition=number))
            for number, batch in enumerate(batches)
        )
    )
    assert await copy.rows() == dict.fromkeys(range(1, 21), 1)
