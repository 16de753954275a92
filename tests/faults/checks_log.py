"""Checks of the logs: streams and sequences without a gap, the journal, topics, accounts."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.faults.evidence import (
    CAUGHT_UP,
    FORGED,
    OWNERS,
    POISON,
    SOURCES,
    Evidence,
    Row,
    Violation,
    document_of,
)

REFILLED = ("topic recreated", "kafka wiped")


def without_gap(evidence: Evidence) -> Iterator[Violation]:
    """Streams count from 1, shards are dense, the log index is dense, all in commit order."""
    for source in SOURCES:
        streams: dict[str, list[int]] = defaultdict(list)
        for row in evidence.events[source]:
            streams[row["stream"]].append(row["version"])
        for stream, versions in streams.items():
            if sorted(versions) != list(range(1, len(versions) + 1)):
                yield Violation(4, "gap", f"{source} {stream}: versions {sorted(versions)[:20]}")
        yield from _shards(source, evidence)
    indexes = [row["log_index"] for row in _journal(evidence)]
    if indexes != list(range(1, len(indexes) + 1)):
        yield Violation(4, "gap", f"the journal's log_index is not dense: {len(indexes)} rows")
    heads = evidence.reporting["journal_head"]
    if heads and heads[0]["next_index"] != len(indexes) + 1:
        yield Violation(4, "gap", f"the journal's head is {heads[0]['next_index']}")
    seals = sorted(evidence.reporting["seals"], key=lambda row: row["last_index"])
    times = [row["sealed_at"] for row in seals]
    if times != sorted(times):
        yield Violation(4, "reordered", "a batch was sealed before one that it follows")


def _shards(source: str, evidence: Evidence) -> Iterator[Violation]:
    """Each event stands once in its shard's log, each stream in its order there."""
    shards: dict[int, list[Row]] = defaultdict(list)
    for row in evidence.shard_log[source]:
        shards[row["shard"]].append(row)
    logged: Counter[tuple[str, int]] = Counter()
    for shard, rows in shards.items():
        rows.sort(key=lambda row: row["sequence"])
        if [row["sequence"] for row in rows] != list(range(1, len(rows) + 1)):
            yield Violation(4, "gap", f"{source} shard {shard}: {len(rows)} of its sequences")
        last: dict[str, int] = {}
        for row in rows:
            logged[row["stream"], row["version"]] += 1
            if row["version"] <= last.get(row["stream"], 0):
                place = f"{row['stream']}@{row['version']} at {row['sequence']}"
                yield Violation(4, "reordered", f"{source} shard {shard}: {place}")
            last[row["stream"]] = row["version"]
    for row in evidence.shards[source]:
        found = len(shards.get(row["shard"], ()))
        if row["head"] != found:
            yield Violation(4, "gap", f"{source} shard {row['shard']}: head {row['head']}, {found}")
    waiting = {(row["stream"], row["version"]) for row in evidence.outbox[source]}
    for row in evidence.events[source]:
        place = (row["stream"], row["version"])
        if logged[place] + (place in waiting) != 1:
            times = logged[place] + (place in waiting)
            name = "outbox-doubled" if times else "outbox-lost"
            yield Violation(4, name, f"{source} {place[0]}@{place[1]}: {times} times to publish")


def _journal(evidence: Evidence) -> list[Row]:
    return sorted(evidence.reporting["journal"], key=lambda row: row["log_index"])


def journal_is_the_log(evidence: Evidence) -> Iterator[Violation]:
    """The journal holds every event of every owner, once, byte by byte, each stream in order; and
    forgeries, which all are disowned."""
    disowned = {row["log_index"] for row in evidence.reporting["disowned"]}
    owned = {
        (f"/guildhall/{source}", row["event_id"]): row
        for source in SOURCES
        for row in evidence.events[source]
    }
    seen: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], int] = {}
    for row in _journal(evidence):
        identity, stream = (row["source"], row["event_id"]), (row["source"], row["stream"])
        seen[identity] += 1
        if row["event_id"].startswith(FORGED) and row["log_index"] in disowned:
            continue
        event = owned.get(identity)
        if event is not None and row["log_index"] in disowned:
            yield Violation(11, "disowned-wrongly", f"{identity} at {row['log_index']}")
        if event is None:
            yield Violation(11, "journal-phantom", f"{identity} at {row['log_index']}")
            continue
        same = (event["stream"], event["version"], event["document"], event["type"])
        if same != (row["stream"], row["stream_version"], row["document"], row["type"]):
            yield Violation(11, "journal-altered", f"{identity} at {row['log_index']}")
        if row["leaf"][2:] != hashlib.sha256(b"\0" + document_of(row)).hexdigest():
            yield Violation(11, "journal-altered", f"the leaf of {identity}")
        if row["stream_version"] != last.get(stream, 0) + 1:
            place = f"{row['stream']}@{row['stream_version']} after {last.get(stream, 0)}"
            yield Violation(11, "journal-reordered", f"{place}, at {row['log_index']}")
        last[stream] = row["stream_version"]
    for identity, event in owned.items():
        if seen[identity] != 1:
            name = "journal-doubled" if seen[identity] else "journal-lost"
            yield Violation(11, name, f"{event['stream']}@{event['version']} {identity}")


def topics_hold_the_log(evidence: Evidence) -> Iterator[Violation]:
    """Topics hold every published event with its own bytes and, read once, in stream order.

    Where a topic was made anew its owner published old and new side by side: readers put these in
    order by their sequence, so first appearances prove nothing there.
    """
    refilled = any(record["fault"] in REFILLED for record in evidence.of_kind("fault"))
    found: dict[str, Row] = {}
    last: dict[tuple[str, str], int] = {}
    for record in evidence.kafka:
        if record["key"].startswith(POISON) or (record["event_id"] or "").startswith(FORGED):
            continue
        known = found.get(record["event_id"])
        if known is not None:
            if known["value_sha256"] != record["value_sha256"] or known["key"] != record["key"]:
                yield Violation(11, "kafka-altered", f"{record['event_id']} of {record['key']}")
            continue
        found[record["event_id"]] = record
        stream = (record["topic"], record["key"])
        if record["version"] != last.get(stream, 0) + 1 and not refilled:
            after = f"@{record['version']} after {last.get(stream, 0)}"
            yield Violation(11, "kafka-reordered", f"{record['key']}{after}")
        last[stream] = record["version"]
    for source in SOURCES:
        unpublished = _unpublished(source, evidence)
        for row in evidence.events[source]:
            record = found.pop(row["event_id"], None)
            place = (row["stream"], row["version"])
            if record is None and place not in unpublished:
                yield Violation(11, "kafka-lost", f"{source} {place[0]}@{place[1]}")
            elif record is not None:
                digest = hashlib.sha256(document_of(row)).hexdigest()
                if record["value_sha256"] != digest or record["key"] != row["stream"]:
                    yield Violation(11, "kafka-altered", f"{source} {place[0]}@{place[1]}")
    for event_id, record in found.items():
        yield Violation(11, "kafka-phantom", f"{event_id} in {record['topic']} of no owner")


def _unpublished(source: str, evidence: Evidence) -> set[tuple[str, int]]:
    acked = {row["shard"]: row["acked"] for row in evidence.shards[source]}
    waiting = {(row["stream"], row["version"]) for row in evidence.outbox[source]}
    return waiting | {
        (row["stream"], row["version"])
        for row in evidence.shard_log[source]
        if row["sequence"] > acked.get(row["shard"], 0)
    }


def all_accounted(evidence: Evidence) -> Iterator[Violation]:
    """Consumed = applied + duplicate + parked + quarantined; applied = journal; by partition."""
    reporting = evidence.reporting
    counted = {_partition(row): row for row in reporting["consumed"]}
    applied = Counter(_partition(row) for row in reporting["journal"])
    for row in reporting["positions"]:
        counts = counted.pop(_partition(row), None) or dict.fromkeys(OUTCOMES, 0)
        total = sum(counts[outcome] for outcome in OUTCOMES)
        where = f"{row['topic']}[{row['partition']}]"
        if total != row["next_offset"]:
            yield Violation(12, "miscounted", f"{where}: {row['next_offset']} read, {total} known")
        if counts["applied"] != applied[_partition(row)]:
            in_journal = applied[_partition(row)]
            told = f"{counts['applied']} applied, {in_journal} in the journal"
            yield Violation(12, "miscounted", f"{where}: {told}")
    for partition in counted:
        yield Violation(12, "miscounted", f"{partition} has outcomes and no position")
    for row in reporting["parked"]:
        yield Violation(12, "parked", f"{row['source']} shard {row['shard']} at {row['sequence']}")
    displaced = _displaced(evidence)
    for row in reporting["quarantine"]:
        if (row.get("key") or "").startswith("\\x" + POISON.encode().hex()):
            continue
        if (row.get("event_id") or "").startswith(FORGED) or _gave_way(row, displaced):
            continue
        yield Violation(12, "quarantined", f"{row['stream']}: {row['reason']} {row['detail']}")


def _displaced(evidence: Evidence) -> set[tuple[str, str]]:
    """By source, the streams in which an owner's event found its place taken by what was disowned
    since."""
    disowned = {row["log_index"] for row in evidence.reporting["disowned"]}
    places = {
        (row["source"], row["shard"], row["shard_sequence"])
        for row in evidence.reporting["journal"]
        if row["log_index"] in disowned
    }
    return {
        (f"/guildhall/{owner}", row["stream"])
        for owner in OWNERS
        for row in evidence.shard_log[owner]
        if (f"/guildhall/{owner}", row["shard"], row["sequence"]) in places
    }


def _gave_way(row: Row, displaced: set[tuple[str, str]]) -> bool:
    """Whether an owner's event waited because a forgery had its place, or that of an event before
    it in its stream, and was applied since."""
    return (
        (row.get("source"), row["stream"]) in displaced
        and row.get("state") == "applied"
        and row["reason"] in ("sequence-reused", "version-gap", "stream-blocked")
    )


OUTCOMES = ("applied", "duplicate", "parked", "quarantined")


def _partition(row: Row) -> tuple[str, str, int]:
    return (row["cluster_id"], row["topic_id"], row["partition"])


def copies_are_complete(evidence: Evidence) -> Iterator[Violation]:
    """What the other owners have heard of members is what members said, to the last version."""
    said: dict[str, int] = {}
    for row in evidence.events["members"]:
        said[row["stream"]] = max(row["version"], said.get(row["stream"], 0))
    for owner in OWNERS[1:]:
        heard = {row["stream"]: row["version"] for row in evidence.copies[owner]}
        for stream, version in said.items():
            if heard.get(stream, 0) != version:
                told = f"{version} said, {heard.get(stream, 0)} heard"
                yield Violation(7, "copy-behind", f"{owner}: {stream}: {told}")


def caught_up_in_time(evidence: Evidence) -> Iterator[Violation]:
    """Reporting had everything within two minutes of the last command."""
    phases = {record["name"]: record["at"] for record in evidence.of_kind("phase")}
    caught = [r["at"] for r in evidence.of_kind("note") if r["says"] == CAUGHT_UP]
    if "load stopped" not in phases:
        return
    if not caught:
        yield Violation(6, "never-caught-up", "reporting was given up before it had everything")
        return
    took = caught[0] - phases["load stopped"]
    if took > CAUGHT_UP_SECONDS:
        yield Violation(6, "late", f"{took:.0f} s until reporting had everything")


CAUGHT_UP_SECONDS = 120.0
