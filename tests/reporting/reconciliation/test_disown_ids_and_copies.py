"""A forgery that took the id of an owner's event, and one that stands in a context's copy alone."""

import asyncpg
import pytest

from services.reporting.ingest import quarantine
from services.reporting.ingest.apply import Ingest
from services.reporting.reconciliation.disown import Disowned
from shared.contract.document import document_of, leaf_hash
from shared.contract.envelope import Envelope
from shared.errors import Conflict, Unknown
from shared.eventstore.event_ids import uuid7
from tests.reporting.reconciliation.test_disown import SOURCE, Forged, portions
from tests.reporting.records import gift


class IdTaken(Forged):
    """The forger took the id of the owner's third event, and its place or the next one."""

    def __init__(self, ingest: Ingest, *, same_place: bool) -> None:
        super().__init__(ingest)
        *_, third = self.real
        self.forgery = self.forgery._replace(event_id=third.event_id)
        if not same_place:
            later = third._replace(shard_sequence=(third.shard_sequence or 0) + 1, stream_version=2)
            data = gift(2, quantity=5).model_dump_json().encode()
            self.real[2:] = [third._replace(event_id=uuid7(), data=data), later]
            self.owner.stamped.clear()
            self.owner.write(self.real)


@pytest.mark.parametrize("same_place", [True, False])
async def test_an_owners_event_whose_id_a_forgery_took_is_applied_once_that_is_disowned(
    ingest: Ingest, pool: asyncpg.Pool, same_place: bool
) -> None:
    forged = IdTaken(ingest, same_place=same_place)
    await forged.read([*forged.real[:2], forged.forgery, *forged.real[2:]])
    assert await portions(pool) == [1, 1, 99]
    found = await forged.disown(forged.forgery)
    assert found.applied in [str(each.event_id) for each in forged.real[2:]]
    assert 99 not in await portions(pool)
    assert await quarantine.listed(pool) == []
    counting = await pool.fetch(
        "SELECT leaf FROM journal WHERE source = $1"
        " AND log_index NOT IN (SELECT log_index FROM disowned) ORDER BY shard_sequence",
        SOURCE,
    )
    written = [leaf_hash(document_of(each)) for each in forged.real]
    assert [row["leaf"] for row in counting] == written
    # Either comes again, and nothing changes; nor does who disowns again.
    before = await portions(pool)
    await forged.read([forged.forgery, *forged.real])
    assert await portions(pool) == before
    assert await quarantine.listed(pool) == []
    assert (await forged.disown(forged.forgery)).at == found.at


async def test_of_two_forgeries_under_one_id_none_is_applied(
    ingest: Ingest, pool: asyncpg.Pool
) -> None:
    forged = IdTaken(ingest, same_place=True)
    second = forged.forgery._replace(data=gift(2, quantity=98).model_dump_json().encode())
    await forged.read([*forged.real[:2], forged.forgery, second])
    with pytest.raises(Conflict) as refused:  # one of the two stores may have been changed
        await forged.disown(forged.forgery)
    assert refused.value.code == "not-disputed"
    await forged.read([forged.real[2]])
    await forged.disown(forged.forgery)
    assert await portions(pool) == [1, 1, 1]
    assert [row["reason"] for row in await quarantine.listed(pool)] == ["id-reused"]


async def differs_in_a_copy(forged: Forged, kind: str, event: Envelope, leaf: bytes) -> None:
    place = event.shard, event.shard_sequence
    await forged.ingest.pool.execute(
        "INSERT INTO log_differences (reader, source, shard, sequence, kind, journal_event_id,"
        " journal_leaf) VALUES ('events', $1, $2, $3, $4, $5, $6)",
        SOURCE, *place, kind, event.event_id, leaf,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["another-event", "not-the-owners", "document-differs"])
async def test_what_somebody_put_into_a_copy_alone_is_disowned_there(
    ingest: Ingest, pool: asyncpg.Pool, kind: str
) -> None:
    """The journal never saw it, and nothing of it changes; the copies hear what they hold."""
    forged = Forged(ingest)
    await forged.read(forged.real)
    by_hand = forged.forgery if kind != "document-differs" else forged.real[2]
    if kind == "not-the-owners":
        by_hand = by_hand._replace(shard_sequence=9)
    leaf = bytes(range(32))
    with pytest.raises((Unknown, Conflict)):
        await forged.disown(by_hand)
    await differs_in_a_copy(forged, kind, by_hand, leaf)
    for _ in range(2):  # idempotent
        assert await forged.disown(by_hand) == Disowned(None, None, None, ("events",))
    (row,) = await pool.fetch("SELECT document FROM events")
    assert leaf.hex().encode() in row["document"]
    await forged.relayed()
    assert await portions(pool) == [1, 1, 1]
    assert await quarantine.listed(pool) == []


async def test_what_the_owner_wrote_is_disowned_in_no_copy(
    ingest: Ingest, pool: asyncpg.Pool
) -> None:
    forged = Forged(ingest)
    await forged.read(forged.real)
    event = forged.real[2]
    await differs_in_a_copy(forged, "another-event", event, leaf_hash(document_of(event)))
    with pytest.raises(Conflict) as refused:
        await forged.disown(event)
    assert refused.value.code == "the-owners-event"
