"""Records that could not be accepted: an operator lists, shows, retries and discards them."""

from typing import Annotated, Any

import typer

from guildhall.cli.session import Session, connected
from guildhall.output import flat

DISCARD_CODES = "sent_in_error, repeated, not_ours, unreadable or other"

quarantine = typer.Typer(
    help="Records that could not be accepted: each waits until a person settles it.",
    no_args_is_help=True,
)

Record = Annotated[int, typer.Argument(metavar="ID", help="its id in the quarantine list")]


@quarantine.command("list")
@connected(acts_as="operator")
def list_quarantined(
    session: Session,
    *,
    state: Annotated[str, typer.Option(help="open, applied or discarded")] = "open",
) -> None:
    """Records in quarantine, oldest first.

    Example: guildhall quarantine list
    """
    records: list[dict[str, Any]] = []
    after: int | None = None
    while True:
        found = session.connection.get("reporting", "/v1/quarantine", state=state, after=after)
        records += found["records"]
        after = found.get("next")
        if after is None:
            break
    session.output.document({"state": state, "records": records})
    session.output.table(
        (">id", "reason", "detail", "stream", "topic", ">seen"),
        (
            [row.get(n) for n in ("id", "reason", "detail", "stream", "topic", "times_seen")]
            for row in records
        ),
    )
    session.output.say(f"{len(records):,} {state}")


@quarantine.command("show")
@connected(acts_as="operator")
def show_quarantined(session: Session, number: Record) -> None:
    """One record with its reason and exact bytes.

    Example: guildhall quarantine show 7
    """
    found = session.connection.get("reporting", f"/v1/quarantine/{number}")
    session.output.document(found)
    session.output.table(("field", "value"), flat(found))


@quarantine.command("retry")
@connected(acts_as="operator")
def retry_quarantined(session: Session, number: Record) -> None:
    """Try a record again, with those of its stream behind it; status 0 only if all went in.

    Example: guildhall quarantine retry 7
    """
    done = session.connection.post("reporting", f"/v1/quarantine/{number}/retry", {})
    session.output.document(done)
    session.output.table(("outcome", "value"), flat(done))
    if done.get("still_quarantined"):
        session.untrue(f"{done['still_quarantined']} records are still not acceptable")


@quarantine.command("discard")
@connected(acts_as="operator")
def discard_quarantined(
    session: Session,
    number: Record,
    *,
    reason: Annotated[str, typer.Option(help="why, in words, for whoever asks later")],
    code: Annotated[str, typer.Option(help=DISCARD_CODES)] = "other",
) -> None:
    """Settle a record as never to be applied; it stays listed, with who and why.
    The code is published, the words stay in reporting.

    Example: guildhall quarantine discard 7 --reason "sent twice by the canteen's test system"
    """
    body = {"reason": reason, "code": code}
    done = session.connection.post("reporting", f"/v1/quarantine/{number}/discard", body)
    session.output.document(done)
    session.output.say(f"record {number} is discarded")
