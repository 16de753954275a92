"""A finding in our own store, whatever was said of it since it was raised."""

import asyncpg

from services.reporting.findings.stored import StoredFinding, stored_findings
from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.contract.envelope import Actor, DomainEvent
from shared.eventstore.request import Reply, Request
from shared.eventstore.store import EventStore, Write
from tests.examples import reporting as r

ACTOR = Actor("chair-1", "chair", frozenset({"chair"}), frozenset({"tjtc"}))


async def test_it_is_as_last_raised_at_the_version_of_its_stream(pool: asyncpg.Pool) -> None:
    store = EventStore(pool, system_clock, source_of("reporting"))
    told = {"finding_id": "wel-03.1"}
    said: list[DomainEvent] = [
        r.finding_raised(**told, rule="wel-03", outcome="fail", reason="forbidden-form"),
        r.finding_explained(**told),
        r.finding_waiver_proposed(**told),
        r.finding_waived(**told),
        r.finding_waiver_revoked(**told),
        r.finding_resolved(**told, rule="wel-03"),
    ]
    for version, event in enumerate(said):
        request = Request(ACTOR, "tjtc", None, b"", "test")
        await store.append(request, [Write(event.stream_of(), version, [event])], Reply(201, {}))
        found = await stored_findings(pool, "tjtc")
        resolved = event is said[-1]
        stored = StoredFinding("wel-03", "fail", "forbidden-form", resolved, version + 1)
        assert found == {"wel-03.1": stored}
    assert await stored_findings(pool, "tjt") == {}
