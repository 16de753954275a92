"""A context's copy against its owner's log: what it holds and the owner did not write is named, as
it is of the journal."""

import asyncpg
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.reconciliation import comparison
from shared.contract.document import document_of, leaf_hash
from shared.eventstore.event_ids import uuid7
from tests.reporting.reconciliation.owner_log import OwnerLog
from tests.reporting.reconciliation.test_reconciler import Scene, asks


@pytest.fixture
def scene(pool: asyncpg.Pool, ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """An owner with a copy of itself, for want of another; what was equal is looked at each
    round."""
    monkeypatch.setattr(comparison, "OLDER_SECONDS", 0.0)
    return asks(Scene(pool, ingest), monkeypatch)


async def test_a_copy_that_holds_what_its_owner_did_not_write_is_not_complete(
    scene: Scene,
) -> None:
    """And the sequence is named, in every round until it is put right; a copy that is further than
    its owner too, in the round after it said so."""
    events = scene.published(5)
    await scene.read(*events)
    scene.owner.copy = {"read": 5, "head": 5, "last": 5}
    copied = scene.owner.log.copied = OwnerLog()
    copied.write([*events[:3], events[3]._replace(event_id=uuid7()), events[4]])
    for _ in range(2):
        found = await scene.reconciler.once()
        (copy,) = found.copies
        assert [(each.sequence, each.kind) for each in copy.differences] == [(4, "another-event")]
        assert not found.complete and found.watermark == 5  # the journal is right
    copied.write([events[3]])
    assert (await scene.reconciler.once()).complete
    ahead = events[4]._replace(event_id=uuid7(), shard_sequence=6)
    copied.write([ahead])
    scene.owner.copy = {"read": 6, "head": 6, "last": 6}
    for _ in range(2):
        found = await scene.reconciler.once()
    (copy,) = found.copies
    assert [(each.sequence, each.kind) for each in copy.differences] == [(6, "not-the-owners")]
    assert not found.complete


async def test_what_a_person_discarded_from_a_copy_is_no_difference(scene: Scene) -> None:
    events = scene.published(3)
    await scene.read(*events)
    scene.owner.copy = {"read": 3, "head": 3, "last": 3}
    copied = scene.owner.log.copied = OwnerLog()
    copied.write([events[0], events[2]])
    it = {"event_id": str(events[1].event_id), "leaf": leaf_hash(document_of(events[1])).hex()}
    for rows, kinds in (
        ([], ["missing"]), ([it | {"state": "open"}], ["in-quarantine"]),
        ([it | {"state": "discarded"}], []),
        # What was discarded under its id, and is not it, says nothing of it.
        ([it | {"state": "discarded", "leaf": "00"}], ["missing"]),
    ):  # fmt: skip
        scene.owner.log.copy_quarantine = rows
        found = await scene.reconciler.once()
        assert [each.kind for each in found.copies[0].differences] == kinds
        assert found.complete is (not kinds)


async def test_a_copy_that_is_refilled_is_not_compared_and_not_complete(scene: Scene) -> None:
    await scene.read(*scene.published(3))
    scene.owner.copy = {"read": 1, "head": 3, "last": 3, "refilling": {"read": 1, "of": 3}}
    scene.owner.log.copied = OwnerLog()
    found = await scene.reconciler.once()
    (copy,) = found.copies
    assert (copy.refilling, copy.differences, found.complete) == ({"read": 1, "of": 3}, (), False)
