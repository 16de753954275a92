"""The checker finds what it is for: one spoiled run for each of its findings, and a clean one."""

import ast
import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import checker
from tests.faults.checker import NOT_CHECKED, check
from tests.faults.clean_run import INCOME, STAFF, STREAM, clean_run
from tests.faults.evidence import POISON, Evidence, Row, attributes_of

Spoil = Callable[[Evidence], object]
HERE = Path(__file__).parent
CHECKER = (
    "checker",
    "checks_commands",
    "checks_log",
    "checks_projections",
    "evidence",
    "expected",
    "history",
    "second_fold",
    "second_lines",
)


def _answer(run: Evidence, op: str) -> Row:
    return next(r for r in run.history if r.get("op") == op and r["kind"] in ("ok", "fail"))


def _late(run: Evidence, op: str, kind: str, at: float = 1.0, **fields: object) -> None:
    """One more answer of a command."""
    record = {"n": len(run.history) + 1, "at": at, "kind": kind, "op": op, "key": f"key-{op}"}
    run.history.append(record | {"attempt": 2, "status": 0, "code": "x", **fields})


def _event(run: Evidence, op: str) -> Row:
    rows = [row for rows in run.events.values() for row in rows]
    return next(row for row in rows if attributes_of(row)["correlationid"] == op)


def _drop_event(run: Evidence) -> None:
    run.events["benefits"].pop()


def _write_twice(run: Evidence) -> None:
    run.events["benefits"].append(_event(run, "c") | {"version": 2, "event_id": "9"})


def _answer_moved(run: Evidence) -> None:
    """`b` was answered before `a` was asked, and stands after it."""
    first = next(r for r in run.history if r.get("op") == "a" and r["kind"] == "invoke")
    first["n"], _answer(run, "b")["n"] = 50, 40


def _swap_versions(run: Evidence) -> None:
    """`a` and `b` stand the wrong way round, although one was answered before the other."""
    first, second = _event(run, "a"), _event(run, "b")
    first["version"], second["version"] = second["version"], first["version"]


def _refuse(run: Evidence) -> None:
    answer = _answer(run, "c")
    answer |= {"kind": "fail", "status": 409, "code": "income-exists"}


def _refuse_after_unknown(run: Evidence) -> None:
    _refuse(run)
    at = run.history.index(_answer(run, "c"))
    run.history.insert(at, _answer(run, "c") | {"kind": "info", "status": 0})


def _refuse_and_keep(run: Evidence) -> None:
    """The event is gone, and still the key says that it was accepted."""
    _refuse(run)
    _drop_event(run)


def _refuse_unkept(run: Evidence) -> None:
    _refuse_and_keep(run)
    run.idempotency["benefits"].pop()


def _forget_outcome(run: Evidence) -> None:
    _answer(run, "c")["kind"] = "info"


def _resolve_late(run: Evidence) -> None:
    answer = _answer(run, "c")
    at = run.history.index(answer)
    run.history.insert(at, answer | {"kind": "info", "at": 1.0})
    answer["at"] = 900.0


def _reuse(run: Evidence) -> None:
    invoke = next(r for r in run.history if r.get("op") == "e" and r["kind"] == "invoke")
    invoke |= {"reuses": "c", "key": "key-c"}
    _answer(run, "e").update(kind="ok", status=201, answer={"events": 1})


def _stranger(run: Evidence) -> None:
    _answer(run, "e").update(kind="ok", status=201, answer={"events": 0})


def _self_approved(run: Evidence) -> None:
    _say(_event(run, "c"), approved_by="chair", requested_by="chair")


def _other_bytes(run: Evidence) -> None:
    _say(_event(run, "c"), amount_fen=701)


def _say(row: Row, *, correlationid: str | None = None, **data: object) -> None:
    """Make a stored event say something else."""
    document = attributes_of(row)
    document |= {"data": document["data"] | data}
    document["correlationid"] = correlationid or document["correlationid"]
    row["document"] = "\\x" + json.dumps(document).encode().hex()


def _set(rows: list[Row], at: int, **fields: object) -> None:
    rows[at].update(fields)


SPOILED: dict[str, tuple[int, str, Spoil]] = {
    "accepted, nothing written": (1, "lost", _drop_event),
    "written with another amount": (
        1, "altered", lambda run: _set(run.history, 4, body=str(INCOME).replace("'", '"')
                                       .replace("700", "701"))),
    "the answer says one more": (
        1, "altered", lambda run: _answer(run, "c")["answer"].update(events=2)),
    "another body kept under the key": (
        1, "altered", lambda run: _set(run.idempotency["benefits"], 2, body_hash="\\x00")),
    "an event nobody asked for": (
        2, "phantom", lambda run: _say(_event(run, "c"), correlationid="nobody")),
    "refused, and written": (2, "phantom", _refuse),
    "refused after an unknown attempt, and written": (
        6, "refused-then-done", _refuse_after_unknown),
    "two sets of events": (3, "doubled", _write_twice),
    "one id twice": (
        3, "doubled", lambda run: _event(run, "b").update(event_id=_event(run, "a")["event_id"])),
    "a retry answered otherwise": (
        3, "answer-differs", lambda run: _late(run, "c", "ok", answer={"events": 9})),
    "a retry refused": (3, "answer-differs", lambda run: _late(run, "c", "fail")),
    "refused for another reason the second time": (
        3, "answer-differs", lambda run: _late(run, "e", "fail", status=409)),
    "refused, and its key kept as accepted": (6, "refused-then-done", _refuse_and_keep),
    "refused by what stood, and not settled": (3, "reply-lost", _refuse_unkept),
    "another body under a used key accepted": (3, "key-reused", _reuse),
    "no reply kept": (3, "reply-lost", lambda run: run.idempotency["benefits"].pop()),
    "a version left out": (4, "gap", lambda run: _event(run, "b").update(version=3)),
    "a log index left out": (
        4, "gap", lambda run: _set(run.reporting["journal"], 3, log_index=9)),
    "the journal's head elsewhere": (
        4, "gap", lambda run: _set(run.reporting["journal_head"], 0, next_index=9)),
    "a shard sequence left out": (
        4, "gap", lambda run: _set(run.shard_log["benefits"], 2, sequence=9)),
    "a shard's head elsewhere": (4, "gap", lambda run: _set(run.shards["benefits"], 0, head=9)),
    "a batch sealed before its time": (
        4, "reordered", lambda run: _set(run.reporting["seals"], 1, sealed_at="2026-01-01")),
    "a stream turned round in its shard": (
        4, "reordered", lambda run: (_set(run.shard_log["benefits"], 0, version=2),
                                     _set(run.shard_log["benefits"], 1, version=1))),
    "an event never to be published": (
        4, "outbox-lost", lambda run: _set(run.shard_log["benefits"], 2, stream="other")),
    "an event to be published twice": (
        4, "outbox-doubled", lambda run: run.outbox["benefits"].append(
            {"stream": STREAM, "version": 1})),
    "answered before, stands after": (5, "reordered", _answer_moved),
    "versions against the order of answers": (5, "reordered", _swap_versions),
    "never resolved": (6, "unresolved", _forget_outcome),
    "resolved minutes after healing": (6, "resolved-late", _resolve_late),
    "caught up too late": (
        6, "late", lambda run: run.history[-2].update(at=1000.0)),
    "never caught up": (6, "never-caught-up", lambda run: run.history.pop(-2)),
    "a row missing in a projection": (7, "projection-lost", lambda run: run.live["incomes"].pop()),
    "a fen too many in a projection": (
        7, "projection-wrong", lambda run: _set(run.live["incomes"], 0, amount_fen=701)),
    "a line of a figure in another list": (
        7, "projection-wrong", lambda run: _set(run.live["figure_lines"], 0, list="gift.other")),
    "a row twice in a projection": (
        7, "projection-wrong", lambda run: run.live["portions"].append(run.live["portions"][0])),
    "a sum that is not its lines'": (
        7, "sum-differs", lambda run: _set(run.live["figure_sums"], 0, amount_fen=701)),
    "lines without a sum": (7, "sum-differs", lambda run: run.live["figure_sums"].clear()),
    "a copy that missed the last word": (
        7, "copy-behind", lambda run: run.copies["events"].clear()),
    "a rebuild that differs": (
        8, "rebuild-differs", lambda run: _set(run.rebuilt["figure_lines"], 0, quantity=2)),
    "a rebuild that failed": (
        8, "rebuild-failed", lambda run: run.history.append(
            {"n": 99, "at": 99.0, "kind": "note", "says": "rebuild failed: 500"})),
    "a second rebuild that differs": (
        8, "rebuild-differs", lambda run: run.again["register"].pop()),
    "a row known before its event": (
        10, "projection-wrong", lambda run: _set(run.live["incomes"], 0, valid_from=1)),
    "a row known after its event": (
        10, "projection-lost", lambda run: _set(run.live["incomes"], 0, valid_from=4)),
    "an event not in the journal": (
        11, "journal-lost", lambda run: run.reporting["journal"].pop()),
    "an event twice in the journal": (
        11, "journal-doubled", lambda run: run.reporting["journal"].append(
            run.reporting["journal"][0] | {"log_index": 5})),
    "an event of no owner in the journal": (
        11, "journal-phantom", lambda run: _set(run.reporting["journal"], 0, event_id="77")),
    "another leaf in the journal": (
        11, "journal-altered", lambda run: _set(run.reporting["journal"], 0, leaf="\\x00")),
    "other bytes in the journal": (11, "journal-altered", _other_bytes),
    "a stream turned round in the journal": (
        11, "journal-reordered", lambda run: (_set(run.reporting["journal"], 0, log_index=2),
                                              _set(run.reporting["journal"], 1, log_index=1))),
    "an event not in Kafka": (11, "kafka-lost", lambda run: run.kafka.pop()),
    "a record of no owner in Kafka": (
        11, "kafka-phantom", lambda run: run.kafka.append(run.kafka[0] | {"event_id": "78"})),
    "other bytes in Kafka": (
        11, "kafka-altered", lambda run: _set(run.kafka, 0, value_sha256="0")),
    "one id with two bodies in Kafka": (
        11, "kafka-altered", lambda run: run.kafka.append(run.kafka[0] | {"value_sha256": "0"})),
    "a stream turned round in Kafka": (
        11, "kafka-reordered", lambda run: run.kafka.insert(0, run.kafka.pop(1))),
    "a record without an outcome": (
        12, "miscounted", lambda run: _set(run.reporting["positions"], 0, next_offset=2)),
    "an outcome too many": (
        12, "miscounted", lambda run: _set(run.reporting["consumed"], 1, duplicate=1)),
    "counted as applied, and not": (
        12, "miscounted", lambda run: _set(run.reporting["consumed"], 1, applied=2, duplicate=1)),
    "outcomes without a position": (
        12, "miscounted", lambda run: run.reporting["positions"].pop()),
    "still parked": (
        12, "parked", lambda run: run.reporting["parked"].append(
            {"source": "s", "shard": 0, "sequence": 1})),
    "in quarantine": (
        12, "quarantined", lambda run: run.reporting["quarantine"].append(
            {"stream": STAFF, "reason": "id-reused", "detail": ""})),
    "approved by who asked": (14, "self-approved", _self_approved),
    "written in another union": (
        14, "crossed", lambda run: _event(run, "c").update(stream="union-b/income-i-1")),
    "a stranger accepted": (14, "crossed", _stranger),
    "a figure that is not the events'": (
        16, "figure-wrong", lambda run: _set(run.figures, 0, value=701)),
    "a list that does not add up": (
        16, "list-differs", lambda run: run.figures[0]["events"].clear()),
}  # fmt: skip


def test_a_clean_run_has_no_violation() -> None:
    assert check(clean_run()) == []


@pytest.mark.parametrize(("invariant", "name", "spoil"), SPOILED.values(), ids=list(SPOILED))
def test_a_spoiled_run_is_named(invariant: int, name: str, spoil: Spoil) -> None:
    run = clean_run()
    spoil(run)
    assert (invariant, name) in {violation[:2] for violation in check(run)}


def test_what_the_nemesis_poisoned_belongs_in_quarantine() -> None:
    run = clean_run()
    key = f"{POISON}1"
    run.kafka.append(run.kafka[0] | {"key": key, "event_id": None})
    run.reporting["quarantine"].append({"key": "\\x" + key.encode().hex(), "stream": None})
    assert check(run) == []


def test_every_invariant_is_spoiled_or_named_as_not_checked() -> None:
    assert {number for number, *_ in SPOILED.values()} | set(NOT_CHECKED) == set(range(1, 17))


def test_checking_changes_nothing_of_the_evidence() -> None:
    run = clean_run()
    before = copy.deepcopy(run)
    checker.check(run)
    assert run == before


def test_the_checker_imports_nothing_of_what_it_checks() -> None:
    for module in CHECKER:
        tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))
        names = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in (node.names if isinstance(node, ast.Import) else [ast.alias(node.module)])
        }
        ours = {
            name
            for name in names
            if name.split(".")[0] in ("services", "shared", "guildhall", "deploy")
        }
        harness = {name for name in names if name.startswith("tests.")}
        assert not ours, f"{module} imports {ours}"
        assert harness <= {"tests.faults", *(f"tests.faults.{each}" for each in CHECKER)}, module
