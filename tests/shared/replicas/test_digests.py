"""What a copy holds, as hashes: the same as an owner's of the same events, in another code."""

from collections.abc import Sequence

import pytest

from shared.contract.document import document_of, leaf_hash
from shared.contract.envelope import SHARDS, Envelope
from shared.eventstore.epochs import Epochs, keep_epochs
from shared.replicas import digests
from tests.reporting.reconciliation.owner_log import OwnerLog
from tests.shared.replicas.conftest import Copy
from tests.shared.replicas.test_apply import SOURCE, counts


def log_of(events: Sequence[Envelope]) -> OwnerLog:
    log = OwnerLog(SOURCE)
    log.write(events)
    return log


@pytest.mark.parametrize("asked", [(1, 9), (2, 3), (4, 4), (5, 9)])
async def test_a_digest_is_over_sequence_id_and_leaf_in_order(
    copy: Copy, asked: tuple[int, int]
) -> None:
    events = counts(100, 101, 102, 103)
    await copy.hears([events[1], events[0], *events[2:]])
    shard = events[0].shard or 0
    (found,) = await digests.digests(copy.pool, SOURCE, [(shard, *asked)])
    assert found == log_of(events).digest(shard, *asked)
    rows = await digests.entries(copy.pool, SOURCE, (shard, *asked))
    wanted = log_of(events).entries(shard, *asked)
    assert rows == [{name: row[name] for name in rows[0]} for row in wanted] if rows else not wanted
    assert await digests.digests(copy.pool, SOURCE, []) == []


async def test_a_place_that_its_owner_lost_in_a_restore_is_not_of_the_log(copy: Copy) -> None:
    events = counts(100, 101, 102)
    await copy.hears(events)
    await keep_epochs(copy.pool, SOURCE, Epochs(([2] * SHARDS,)))
    asked = (events[0].shard or 0, 1, 9)
    found = await digests.entries(copy.pool, SOURCE, asked)
    assert [row["sequence"] for row in found] == [1, 2]
    (of_them,) = await digests.digests(copy.pool, SOURCE, [asked])
    assert of_them == log_of(events[:2]).digest(*asked)


async def test_of_an_event_it_is_told_whether_it_is_applied_or_quarantined(copy: Copy) -> None:
    events = counts(100, 13)
    await copy.hears(events)
    ids = [each.event_id for each in events]
    found = await digests.events(copy.pool, SOURCE, ids)
    assert set(found["leaves"]) == {str(ids[0])}
    it = {"event_id": str(ids[1]), "leaf": leaf_hash(document_of(events[1])).hex()}
    assert found["quarantine"] == [it | {"state": "open"}]
    await copy.pool.execute("UPDATE replica_quarantine SET state = 'discarded'")
    found = await digests.events(copy.pool, SOURCE, ids)
    assert found["quarantine"] == [it | {"state": "discarded"}]
    assert await digests.events(copy.pool, "/guildhall/events", ids) == {
        "leaves": {}, "quarantine": [],
    }  # fmt: skip
