"""What a run was and what came of it: printed, and kept as JSON beside the history."""

import json
import math
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from tests.faults.checker import NOT_CHECKED
from tests.faults.evidence import CAUGHT_UP, SLOW, Evidence, Violation
from tests.faults.run import Plan

ROOT = Path(__file__).parents[2]
SHOWN = 20
ALARMS = (
    "asking the owner to publish again",
    "partial sums differ from their lists",
    "kafka dropped records before they were read",
    "records are quarantined",
)
"""What the services log when they find that something is missing or wrong."""
RECORDED = (
    "commit", "seed", "minutes", "workers", "reconciler", "faults", "faults_by_name",
    "faults_not_counted", "not_run",
    "acknowledged", "refused", "unknown_outcomes_resolved", "unresolved", "events", "journal",
    "kafka_records", "duplicates_skipped", "seconds_until_every_client_answered",
    "seconds_until_caught_up", "seconds_from_a_fault_undone_to_the_next_acceptance",
    "seconds_of_an_accepted_attempt",
    "alarms",
    "violations", "violations_by_invariant", "not_checked",
)  # fmt: skip
"""Of a summary, what is committed: no paths, no history."""


def summary_of(
    plan: Plan, evidence: Evidence, violations: list[Violation], not_run: list[str], logs: Path
) -> dict[str, Any]:
    """Counts of faults, commands and outcomes, how long healing took, and every violation."""
    phases = {record["name"]: record["at"] for record in evidence.of_kind("phase")}
    operations = evidence.operations().values()
    outcomes = Counter(
        "ok" if op.first("ok") else "fail" if op.first("fail") else "unknown" for op in operations
    )
    faults = Counter(r["fault"] for r in evidence.of_kind("fault done"))
    deaths = [r["says"] for r in evidence.of_kind("note") if " ended with " in r["says"]]
    return {
        "commit": commit(),
        "seed": plan.seed,
        "minutes": plan.minutes,
        "workers": plan.workers,
        "reconciler": plan.reconciler,
        "faults": sum(faults.values()),
        "faults_by_name": dict(faults.most_common()),
        "faults_not_counted": dict(
            Counter(r["fault"] for r in evidence.of_kind("fault failed", "fault not done"))
        ),
        "not_run": not_run,
        "commands": len(operations),
        "acknowledged": outcomes["ok"],
        "refused": outcomes["fail"],
        "unresolved": outcomes["unknown"],
        "unknown_outcomes_resolved": sum(
            op.first("info") is not None and (op.first("ok") or op.first("fail")) is not None
            for op in operations
        ),
        "unknown_attempts": len(evidence.of_kind("info")),
        "refusals": dict(Counter(r["code"] for r in evidence.of_kind("fail")).most_common()),
        "events": {source: len(rows) for source, rows in evidence.events.items()},
        "journal": len(evidence.reporting["journal"]),
        "kafka_records": len(evidence.kafka),
        "duplicates_skipped": sum(row["duplicate"] for row in evidence.reporting["consumed"]),
        "deaths_by_themselves": deaths,
        "seconds_until_every_client_answered": _first_answers(evidence, phases.get("healed")),
        "seconds_until_caught_up": _caught_up(evidence, phases.get("load stopped")),
        "seconds_from_a_fault_undone_to_the_next_acceptance": _recoveries(evidence),
        "seconds_of_an_accepted_attempt": _latencies(evidence),
        "alarms": alarms_in(logs),
        "violations": len(violations),
        "violations_by_invariant": _by_invariant(violations),
        "only_slow": bool(violations) and all(v.name in SLOW for v in violations),
        "violations_by_name": dict(Counter(violation.name for violation in violations)),
        "first_violations": [violation._asdict() for violation in violations[:SHOWN]],
        "not_checked": {str(number): why for number, why in NOT_CHECKED.items()},
    }


def _caught_up(evidence: Evidence, stopped: float | None) -> float | None:
    """How long after the load had stopped reporting had everything; None: it was given up."""
    caught = [r["at"] for r in evidence.of_kind("note") if r["says"] == CAUGHT_UP]
    return round(caught[0] - stopped, 1) if caught and stopped is not None else None


def _first_answers(evidence: Evidence, healed: float | None) -> float | None:
    """How long after healing the last client had its first outcome."""
    if healed is None:
        return None
    first: dict[str, float] = {}
    for record in evidence.of_kind("ok", "fail"):
        if record["at"] >= healed and record["op"].startswith("c"):
            first.setdefault(record["op"].split("-")[0], record["at"] - healed)
    return round(max(first.values()), 1) if first else None


def _by_invariant(violations: list[Violation]) -> dict[str, int]:
    counts = Counter(violation.invariant for violation in violations)
    return {str(number): count for number, count in sorted(counts.items())}


def _recoveries(evidence: Evidence) -> dict[str, float]:
    """From the end of each fault to the next accepted command, of any owner: middle and worst."""
    ends = [record["at"] for record in evidence.of_kind("fault done", "fault failed")]
    accepted = iter(record["at"] for record in evidence.of_kind("ok"))
    at, waits = 0.0, []
    for end in ends:
        while at < end and not math.isinf(at):
            at = next(accepted, math.inf)
        if not math.isinf(at):
            waits.append(round(at - end, 2))
    waits.sort()
    if not waits:
        return {}
    return {"p50": waits[len(waits) // 2], "p95": waits[len(waits) * 95 // 100], "max": waits[-1]}


def _latencies(evidence: Evidence) -> dict[str, dict[str, float]]:
    """Of accepted attempts, from sending to answer: middle and 99th in 100, while it was quiet and
    while there were faults."""
    phase, sent = "", dict[tuple[str, int], float]()
    took: dict[str, list[float]] = {"quiet": [], "faults": []}
    for record in evidence.of_kind("phase", "invoke", "ok"):
        if record["kind"] == "phase":
            phase = record["name"]
        elif record["kind"] == "invoke":
            sent[record["op"], record["attempt"]] = record["at"]
        elif phase in took:
            took[phase].append(record["at"] - sent[record["op"], record["attempt"]])
    return {
        name: {
            "p50": round(found[len(found) // 2], 4),
            "p99": round(found[len(found) * 99 // 100], 4),
        }
        for name, found in ((name, sorted(each)) for name, each in took.items())
        if found
    }


def alarms_in(logs: Path) -> dict[str, int]:
    """How often the services logged each of ALARMS."""
    found: Counter[str] = Counter()
    for log in sorted(logs.glob("*.log")):
        with log.open(encoding="utf-8", errors="replace") as lines:
            found.update(alarm for line in lines for alarm in ALARMS if f'"{alarm}"' in line)
    return dict(found)


def commit() -> str:
    """The commit that was run, with `+` where the tree differs from it; empty outside git."""
    asked = ["git", "-C", str(ROOT), "describe", "--always", "--abbrev=12", "--dirty=+"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def record(summary: dict[str, Any], directory: Path) -> Path:
    """Write what is committed of a summary, by seed and length; returns the file."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / f"seed-{summary['seed']}-{summary['minutes']:g}-minutes.json"
    kept = {name: summary[name] for name in RECORDED}
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return file


def write_summary(summary: dict[str, Any], directory: Path) -> None:
    """Print it, and write `summary.json`."""
    text = json.dumps(summary, ensure_ascii=False, indent=1)
    (directory / "summary.json").write_text(text + "\n", encoding="utf-8")
    print(text)
