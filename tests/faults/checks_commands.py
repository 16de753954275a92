"""Checks of commands against the events they wrote: nothing lost, doubled, phantom, reordered."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.faults.evidence import (
    OWNERS,
    Evidence,
    Operation,
    Row,
    Violation,
    attributes_of,
    data_of,
    short,
)
from tests.faults.expected import unmet

RESOLVED_SECONDS = 60.0
REFUSED_FROM = 400
SETTLED = frozenset({409, 412})
"""Statuses of refusals that rest on what stood at that moment, and so must be kept."""


def _written(evidence: Evidence) -> dict[str, list[Row]]:
    """The owners' events by the command that wrote them (its correlation id)."""
    found: dict[str, list[Row]] = defaultdict(list)
    for owner in OWNERS:
        for row in evidence.events[owner]:
            found[attributes_of(row).get("correlationid", "")].append(row)
    return found


def nothing_lost(evidence: Evidence) -> Iterator[Violation]:
    """Every accepted command has exactly its events, with its own content."""
    written = _written(evidence)
    for op in evidence.operations().values():
        answer = op.first("ok")
        if answer is None or op.reuses:
            continue
        rows = written.get(op.id, [])
        if not rows and answer["answer"].get("events"):
            yield Violation(1, "lost", f"{op.id} {op.name} was accepted and wrote nothing")
            continue
        events = [(short(row["type"]), data_of(row)) for row in rows]
        why = unmet(op.name, op.body, events, answer["answer"].get("events", 0))
        if why:
            doubled = len(rows) > answer["answer"].get("events", 0)
            name, number = ("doubled", 3) if doubled else ("altered", 1)
            yield Violation(number, name, f"{op.id} {op.name}: {why}")
        if any(row["org_id"] != op.org for row in rows):
            yield Violation(14, "crossed", f"{op.id} of {op.org} wrote to another union")


def no_phantom(evidence: Evidence) -> Iterator[Violation]:
    """Every event was asked for, and none by a command that was refused."""
    operations = evidence.operations()
    for id_, rows in _written(evidence).items():
        op = operations.get(id_)
        if op is None:
            yield Violation(2, "phantom", f"{rows[0]['stream']}@{rows[0]['version']} of no command")
        elif op.first("ok") is None and (refused := op.first("fail")) is not None:
            place = f"{rows[0]['stream']}@{rows[0]['version']}"
            told = f"{id_} {op.name} was refused ({refused['code']}) and wrote {place}"
            # An attempt whose outcome was unknown was still under way: the retry told a lie.
            late = op.first("info") is not None
            yield Violation(*(6, "refused-then-done") if late else (2, "phantom"), told)


def nothing_doubled(evidence: Evidence) -> Iterator[Violation]:
    """One set of events a key, one reply a key; an id is given once; a body is kept to its key."""
    for op in evidence.operations().values():
        answers = [answer for answer in op.answers if answer["kind"] == "ok"]
        replies = {json.dumps(answer["answer"], sort_keys=True) for answer in answers}
        if len(replies) > 1:
            yield Violation(3, "answer-differs", f"{op.id} {op.name}: {sorted(replies)}")
        refusals = {(a["status"], a["code"]) for a in op.answers if a["kind"] == "fail"}
        if len(refusals) > 1:
            yield Violation(3, "answer-differs", f"{op.id} {op.name}: {sorted(refusals)}")
        if answers and refusals:
            yield Violation(3, "answer-differs", f"{op.id} {op.name}: accepted and refused")
        if op.reuses and answers:
            yield Violation(3, "key-reused", f"{op.id}: {op.key} of {op.reuses}, another body")
    for owner in OWNERS:
        ids = Counter(row["event_id"] for row in evidence.events[owner])
        for event_id, count in ids.items():
            if count > 1:
                yield Violation(3, "doubled", f"{owner}: event {event_id} stands {count} times")
    yield from _kept_replies(evidence)


def _kept_replies(evidence: Evidence) -> Iterator[Violation]:
    """A key is kept with the hash of the body it was settled for, and with what was answered."""
    kept = {row["key"]: row for owner in OWNERS for row in evidence.idempotency[owner]}
    for op in evidence.operations().values():
        answer = op.first("ok") or op.first("fail")
        if answer is None or op.reuses:
            continue
        row = kept.get(op.key)
        if row is None and not (answer["kind"] == "ok" or answer["status"] in SETTLED):
            continue
        asked = hashlib.sha256(op.path.encode() + op.body.encode()).hexdigest()
        if row is None:
            yield Violation(3, "reply-lost", f"{op.id}: no reply is kept under {op.key}")
        elif row["body_hash"] != f"\\x{asked}":
            yield Violation(1, "altered", f"{op.id}: {op.key} is kept with another body's hash")
        elif row["status"] != answer["status"]:
            told = f"{op.id}: answered {answer['status']}, kept as {row['status']}"
            done = answer["kind"] == "fail" and row["status"] < REFUSED_FROM
            yield Violation(*(6, "refused-then-done") if done else (3, "answer-differs"), told)


def real_time_order(evidence: Evidence) -> Iterator[Violation]:
    """What was answered before another was asked stands before it in their stream."""
    operations = evidence.operations()
    streams: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for owner in OWNERS:
        for row in evidence.events[owner]:
            streams[owner, row["stream"]].append(row)
    for (owner, stream), rows in streams.items():
        latest: Operation | None = None
        for row in sorted(rows, key=lambda row: row["version"]):
            op = operations.get(attributes_of(row).get("correlationid", ""))
            if op is None:
                continue
            answer = op.first("ok")
            if latest is not None and answer is not None and answer["n"] < latest.invoked:
                yield Violation(
                    5,
                    "reordered",
                    f"{owner} {stream}@{row['version']}: {op.id} was answered"
                    f" before {latest.id} was asked, and stands after it",
                )
            if latest is None or op.invoked > latest.invoked:
                latest = op


def all_known(evidence: Evidence) -> Iterator[Violation]:
    """Every unknown outcome was resolved to done or refused, within a minute of healing."""
    healed = next((r["at"] for r in evidence.of_kind("phase") if r["name"] == "healed"), None)
    for op in evidence.operations().values():
        known = op.first("ok") or op.first("fail")
        if known is None:
            yield Violation(6, "unresolved", f"{op.id} {op.name}: {len(op.answers)} unknown")
        elif healed is not None and known["at"] > healed + RESOLVED_SECONDS:
            first = next(answer for answer in op.answers)
            if first["at"] < healed:
                late = known["at"] - healed
                yield Violation(6, "resolved-late", f"{op.id}: {late:.0f} s after healing")


def segregated(evidence: Evidence) -> Iterator[Violation]:
    """Nobody approved what he asked for himself; no union wrote in another's stream."""
    for owner in OWNERS:
        for row in evidence.events[owner]:
            data = data_of(row)
            if data.get("approved_by") and data.get("approved_by") == data.get("requested_by"):
                yield Violation(14, "self-approved", f"{row['stream']} by {data['approved_by']}")
            if not row["stream"].startswith(f"{row['org_id']}/") or data["org_id"] != row["org_id"]:
                yield Violation(14, "crossed", f"{row['stream']} of {row['org_id']}")
    for op in evidence.operations().values():
        if op.person == "stranger" and op.first("ok"):
            yield Violation(14, "crossed", f"{op.id}: a stranger wrote in {op.org}")
