"""Guards: a rule on two streams is held by whoever commits second, on a real PostgreSQL."""

import asyncio

import asyncpg
import pytest

from shared.contract.events import IncidentReported
from shared.eventstore.guards import span, still_at, still_counting
from shared.eventstore.request import Reply
from shared.eventstore.store import Also, EventStore, Write
from tests.examples.events import incident_reported
from tests.shared.eventstore.test_store import request, store  # noqa: F401

MONTH = "tjtc/attestation-safety.2022-06"


async def report(store: EventStore, name: str, *also: Also) -> None:  # noqa: F811
    event = incident_reported(incident_id=name)
    await store.append(request(), [Write(event.stream_of(), 0, [event])], Reply(201, {}), also)


def counting(expected: int, org_id: str = "tjtc") -> Also:
    return still_counting(MONTH, IncidentReported, org_id, expected)


async def test_a_version_that_was_seen_must_still_be_there(store: EventStore) -> None:  # noqa: F811
    await report(store, "i-1", still_at("tjtc/incident-other", 0))
    await report(store, "i-2", still_at("tjtc/incident-i-1", 1))
    for stale in (still_at("tjtc/incident-i-1", 0), still_at("tjtc/incident-i-9", 1)):
        with pytest.raises(asyncpg.SerializationError):
            await report(store, "i-3", stale)
    assert (await store.load("tjtc/incident-i-3")).version == 0


async def test_a_count_is_of_one_type_in_one_union_ones_own_included(
    store: EventStore,  # noqa: F811
) -> None:
    await report(store, "i-1", counting(1))
    await report(store, "i.2", counting(2))
    await report(store, "i-3", counting(0, "tjt"))
    with pytest.raises(asyncpg.SerializationError, match="Expected 3"):
        await report(store, "i-4", counting(3))


async def test_who_counts_waits_for_who_saw_the_version(store: EventStore) -> None:  # noqa: F811
    """Whichever of the two commits second finds the first."""
    async with store.pool.acquire() as connection, connection.transaction():
        await connection.execute(still_at(MONTH, 0).sql, MONTH, 0)
        waiting = asyncio.create_task(report(store, "i-1", counting(1)))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    await waiting


def test_a_span_holds_the_streams_of_a_kind_and_no_other() -> None:
    low, high = span(IncidentReported.STREAM, "tjtc")
    assert low <= "tjtc/incident-i.1-2" < high
    for other in ("tjtc/incidents-1", "tjtc/incident.1", "tjtc2/incident-1", "tjtc/issue-1"):
        assert not low <= other < high
