"""A copy is refilled without what was disowned: exactly, beside the one that answers, whatever
comes in between."""

import asyncio

import asyncpg
import pytest

from shared.contract.envelope import Envelope
from shared.eventstore.event_ids import uuid7
from shared.replicas import refill
from shared.replicas.apply import RefillEnded
from shared.replicas.coverage import coverage
from shared.testing.author import Author
from tests.shared.replicas.conftest import Copy
from tests.shared.replicas.refilled import LOG, Topic, disown, held
from tests.shared.replicas.test_apply import SOURCE, counts


@pytest.fixture
def topic(copy: Copy) -> Topic:
    """A topic that nothing was published to, and its copy."""
    return Topic(copy.replica)


def forged(genuine: Envelope, staff: int = 99) -> Envelope:
    """Another event in its place, valid in every way."""
    return counts(staff)[0]._replace(
        event_id=uuid7(),
        shard_sequence=genuine.shard_sequence,
        stream_version=genuine.stream_version,
    )


async def rows(topic: Topic) -> dict[int, int]:
    return {row["place"]: row["times"] for row in await topic.pool.fetch("TABLE copy")}


async def refilling(topic: Topic) -> dict[str, int] | None:
    found: dict[str, int] | None = (await coverage(topic.pool, "members"))["refilling"]
    return found


async def test_what_a_disowned_event_did_is_undone_and_its_place_is_its_owners(
    topic: Topic,
) -> None:
    events = counts(100, 101, 102, 103)
    ghost = forged(events[2])
    await topic.hears(*events[:2], ghost, *events[2:])
    assert (await coverage(topic.pool, "members"))["quarantine"]["count"] == 1
    assert not await topic.refill(), "nothing was disowned"
    await topic.disowned(ghost)
    assert await refilling(topic) == {"read": 0, "of": 5}
    assert await topic.refill()
    assert await refilling(topic) is None
    assert await rows(topic) == dict.fromkeys((1, 2, 3, 4), 1)
    kept = await topic.pool.fetch("SELECT event_id FROM replica_events ORDER BY sequence")
    assert [row["event_id"] for row in kept] == [each.event_id for each in events]
    stands = await coverage(topic.pool, "members")
    assert stands["quarantine"]["count"] == 0
    assert [(each["head"], each["last"]) for each in stands["shards"]] == [(4, 4)]
    assert not await topic.refill(), "once is enough"
    assert await topic.pool.fetchval("SELECT to_regnamespace('refill_members')") is None


async def test_what_was_disowned_before_it_is_read_is_passed_over(topic: Topic) -> None:
    """Twice said, too; and of an event that never comes."""
    events = counts(100, 101)
    ghost = forged(events[1])
    await topic.disowned(ghost, ghost, forged(events[0]))
    await topic.hears(events[0], ghost, events[1])
    assert not await topic.refill()
    assert await rows(topic) == {1: 1, 2: 1}
    assert (await coverage(topic.pool, "members"))["quarantine"]["count"] == 0


async def test_another_source_another_event_or_another_leaf_is_not_what_was_disowned(
    topic: Topic,
) -> None:
    (event,) = counts(100)
    await disown(topic.pool, event, "/guildhall/benefits")
    await topic.disowned(event._replace(salt="another"), forged(event))
    await topic.hears(event)
    assert not await topic.refill()
    assert await rows(topic) == {1: 1}


async def test_the_owners_event_with_a_forged_ones_id_is_applied(topic: Topic) -> None:
    (event,) = counts(100)
    ghost = forged(event)._replace(event_id=event.event_id)
    await topic.hears(ghost, event)
    await topic.disowned(ghost)
    assert await topic.refill()
    assert await topic.pool.fetchval("SELECT count(*) FROM replica_events") == 1
    assert await topic.pool.fetchval("SELECT state FROM replica_quarantine") == "applied"


async def test_the_copy_goes_on_while_it_is_refilled(topic: Topic) -> None:
    events = counts(*range(100, 110))
    ghost = forged(events[3])
    await topic.hears(*events[:3], ghost, *events[3:6])
    await topic.disowned(ghost)
    wanted = await refill.begin(topic.replica)
    assert wanted is not None
    beside = topic.replica.beside(wanted)
    await topic.reads(beside, 0, 4)
    assert await refilling(topic) == {"read": 4, "of": 7}
    await topic.hears(*events[6:])
    assert (await rows(topic))[10] == 1
    assert not await refill.end(topic.replica, wanted, LOG), "it is behind"
    assert await refill.begin(topic.replica) == wanted, "it is under way"
    assert await topic.refill(), "a process that starts goes on with it"
    assert await rows(topic) == dict.fromkeys(range(1, 11), 1)
    # The copy's position is the refill's: it reads on from there.
    await topic.hears(*counts(1, author=after(events)))
    assert len(await rows(topic)) == 11


def after(events: list[Envelope]) -> Author:
    author = Author("members")
    counts(*range(len(events)), author=author)
    return author


@pytest.mark.parametrize("read", [2, 6])
async def test_what_is_disowned_in_the_middle_of_a_refill_is_in_it_too(
    topic: Topic, read: int
) -> None:
    """Before the refill has come to it, and after."""
    events = counts(*range(100, 105))
    first, second = forged(events[1]), forged(events[3])
    await topic.hears(events[0], first, *events[1:3], second, *events[3:])
    await topic.disowned(first)
    wanted = await refill.begin(topic.replica)
    assert wanted is not None
    beside = topic.replica.beside(wanted)
    await topic.reads(beside, 0, read)
    await topic.disowned(second)
    if read == 6:
        await topic.reads(beside, 6)
        before = await held(topic.pool, ["copy"])
        assert await refill.end(topic.replica, wanted, LOG)
        assert await held(topic.pool, ["copy"]) == before, "it was not taken"
    assert await topic.refill()
    assert await rows(topic) == dict.fromkeys(range(1, 6), 1)
    assert not await topic.refill()


async def test_of_a_refill_that_is_over_nothing_is_written(topic: Topic) -> None:
    """Another process ended it: the same names would mean the copy that answers."""
    events = counts(100, 101)
    ghost = forged(events[1])
    await topic.hears(events[0], ghost, events[1])
    await topic.disowned(ghost)
    wanted = await refill.begin(topic.replica)
    assert wanted is not None
    beside = topic.replica.beside(wanted)
    await topic.reads(beside, 0)
    ended = [refill.end(topic.replica, wanted, LOG) for _ in range(2)]
    assert await asyncio.gather(*ended) == [True, True]
    with pytest.raises(RefillEnded):
        await topic.reads(beside, 0)
    with pytest.raises(RefillEnded):
        await beside.try_again()
    assert await rows(topic) == {1: 1, 2: 1}


async def test_a_refill_waits_for_what_its_topic_has_no_more(topic: Topic) -> None:
    """A person whom the copy knows must not become unknown. The owner is asked for what is
    lacking, for the copy says that it lacks it."""
    events = counts(*range(100, 105))
    ghost = forged(events[1])
    await topic.hears(events[0], ghost, *events[1:])
    await topic.disowned(ghost)
    topic.records[4] = counts(7)[0]._replace(salt="")  # Kafka has lost one
    assert not await topic.refill()
    assert await rows(topic) == dict.fromkeys(range(1, 6), 1) | {2: 1}
    stands = await coverage(topic.pool, "members")
    (shard,) = stands["shards"]
    assert (shard["head"], shard["lacks_upto"], shard["last"]) == (3, 4, 5)
    await topic.hears(events[3])  # published again
    assert await topic.refill()
    assert await rows(topic) == dict.fromkeys(range(1, 6), 1)


async def test_what_a_person_discarded_stays_so_and_what_is_open_too(topic: Topic) -> None:
    events = counts(100, 13, 101, 13)
    ghost = forged(events[2])
    await topic.hears(*events[:2], ghost, *events[2:])
    await topic.pool.execute(
        "UPDATE replica_quarantine SET state = 'discarded', settled_by = 'op' WHERE event_id = $1",
        events[1].event_id,
    )
    ids = "SELECT id, event_id FROM replica_quarantine ORDER BY kafka_offset"
    before = await topic.pool.fetch(ids)
    await topic.disowned(ghost)
    assert await topic.refill()
    assert await topic.pool.fetch(ids) == before
    states = await topic.pool.fetch("SELECT state FROM replica_quarantine ORDER BY kafka_offset")
    assert [row["state"] for row in states] == ["discarded", "applied", "open"]


async def test_a_disowned_event_that_waits_is_let_go_with_what_it_kept_from_its_place(
    topic: Topic,
) -> None:
    """However far it is beyond the gap."""
    events = counts(*range(100, 108))
    parked, refused = forged(events[7]), forged(events[0])
    await topic.hears(events[0], refused, parked, events[7])
    open_ones = (await coverage(topic.pool, "members"))["quarantine"]
    assert [each["reason"] for each in open_ones["first"]] == ["sequence-reused"] * 2
    await topic.disowned(parked, refused)
    await refill.settle(topic.replica)
    assert (await coverage(topic.pool, "members"))["quarantine"]["count"] == 0
    await topic.hears(*events[1:7])
    assert await rows(topic) == dict.fromkeys(range(1, 9), 1)
    assert not await topic.refill(), "the copy never applied it"


async def test_the_schema_is_of_the_copy_alone(topic: Topic) -> None:
    """What other copies keep in the same tables is left as it is."""
    events = counts(100)
    await topic.pool.execute("INSERT INTO replica_heads VALUES ('/guildhall/events', 3, 8)")
    await topic.pool.execute(
        "INSERT INTO subscription_positions VALUES ('c', $1, 0, 'guildhall.events.v1', 8)", uuid7()
    )
    ghost = forged(events[0])
    await topic.hears(ghost, *events)
    await topic.disowned(ghost)
    assert await topic.refill()
    heads = await topic.pool.fetch("SELECT source, sequence FROM replica_heads ORDER BY 1")
    assert [tuple(row) for row in heads] == [("/guildhall/events", 8), (SOURCE, 1)]
    assert await topic.pool.fetchval("SELECT count(*) FROM subscription_positions") == 2


async def test_a_crash_in_the_middle_of_an_exchange_leaves_the_copy_as_it_was(
    topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = counts(100, 101)
    ghost = forged(events[1])
    await topic.hears(events[0], ghost, events[1])
    await topic.disowned(ghost)
    before = await held(topic.pool, ["copy"])
    with monkeypatch.context() as broken, pytest.raises(asyncpg.UndefinedTableError):
        broken.setattr(refill, "APPLIED", "SELECT * FROM nowhere WHERE ($1, $2) = ('', '')")
        await topic.refill()
    assert await held(topic.pool, ["copy"]) == before
    assert await topic.refill()
    assert await rows(topic) == {1: 1, 2: 1}
