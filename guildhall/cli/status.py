"""`guildhall status`: is every service ready, does every part of it work, is anything waiting?"""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from guildhall.cli.connection import Refused, body_of
from guildhall.cli.session import Session, connected
from guildhall.cli.side_by_side import SideBySide
from guildhall.output import flat
from shared.clock import system_clock
from shared.contract.contexts import PROCESSES, RELAY_PROCESSES

SAID_SECONDS = 3.0
"""Until when every service has answered, or is said not to."""
COMPARED_SECONDS = 60.0
"""Until when reporting may compare, where everybody is ready."""
OVERDUE = timedelta(minutes=5)
"""How long ago a part may have done its work; most do every few seconds."""
NOT_ALWAYS = ("reactor", "comparison", "keeper")
"""Parts that may have nothing to do for longer, or long work."""

UNTRUE = {
    "ahead_of_owner": "the journal has events that a restored owner has lost",
    "journal_gaps": "rows of the journal are gone",
    "journal_wrong": "rows of the journal were changed, guildhall reconcile names them",
    "stale": "projections are not what the journal gives, and nothing is answered from them",
    "copies_differ": "a context's copy is not what its owner wrote, guildhall copies list names it",
    "differences": "figures differ from their lists, which is a defect",
}
"""What must not be in the answer of /v1/status, and what it means."""
SLOW = ("journal_gaps", "differences")
"""What it answers None for where looking took too long."""


@connected(acts_as="operator")
def status(session: Session) -> None:
    """Is every service ready, does each of its parts work, is anything waiting? Status 0 only if
    so, no row of the journal is gone, and sums agree. Who does not answer is named within 5 s.

    Example: guildhall status
    """
    asked = _ask(session)
    services = [_service_status(session, asked, name) for name in _names(session)]
    down = [row["service"] for row in services if row["state"] != "ready"]
    reporting = asked.answer("status", SAID_SECONDS if down else COMPARED_SECONDS)
    if isinstance(reporting, Exception):
        reporting = {"unknown": _why(reporting)}
    session.output.document({"services": services, "reporting": reporting})
    session.output.table(
        ("service", "address", "state", ">waiting for Kafka"),
        ([row["service"], row["url"], row["state"], row.get("waiting")] for row in services),
    )
    for row in services:
        if "why" in row:
            session.output.say(f"{row['service']}: {row['why']}")
    session.output.table(("reporting", "value"), flat(_summary(reporting)))
    parts = list(_parts(services, reporting))
    session.output.table(
        ("process", "part", "last success", "failed since"),
        ([name, part, at.get("last_success"), at.get("reason")] for name, part, at in parts),
    )
    _check(session, reporting, down, parts)


def _check(
    session: Session,
    reporting: Mapping[str, Any],
    down: list[str],
    parts: list[tuple[str, str, Mapping[str, Any]]],
) -> None:
    """End untrue where anything is not as it should be."""
    worker = reporting.get("worker", {"there": True})
    if not worker["there"]:
        age = worker["age_seconds"]
        since = "never was" if age is None else f"was last there {age:.0f} s ago"
        session.output.notice(f"✗ the worker is not there: it {since}")
    if down or "unknown" in reporting:
        session.untrue(f"not ready: {', '.join(down) or reporting['unknown']}")
    for name, said in UNTRUE.items():
        if reporting.get(name):
            session.untrue(f"{said}: see the runbook")
    if slow := [name for name in SLOW if reporting.get(name, ()) is None]:
        session.untrue(f"not known in time: {', '.join(slow)}; ask guildhall reconcile")
    failing = [f"{name} {part} ({why})" for name, part, at in parts if (why := _wrong(part, at))]
    if failing:
        session.untrue(f"failing: {', '.join(failing)}")
    if not worker["there"]:
        session.untrue("not ready: worker")


def _names(session: Session) -> list[str]:
    """The services that must be there; the identity provider and the pages where they are ours."""
    known = session.connection.target.urls
    ours = [name for name in ("identity", "console") if name in known]
    return [*ours, *PROCESSES]


def _ask(session: Session) -> SideBySide:
    connection, asked = session.connection, SideBySide()
    for name in _names(session):
        asked.ask(f"{name} ready", partial(connection.open_get, name, "/readyz"))
    asked.ask("token", connection.bearer)
    token = asked.answer("token", SAID_SECONDS)
    wanted = {f"{name} heads": (name, "/v1/relay/heads") for name in RELAY_PROCESSES.values()}
    wanted["status"] = ("reporting", "/v1/status")
    for question, (name, path) in wanted.items():
        if isinstance(token, Exception):
            asked.ask(question, partial(_again, token))
        else:
            asked.ask(question, partial(connection.get, name, path))
    return asked


def _again(why: Exception) -> None:
    raise why


def _why(why: Exception) -> str:
    """Why there is no answer, never blank."""
    return str(why).strip() or type(why).__name__


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


def _service_status(session: Session, asked: SideBySide, name: str) -> dict[str, Any]:
    """A service's state; `why` says more where it did not answer."""
    row: dict[str, Any] = {"service": name, "url": session.connection.target.urls.get(name, "")}
    row["state"] = "ready"
    ready = asked.answer(f"{name} ready", SAID_SECONDS)
    if isinstance(ready, Exception):
        return row | _silent(ready)
    with contextlib.suppress(Refused, AttributeError):  # an answer of somebody else
        row["parts"] = body_of(ready).get("parts", {})
    if name in RELAY_PROCESSES.values():
        heads = asked.answer(f"{name} heads", SAID_SECONDS)
        if isinstance(heads, Exception):
            return row | _silent(heads)
        row["waiting"] = waiting_for_kafka(heads)
    return row


def _silent(why: Exception) -> dict[str, Any]:
    if isinstance(why, Refused):
        return {"state": _why(why)}
    return {"state": "no answer", "why": _why(why)}


def _parts(
    services: list[dict[str, Any]], reporting: Mapping[str, Any]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Of each process its parts; the worker's, where it does not answer, as it last wrote them."""
    for row in services:
        told = row.get("parts") or {}
        if row["service"] == "worker" and not told:
            told = reporting.get("worker", {}).get("parts", {})
        for part, at in told.items():
            yield row["service"], part, at


def _wrong(part: str, at: Mapping[str, Any]) -> str:
    """Why a part does not do its work; empty where it does."""
    if at.get("reason"):
        return str(at["reason"])
    last = at.get("last_success")
    if part in NOT_ALWAYS or last is None:
        return ""
    ago = system_clock() - datetime.fromisoformat(last).astimezone(UTC)
    return f"last done {ago.total_seconds():.0f} s ago" if ago > OVERDUE else ""


def waiting_for_kafka(heads: Mapping[str, Any]) -> int:
    """How many committed events an owner has that Kafka has not acknowledged."""
    behind = sum(shard["head"] - shard["acked"] for shard in heads["shards"])
    return int(heads["unstamped"] + behind)
