"""`guildhall rebuild`: fold the whole journal into new tables, compare, swap."""

import threading
from typing import Any

from guildhall.cli.connection import Refused, Unreachable
from guildhall.cli.session import Session, connected

POLL_SECONDS = 0.3


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
