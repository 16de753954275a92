"""`guildhall reconcile`: compare the owners' logs with reporting's journal."""

from collections.abc import Mapping
from typing import Any

from guildhall.cli.session import Session, connected
from guildhall.output import sentence

NAMED = {
    "gone from the journal": "journal_gaps",
    "log-ahead-of-owner": "ahead",
    "stale projection": "stale",
    "not what its bytes say": "wrong_rows",
}
"""What an answer names row by row, by the field it stands in."""


@connected(acts_as="operator")
def reconcile(session: Session) -> None:
    """Compare the owners' logs with the journal; status 0 only if everything is here and agrees.

    Example: guildhall reconcile
    """
    found = session.connection.post("reporting", "/v1/reconcile", {}, seconds=None)
    session.output.document(found)
    session.output.table(
        ("source", "complete", ">behind", "gaps"),
        (
            [
                row.get("source"),
                "yes" if row.get("complete") else "no",
                row.get("behind"),
                ", ".join(map(_gap, row.get("gaps", ()))),
            ]
            for row in found["sources"]
        ),
    )
    for row in found["sources"]:
        if row.get("reasons"):
            session.output.say(f"{row['source']}: {', '.join(row['reasons'])}")
        for difference in (*row.get("differences", ()), *row.get("lost", ())):
            session.output.say(f"{row['source']}: {sentence(difference)}")
    for copy in found.get("copies", ()):
        _tell_copy(session, copy)
    for difference in found["differences"]:
        session.output.say(f"differs: {sentence(difference)}")
    for said, name in NAMED.items():
        for row in found.get(name, ()):
            session.output.say(f"{said}: {sentence(row)}")
    for part, why in found.get("failed", {}).items():
        session.output.say(f"{part} failed: {why}")
    if not found["complete"] or found["differences"]:
        session.untrue(
            "something is missing here or in a copy, is not what its owner wrote, is gone from the"
            " journal, waits in quarantine, or a projection or a sum differs from the journal"
        )
    session.output.say(
        "complete: the journal and every copy have all that the owners wrote, as they wrote it"
    )


def _tell_copy(session: Session, copy: Mapping[str, Any]) -> None:
    """What is wrong with a context's copy of another."""
    if copy["gaps"]:
        lacking = ", ".join(map(_gap, copy["gaps"]))
        session.output.say(f"{copy['reader']} lacks of {copy['source']}: {lacking}")
    if copy.get("quarantined"):
        session.output.say(
            f"{copy['reader']} passed over {copy['quarantined']} records of {copy['source']}:"
        )
    for record in copy.get("first", ()):
        session.output.say(f"  {sentence(record)}")
    for difference in copy.get("differences", ()):
        session.output.say(f"{copy['reader']} differs: {sentence(difference)}")
    if refilling := copy.get("refilling"):
        session.output.say(
            f"{copy['reader']} is refilled from {copy['source']}: {refilling['read']} of"
            f" {refilling['of']} records are read anew"
        )
    elif not copy.get("compared", True):
        session.output.say(f"{copy['reader']} was not compared with {copy['source']} to its end")


def _gap(gap: Any) -> str:
    """A gap as shard:first-last, however the service writes it."""
    if isinstance(gap, Mapping):
        return f"{gap['shard']}:{gap['have'] + 1}-{gap['acked']}"
    return str(gap)
