"""What a context tells of its copies over HTTP, here benefits of members, and whom it tells."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.benefits.__main__ import PARTS
from services.benefits.reactions import REACTIONS
from shared.contract.document import document_of, leaf_hash
from shared.replicas.apply import Replica
from shared.testing.author import Author
from shared.testing.http import InProcess, in_process, token
from tests.examples.members import staff_count_declared
from tests.reporting.reconciliation.owner_log import OwnerLog
from tests.shared.replicas.consumed import MOVE, consumed, reader


@pytest.fixture
async def service(database: str) -> AsyncIterator[InProcess]:
    async with in_process(PARTS, database) as running:
        yield running


def replica_of(service: InProcess) -> Replica:
    """Its replica of members, on a real clock."""
    return Replica(service.store.pool, "benefits", reader("members"), REACTIONS)


async def asked(service: InProcess, *roles: str) -> tuple[int, Any]:
    bearer = {"Authorization": f"Bearer {token(*roles, orgs=('*',))}"} if roles else {}
    answer = await service.client.get("/v1/copies", headers=bearer)
    return answer.status_code, answer.json()


async def test_a_copy_is_told_with_its_gaps_and_what_it_quarantined(service: InProcess) -> None:
    author = Author("members")
    told = [author.write(event.stream_of(), event) for event in [staff_count_declared()] * 6]
    replica = replica_of(service)
    records = [*told[:2], told[2]._replace(source="/forged"), *told[4:]]
    await replica.apply(consumed(records), MOVE)
    copy, _ = (await asked(service, "operator"))[1]
    shard = told[0].shard
    assert copy["shards"] == [{"shard": shard, "head": 2, "lacks_upto": 4, "last": 6}]
    assert (copy["source"], copy["read"], copy["parked"]) == ("/guildhall/members", 5, 2)
    (first,) = copy["quarantine"]["first"]
    assert copy["quarantine"]["count"] == 1
    assert (first["reason"], first["offset"]) == ("unregistered-source", 2)
    assert first["event_id"] == str(told[2].event_id)


async def test_an_operator_discards_what_is_never_to_be_applied(service: InProcess) -> None:
    forged = Author("members").write("tjtc/organisation", staff_count_declared(), salt="")
    await replica_of(service).apply(consumed([forged]), MOVE)
    copy, _ = (await asked(service, "operator"))[1]
    body = {"record_id": copy["quarantine"]["first"][0]["id"], "why": "forged"}
    for role, status in (("clerk", 403), ("operator", 200), ("operator", 200)):
        bearer = {"Authorization": f"Bearer {token(role, orgs=('*',))}"}
        answer = await service.client.post("/v1/copies/discard", json=body, headers=bearer)
        assert answer.status_code == status
    copy, _ = (await asked(service, "operator"))[1]
    assert copy["quarantine"] == {"count": 0, "first": []}
    bearer = {"Authorization": f"Bearer {token('operator', orgs=('*',))}"}
    body["record_id"] = 10**9
    answer = await service.client.post("/v1/copies/discard", json=body, headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-record")


async def test_what_a_copy_holds_is_told_as_its_owner_tells_its_log(service: InProcess) -> None:
    author, log = Author("members"), OwnerLog("/guildhall/members")
    events = [author.write(event.stream_of(), event) for event in [staff_count_declared()] * 5]
    refused = events[3]._replace(salt="")
    await replica_of(service).apply(consumed([*events[:3], refused, events[4]]), MOVE)
    log.write([*events[:3], events[4]])
    bearer = {"Authorization": f"Bearer {token('auditor', orgs=('*',))}"}
    shard, source = events[0].shard or 0, "/guildhall/members"
    ranges = [{"shard": shard, "first": first, "last": last} for first, last in ((1, 5), (2, 2))]
    ranges.append({"shard": (shard + 1) % 32, "first": 1, "last": 9})
    body = {"source": source, "ranges": ranges}
    told = await service.client.post("/v1/copies/digests", json=body, headers=bearer)
    assert told.json() == {"digests": [log.digest(**each) for each in ranges]}
    params = {"source": source, **ranges[0]}
    told = await service.client.get("/v1/copies/entries", params=params, headers=bearer)
    wanted = [{k: row[k] for k in ("sequence", "event_id", "leaf")} for row in log.entries(
        **ranges[0])]  # fmt: skip
    assert told.json() == {"entries": wanted}
    ids = [str(each.event_id) for each in (events[0], refused)]
    body = {"source": source, "event_ids": ids}
    told = await service.client.post("/v1/copies/events", json=body, headers=bearer)
    assert told.json() == {
        "leaves": {ids[0]: wanted[0]["leaf"]},
        "quarantine": [
            {
                "event_id": ids[1],
                "state": "open",
                "leaf": leaf_hash(document_of(refused)).hex(),
            }
        ],
    }
    body["source"] = "/guildhall/events"
    told = await service.client.post("/v1/copies/events", json=body, headers=bearer)
    assert told.json()["leaves"] == {}


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        ((), 401),
        (("clerk",), 403),
        (("producer",), 403),
        (("operator",), 200),
        (("auditor",), 200),
    ],
)
async def test_a_copy_is_told_to_those_who_watch_over_the_log(
    service: InProcess, roles: tuple[str, ...], status: int
) -> None:
    assert (await asked(service, *roles))[0] == status


async def test_an_operator_has_a_copy_filled_anew_for_a_reason(service: InProcess) -> None:
    source = "/guildhall/members"
    for role, body, status in (
        ("auditor", {"source": source, "why": "by hand"}, 403),
        ("operator", {"source": source, "why": ""}, 422),
        ("operator", {"source": "/guildhall/events", "why": "by hand"}, 404),
        ("operator", {"source": source, "why": "by hand"}, 202),
    ):
        bearer = {"Authorization": f"Bearer {token(role, orgs=('*',))}"}
        answer = await service.client.post("/v1/copies/refill", json=body, headers=bearer)
        assert answer.status_code == status
    rows = await service.store.pool.fetch("SELECT source, asked_by, why FROM replica_refills")
    assert [(row["source"], row["why"]) for row in rows] == [(source, "by hand")]
