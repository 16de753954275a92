"""A summary counts what the history says; what is committed of it names no path."""

import json
from pathlib import Path

from tests.faults.clean_run import clean_run
from tests.faults.evidence import Violation
from tests.faults.run import Plan
from tests.faults.summary import RECORDED, alarms_in, record, summary_of

PLAN = Plan(seed=1, minutes=0.5, rate=1, gap_seconds=1, quiet_seconds=1, faults=[])
LATE = Violation(6, "late", "130 s until reporting had everything")
LOST = Violation(11, "journal-lost", "union-a/person-p-000001@1")


def test_outcomes_and_faults_are_counted(tmp_path: Path) -> None:
    run = clean_run()
    for kind in ("fault done", "fault failed", "fault not done"):
        more = {"kind": kind, "at": 2.5, "fault": "clock of an owner", "why": "no libfaketime"}
        run.history.append(more)
    found = summary_of(PLAN, run, [], ["no disks"], tmp_path)
    assert (found["acknowledged"], found["refused"], found["unresolved"]) == (4, 1, 0)
    assert found["faults_by_name"] == {"clock of an owner": 1}
    assert found["faults_not_counted"] == {"clock of an owner": 2}
    assert found["not_run"] == ["no disks"]


def test_the_wait_for_the_next_acceptance_is_measured_from_each_faults_end(tmp_path: Path) -> None:
    run = clean_run()
    # Commands of the clean run are accepted at 2, 4, 6 and 8.
    for at in (0.5, 4.5, 100.0):
        run.history.append({"kind": "fault done", "at": at, "fault": "kill worker"})
    waits = summary_of(PLAN, run, [], [], tmp_path)
    assert waits["seconds_from_a_fault_undone_to_the_next_acceptance"] == {
        "p50": 1.5,
        "p95": 1.5,
        "max": 1.5,
    }


def test_only_what_came_late_is_no_proof_against_the_product(tmp_path: Path) -> None:
    for violations, only_slow in (([], False), ([LATE], True), ([LATE, LOST], False)):
        found = summary_of(PLAN, clean_run(), violations, [], tmp_path)
        assert found["only_slow"] is only_slow
        assert found["violations"] == len(violations)


def test_alarms_are_counted_in_the_services_logs(tmp_path: Path) -> None:
    line = json.dumps({"event": "asking the owner to publish again", "shard": 3})
    (tmp_path / "worker-1.log").write_text(f"{line}\n{line}\nTraceback\n", encoding="utf-8")
    assert alarms_in(tmp_path) == {"asking the owner to publish again": 2}


def test_what_is_committed_names_no_path(tmp_path: Path) -> None:
    summary = summary_of(PLAN, clean_run(), [LOST], [], tmp_path)
    kept = json.loads(record(summary, tmp_path / "chaos").read_text(encoding="utf-8"))
    assert set(kept) == set(RECORDED)
    assert kept["violations_by_invariant"] == {"11": 1}
    assert str(tmp_path) not in json.dumps(kept)
