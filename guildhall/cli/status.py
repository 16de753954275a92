"""`guildhall status`: is every service ready, and is anything waiting?"""

from collections.abc import Mapping
from typing import Any

from guildhall.cli.connection import Refused, Unreachable
from guildhall.cli.session import Session, connected
from guildhall.output import flat
from shared.contract.contexts import RELAY_PROCESSES

UNTRUE = {
    "ahead_of_owner": "the journal has events that a restored owner has lost",
    "journal_gaps": "rows of the journal are gone",
    "journal_wrong": "rows of the journal were changed, guildhall reconcile names them",
    "stale": "projections are not what the journal gives, and nothing is answered from them",
    "differences": "figures differ from their lists, which is a defect",
}
"""What must not be in the answer of /v1/status, and what it means."""
SLOW = ("journal_gaps", "differences")
"""What it answers None for where looking took too long."""


@connected(acts_as="operator")
def status(session: Session) -> None:
    """Is every service ready, is anything waiting? Status 0 only if all are, no row of the journal
    is gone, and sums agree.

    Example: guildhall status
    """
    connection = session.connection
    services = [_service_status(session, name) for name in connection.target.urls]
    try:
        reporting: Mapping[str, Any] = connection.get("reporting", "/v1/status")
    except (Refused, Unreachable) as why:
        reporting = {"unknown": str(why)}
    session.output.document({"services": services, "reporting": reporting})
    session.output.table(
        ("service", "address", "state", ">waiting for Kafka"),
        ([row["service"], row["url"], row["state"], row.get("waiting")] for row in services),
    )
    session.output.table(("reporting", "value"), flat(_summary(reporting)))
    down = [row["service"] for row in services if row["state"] != "ready"]
    if down or "unknown" in reporting:
        session.untrue(f"not ready: {', '.join(down) or reporting['unknown']}")
    for name, said in UNTRUE.items():
        if reporting.get(name):
            session.untrue(f"{said}: see the runbook")
    if slow := [name for name in SLOW if reporting.get(name, ()) is None]:
        session.untrue(f"not known in time: {', '.join(slow)}; ask guildhall reconcile")


def _summary(reporting: Mapping[str, Any]) -> dict[str, Any]:
    """What an operator looks at first; --json has the rest, partition by partition."""
    journal = reporting.get("journal", {})
    shown = {"log index": journal.get("log_index"), "sealed at": journal.get("sealed_at")}
    named = {
        "lag": "records behind Kafka",
        "parked": "parked behind a gap",
        "quarantined": "in quarantine",
        "ahead_of_owner": "lost by their owner",
    }
    shown |= {said: reporting.get(name) for name, said in named.items()}
    counted = {"gaps in the journal": "journal_gaps", "figures that differ": "differences"}
    counted["stale projections"] = "stale"
    for said, name in counted.items():
        value = reporting.get(name, ())
        shown[said] = "UNKNOWN" if value is None else len(value)
    return shown if "unknown" not in reporting else dict(reporting)


def _service_status(session: Session, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"service": name, "url": session.connection.url(name, "")}
    try:
        session.connection.open_get(name, "/readyz")
        row["state"] = "ready"
        if name in RELAY_PROCESSES.values():
            row["waiting"] = waiting_for_kafka(session.connection.get(name, "/v1/relay/heads"))
    except Refused as why:
        row["state"] = str(why)
    except Unreachable:
        row["state"] = "no answer"
    return row


def waiting_for_kafka(heads: Mapping[str, Any]) -> int:
    """How many committed events an owner has that Kafka has not acknowledged."""
    behind = sum(shard["head"] - shard["acked"] for shard in heads["shards"])
    return int(heads["unstamped"] + behind)
