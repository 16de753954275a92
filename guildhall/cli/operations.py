"""What an operator does: status, rebuild, reconcile."""

import threading
from collections.abc import Mapping
from typing import Any

from guildhall.cli.connection import OWNERS, Refused, Unreachable
from guildhall.cli.session import Session, connected
from guildhall.output import flat, sentence

POLL_SECONDS = 0.3

UNTRUE = {
    "ahead_of_owner": "the journal has events that a restored owner has lost",
    "gaps": "rows of the journal are gone",
    "differences": "figures differ from their lists, which is a defect",
}
"""What must not be in the answer of /v1/status, and what it means."""
SLOW = ("gaps", "differences")
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
        "parked": "parked behind a hole",
        "quarantined": "in quarantine",
        "ahead_of_owner": "lost by their owner",
    }
    shown |= {said: reporting.get(name) for name, said in named.items()}
    counted = {"gaps in the journal": "gaps", "figures that differ": "differences"}
    for said, name in counted.items():
        value = reporting.get(name, ())
        shown[said] = "UNKNOWN" if value is None else len(value)
    return shown if "unknown" not in reporting else dict(reporting)


def _service_status(session: Session, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"service": name, "url": session.connection.url(name, "")}
    try:
        session.connection.open_get(name, "/readyz")
        row["state"] = "ready"
        if name in OWNERS:
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


@connected(acts_as="operator")
def rebuild(session: Session) -> None:
    """Fold the whole journal anew, compare, swap; status 0 only if nothing differed.

    Example: guildhall rebuild
    """
    done = _while_watching(session)
    session.output.document(done)
    session.output.table(
        ("projection", ">rows", ">only live", ">only rebuilt"),
        (
            [row.get("projection"), row.get("rows"), row.get("only_live"), row.get("only_rebuilt")]
            for row in done.get("tables", ())
        ),
    )
    session.output.say(f"rebuilt in {done['seconds']:.1f} s")
    if not done["equal"]:
        session.untrue("what was live differed from what the journal gives; it was replaced")


def _while_watching(session: Session) -> dict[str, Any]:
    """The answer to POST /v1/rebuild, its progress shown meanwhile from GET /v1/rebuild."""
    outcome: dict[str, Any] = {}

    def ask() -> None:
        try:
            outcome["done"] = session.connection.post("reporting", "/v1/rebuild", {}, seconds=None)
        except (Refused, Unreachable) as why:
            outcome["failed"] = why

    session.connection.bearer()  # before the threads: both use it
    asking = threading.Thread(target=ask, daemon=True)
    with session.output.progress("rebuilding", 1.0) as bar:
        asking.start()
        while asking.is_alive():
            asking.join(POLL_SECONDS)
            try:
                ratio = session.connection.get("reporting", "/v1/rebuild").get("ratio")
            except (Refused, Unreachable):
                continue
            if ratio is not None:
                bar.to(float(ratio), 1.0)
    if "failed" in outcome:
        raise outcome["failed"]
    return dict(outcome["done"])


@connected(acts_as="operator")
def reconcile(session: Session) -> None:
    """Compare the owners' logs with the journal; status 0 only if everything is here and agrees.

    Example: guildhall reconcile
    """
    found = session.connection.post("reporting", "/v1/reconcile", {}, seconds=None)
    session.output.document(found)
    session.output.table(
        ("source", "complete", ">behind", "holes"),
        (
            [
                row.get("source"),
                "yes" if row.get("complete") else "no",
                row.get("behind"),
                ", ".join(map(_hole, row.get("holes", ()))),
            ]
            for row in found["sources"]
        ),
    )
    for copy in found.get("copies", ()):
        if copy["holes"]:
            lacking = ", ".join(map(_hole, copy["holes"]))
            session.output.say(f"{copy['reader']} lacks of {copy['source']}: {lacking}")
    for difference in found["differences"]:
        session.output.say(f"differs: {sentence(difference)}")
    for said, name in (("gone from the journal", "gaps"), ("log-ahead-of-owner", "ahead")):
        for row in found.get(name, ()):
            session.output.say(f"{said}: {sentence(row)}")
    if not found["complete"] or found["differences"]:
        session.untrue(
            "something is missing here or in a copy, is gone from the journal, or sums differ"
        )
    session.output.say("complete: all that the owners published is in the journal and every copy")


def _hole(hole: Any) -> str:
    """A hole as shard:first-last, however the service writes it."""
    if isinstance(hole, Mapping):
        return f"{hole['shard']}:{hole['have'] + 1}-{hole['acked']}"
    return str(hole)
