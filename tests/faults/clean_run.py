"""A small clean run, made by hand: three commands, an event each, and all that follows from them.

Test cases spoil a copy of it in one place and see that the checker finds the place.
"""

import hashlib
import json
from typing import Any

from tests.faults.evidence import FOREVER, OWNERS, SOURCES, Evidence, Row
from tests.faults.second_fold import FOLDS, empty, fold

ORG, STREAM, STAFF = "union-a", "union-a/programme-spring", "union-a/person-p-000001"
INCOME = {
    "income_id": "i-1",
    "source": "dues",
    "fund": "union_funds",
    "amount_fen": 700,
    "received_on": "2026-01-15",
}
PORTIONS = {"programme_id": "spring", "quantity": 3, "to_org": "city", "applied_on": "2026-01-15"}
STAFF_ROW = {
    "person_id": "p-000001",
    "gender": "female",
    "birth_month": 2,
    "registered_on": "2026-01-15",
}
TOPIC_ID, CLUSTER = "00000000-0000-0000-0000-000000000001", "cluster"

ASKED: tuple[tuple[str, str, str, Row, str, int, str, Row], ...] = (
    (
        "a",
        "benefits",
        "apply-for-portions",
        PORTIONS,
        STREAM,
        1,
        "GiftApplied",
        {"programme_id": "spring", "occasion": "spring_festival", "quantity": 3, "to_org": "city"},
    ),
    (
        "b",
        "benefits",
        "apply-for-portions",
        PORTIONS,
        STREAM,
        2,
        "GiftApplied",
        {"programme_id": "spring", "occasion": "spring_festival", "quantity": 3, "to_org": "city"},
    ),
    (
        "c",
        "benefits",
        "receive-income",
        INCOME,
        "union-a/income-i-1",
        1,
        "IncomeReceived",
        {
            "income_id": "i-1",
            "source": "dues",
            "fund": "union_funds",
            "amount_fen": 700,
            "amount_assumed": False,
        },
    ),
    (
        "d",
        "members",
        "register-staff",
        {"people": [STAFF_ROW]},
        STAFF,
        1,
        "StaffRegistered",
        {"person_id": "p-000001", "gender": "female", "birth_month": 2, "spell": 1},
    ),
)
"""Command: id, owner, name, body; its event: stream, version, type, data."""


def _hex(data: Row) -> str:
    return "\\x" + json.dumps(data).encode().hex()


def _digest(text: str) -> str:
    return hashlib.sha256(bytes.fromhex(text[2:])).hexdigest()


def _history() -> list[Row]:
    records: list[Row] = []

    def write(kind: str, **fields: Any) -> None:
        number = len(records) + 1
        records.append({"n": number, "at": float(number), "kind": kind, **fields})

    for id_, owner, name, body, stream, version, *_ in ASKED:
        asked = {"op": id_, "attempt": 1, "key": f"key-{id_}"}
        path = f"/v1/{ORG}/{name}"
        write("invoke", **asked, to=f"{owner}-1", path=path, person="clerk", body=json.dumps(body))
        answer = {"stream": stream, "version": version, "events": 1}
        write("ok", **asked, status=201, answer=answer)
    write(
        "invoke",
        op="e",
        attempt=1,
        key="key-e",
        to="benefits-1",
        person="stranger",
        path=f"/v1/{ORG}/receive-income",
        body=json.dumps(INCOME),
    )
    write("fail", op="e", attempt=1, key="key-e", status=403, code="union-not-yours")
    write("phase", name="healed")
    write("phase", name="load stopped")
    write("note", says="caught up")
    write("phase", name="settled")
    return records


def clean_run() -> Evidence:
    """The run, new each time."""
    events: dict[str, list[Row]] = {source: [] for source in SOURCES}
    idempotency: dict[str, list[Row]] = {source: [] for source in SOURCES}
    shard_log: dict[str, list[Row]] = {source: [] for source in SOURCES}
    journal, kafka = [], []
    for number, asked in enumerate(ASKED, 1):
        id_, owner, name, body, stream, version, *_ = asked
        event = _event(number, asked)
        events[owner].append(event)
        idempotency[owner].append(_idempotency(id_, name, body))
        sequence = len(shard_log[owner]) + 1
        at = {"stream": stream, "version": version}
        shard_log[owner].append({"shard": 0, "sequence": sequence, **at})
        place = {"topic": f"guildhall.{owner}.v1", "partition": 0}
        kafka.append(place | _record(event, sequence))
        journal.append(place | _entry(number, owner, event, sequence))
    return Evidence(
        history=_history(),
        events=events,
        outbox={source: [] for source in SOURCES},
        shard_log=shard_log,
        shards={source: [_heard(len(shard_log[source]))] for source in SOURCES},
        idempotency=idempotency,
        copies={owner: [{"stream": STAFF, "version": 1}] for owner in OWNERS[1:]},
        reporting=_reporting(journal),
        kafka=kafka,
        live=_projections(journal),
        rebuilt=_projections(journal),
        again=_projections(journal),
        figures=[_income_figure()],
    )


def _income_figure() -> Row:
    """A figure with the events that add up to it."""
    events = [{"amount_fen": 700, "quantity": 1}]
    return {"figure": "income_received", "org_id": ORG, "value": 700, "events": events}


def _event(number: int, asked: tuple[Any, ...]) -> Row:
    """The event that a command led to, as its owner stores it."""
    id_, owner, _, _, stream, version, kind, fields = asked
    document = {
        "id": f"{number:032x}",
        "type": f"guildhall.{owner}.{kind}.v1",
        "subject": stream,
        "streamversion": version,
        "correlationid": id_,
        "data": {"org_id": ORG, "occurred_on": "2026-01-15", **fields},
    }
    return {
        "stream": stream,
        "version": version,
        "event_id": document["id"],
        "type": document["type"],
        "org_id": ORG,
        "shard": 0,
        "document": _hex(document),
    }


def _idempotency(id_: str, name: str, body: Row) -> Row:
    """The key of a command, with the hash of what was asked."""
    asked = f"/v1/{ORG}/{name}".encode() + json.dumps(body).encode()
    digest = "\\x" + hashlib.sha256(asked).hexdigest()
    return {"key": f"key-{id_}", "body_hash": digest, "status": 201}


def _record(event: Row, sequence: int) -> Row:
    """The event's record in Kafka, at the offset of its place in the shard."""
    return {
        "offset": sequence - 1,
        "key": event["stream"],
        "event_id": event["event_id"],
        "version": event["version"],
        "shard": 0,
        "sequence": sequence,
        "value_sha256": _digest(event["document"]),
    }


def _entry(log_index: int, owner: str, event: Row, sequence: int) -> Row:
    """The event's row in the journal."""
    return {
        "log_index": log_index,
        "event_id": event["event_id"],
        "source": f"/guildhall/{owner}",
        "shard": 0,
        "shard_sequence": sequence,
        "type": event["type"],
        "stream": event["stream"],
        "stream_version": event["version"],
        "document": event["document"],
        "leaf": _leaf(event["document"]),
        "cluster_id": CLUSTER,
        "topic_id": f"{TOPIC_ID}{owner}",
    }


def _leaf(document: str) -> str:
    """RFC 6962's leaf of a document, as PostgreSQL shows bytes."""
    return "\\x" + hashlib.sha256(b"\0" + bytes.fromhex(document[2:])).hexdigest()


def _heard(head: int) -> Row:
    """A shard whose every event was acknowledged."""
    return {"shard": 0, "head": head, "acked": head}


def _reporting(journal: list[Row]) -> dict[str, list[Row]]:
    positions, consumed = [], []
    for owner, count in (("members", 1), ("benefits", 3)):
        where = {"cluster_id": CLUSTER, "topic_id": f"{TOPIC_ID}{owner}", "partition": 0}
        positions.append({**where, "topic": f"guildhall.{owner}.v1", "next_offset": count})
        outcomes = {"applied": count, "duplicate": 0, "parked": 0, "quarantined": 0}
        consumed.append({**where, **outcomes})
    return {
        "journal": journal,
        "positions": positions,
        "consumed": consumed,
        "parked": [],
        "quarantine": [],
        "disowned": [],
        "shard_heads": [],
        "journal_head": [{"next_index": len(journal) + 1}],
        "seals": [
            {"last_index": 2, "sealed_at": "2026-01-15T10:00:00+00:00"},
            {"last_index": 4, "sealed_at": "2026-01-15T10:00:01+00:00"},
        ],
    }


def _projections(journal: list[Row]) -> dict[str, list[Row]]:
    since = {row["event_id"]: row["log_index"] for row in journal}
    tables = empty()
    fold(tables, journal)
    found: dict[str, list[Row]] = {
        name: [
            {**row, "valid_from": _since(row, since, journal), "valid_to": FOREVER}
            for row in tables[name].values()
        ]
        for name in FOLDS
    }
    return found | {"figure_sums": list(_sums(found["figure_lines"]).values())}


def _sums(lines: list[Row]) -> dict[tuple[str, str], Row]:
    found: dict[tuple[str, str], Row] = {}
    for line in lines:
        day = {
            "org_id": ORG,
            "list": line["list"],
            "day": line["occurred_on"],
            "lines": 0,
            "quantity": 0,
            "amount_fen": 0,
            "without_amount": 0,
            "assumed": 0,
            "unprovable": 0,
            "ended": 0,
        }
        day = found.setdefault((line["list"], line["occurred_on"]), day)
        day["lines"] += 1
        day["quantity"] += line["quantity"]
        day["amount_fen"] += line["amount_fen"] or 0
        day["without_amount"] += line["amount_fen"] is None
    return found


def _since(row: Row, since: dict[str, int], journal: list[Row]) -> int:
    if "log_index" in row:
        return int(row["log_index"])
    named = [since[value] for value in row.values() if isinstance(value, str) and value in since]
    return named[0] if named else journal[-1]["log_index"]
