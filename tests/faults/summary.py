"""What a run was and what came of it: printed, and kept as JSON beside the history."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.faults.checker import NOT_CHECKED
from tests.faults.evidence import Evidence, Violation
from tests.faults.run import Plan

SHOWN = 20


def summary_of(
    plan: Plan, evidence: Evidence, violations: list[Violation], with_disks: bool
) -> dict[str, Any]:
    """Counts of faults, commands and outcomes, how long healing took, and every violation."""
    phases = {record["name"]: record["at"] for record in evidence.of_kind("phase")}
    operations = evidence.operations().values()
    outcomes = Counter(
        "ok" if op.first("ok") else "fail" if op.first("fail") else "unknown" for op in operations
    )
    caught = [r["at"] for r in evidence.of_kind("note") if r["says"] == "caught up"]
    faults = Counter(r["fault"] for r in evidence.of_kind("fault done", "fault failed"))
    deaths = [r["says"] for r in evidence.of_kind("note") if " ended with " in r["says"]]
    return {
        "seed": plan.seed,
        "minutes": plan.minutes,
        "workers": plan.workers,
        "reconciler": plan.reconciler,
        "faults": sum(faults.values()),
        "faults_by_name": dict(faults.most_common()),
        "faults_not_healed_by_themselves": len(evidence.of_kind("fault failed")),
        "not_run": [] if with_disks else ["disk full: no mount namespace for this account"],
        "commands": len(operations),
        "acknowledged": outcomes["ok"],
        "refused": outcomes["fail"],
        "unresolved": outcomes["unknown"],
        "unknown_attempts": len(evidence.of_kind("info")),
        "refusals": dict(Counter(r["code"] for r in evidence.of_kind("fail")).most_common()),
        "events": {source: len(rows) for source, rows in evidence.events.items()},
        "journal": len(evidence.reporting["journal"]),
        "kafka_records": len(evidence.kafka),
        "duplicates_skipped": sum(row["duplicate"] for row in evidence.reporting["consumed"]),
        "deaths_by_themselves": deaths,
        "seconds_until_every_client_answered": _first_answers(evidence, phases.get("healed")),
        "seconds_until_caught_up": round(caught[0] - phases["load stopped"], 1) if caught else None,
        "violations": len(violations),
        "violations_by_name": dict(Counter(violation.name for violation in violations)),
        "first_violations": [violation._asdict() for violation in violations[:SHOWN]],
        "not_checked": {str(number): why for number, why in NOT_CHECKED.items()},
    }


def _first_answers(evidence: Evidence, healed: float | None) -> float | None:
    """How long after healing the last client had its first outcome."""
    if healed is None:
        return None
    first: dict[str, float] = {}
    for record in evidence.of_kind("ok", "fail"):
        if record["at"] >= healed and record["op"].startswith("c"):
            first.setdefault(record["op"].split("-")[0], record["at"] - healed)
    return round(max(first.values()), 1) if first else None


def write_summary(summary: dict[str, Any], directory: Path) -> None:
    """Print it, and write `summary.json`."""
    text = json.dumps(summary, ensure_ascii=False, indent=1)
    (directory / "summary.json").write_text(text + "\n", encoding="utf-8")
    print(text)
