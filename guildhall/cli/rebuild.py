"""`guildhall rebuild`: fold the whole journal into new tables, compare, swap."""

import threading
from typing import Annotated, Any

import typer

from guildhall.cli.connection import Refused, Unreachable
from guildhall.cli.session import Session, connected
from guildhall.output import sentence

POLL_SECONDS = 0.3


@connected(acts_as="operator")
def rebuild(
    session: Session,
    accept: Annotated[
        bool, typer.Option("--accept", help="swap it in though it is not what is live")
    ] = False,
) -> None:
    """Fold the whole journal anew and compare; status 0 only if nothing differed. What differs is
    named and not swapped in, unless it is accepted.

    Example: guildhall rebuild
    """
    done = _while_watching(session, "/v1/rebuild" + ("?accept=true" if accept else ""))
    session.output.document(done)
    session.output.table(
        ("projection", ">rows", ">only live", ">only rebuilt"),
        (
            [row.get("projection"), row.get("rows"), row.get("only_live"), row.get("only_rebuilt")]
            for row in done.get("tables", ())
        ),
    )
    session.output.say(f"rebuilt in {done['seconds']:.1f} s")
    for row in done.get("wrong_rows", ()):
        session.output.say(f"wrong in the journal: {sentence(row)}")
    for table in done.get("tables", ()):
        for row in table.get("named", ()):
            session.output.say(f"{table['projection']}: {sentence(row)}")
    if not done["equal"]:
        kept = "it was replaced" if done.get("swapped") else "nothing was replaced, both are kept"
        session.untrue(f"what is live is not what the journal gives; {kept}")


def _while_watching(session: Session, path: str) -> dict[str, Any]:
    """The answer to POST /v1/rebuild, its progress shown meanwhile from GET /v1/rebuild."""
    outcome: dict[str, Any] = {}

    def ask() -> None:
        try:
            outcome["done"] = session.connection.post("reporting", path, {}, seconds=None)
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
