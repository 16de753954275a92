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


Reason = Annotated[str | None, typer.Option(help="refused for this reason, as list shows it")]
Source = Annotated[str | None, typer.Option(help="of this CloudEvents source")]
Stream = Annotated[str | None, typer.Option(help="of this stream")]
Topic = Annotated[str | None, typer.Option(help="read from this topic")]
Since = Annotated[str | None, typer.Option(help="first seen at this instant (RFC 3339) or later")]
Until = Annotated[str | None, typer.Option(help="first seen before this instant (RFC 3339)")]
Everything = Annotated[bool, typer.Option("--all", help="every open record")]
Many = Annotated[int | None, typer.Argument(metavar="[ID]", help="one record; or name many")]


@quarantine.command("retry")
@connected(acts_as="operator")
def retry_quarantined(
    session: Session,
    number: Many = None,
    *,
    refused_for: Reason = None,
    source: Source = None,
    stream: Stream = None,
    topic: Topic = None,
    since: Since = None,
    until: Until = None,
    everything: Everything = False,
) -> None:
    """Try a record again, with those of its stream behind it, or all that a filter names;
    status 0 only if all went in.

    Example: guildhall quarantine retry --source /ext/canteen --refused-for invalid-data
    """
    named = _named(
        reason=refused_for,
        source=source,
        stream=stream,
        topic=topic,
        since=since,
        until=until,
        everything=everything or None,
    )
    _check_named(number, named)
    if number is None:
        done = _settle(session, "retry", {"records": named})
    else:
        done = session.connection.post("reporting", f"/v1/quarantine/{number}/retry", {})
    session.output.document(done)
    session.output.table(("outcome", "value"), flat(done))
    left = done.get("still_quarantined") or done.get("still_open")
    if left:
        session.untrue(f"{left} records are still not acceptable")


@quarantine.command("discard")
@connected(acts_as="operator")
def discard_quarantined(
    session: Session,
    number: Many = None,
    *,
    reason: Annotated[str, typer.Option(help="why, in words, for whoever asks later")],
    code: Annotated[str, typer.Option(help=DISCARD_CODES)] = "other",
    refused_for: Reason = None,
    source: Source = None,
    stream: Stream = None,
    topic: Topic = None,
    since: Since = None,
    until: Until = None,
    everything: Everything = False,
) -> None:
    """Settle a record, or all that a filter names, as never to be applied; each stays listed, with
    who and why. The code is published, the words stay in reporting.

    Example: guildhall quarantine discard 7 --reason "sent twice by the canteen's test system"
    """
    named = _named(
        reason=refused_for,
        source=source,
        stream=stream,
        topic=topic,
        since=since,
        until=until,
        everything=everything or None,
    )
    _check_named(number, named)
    body = {"reason": reason, "code": code}
    if number is None:
        done = _settle(session, "discard", {**body, "records": named})
        session.output.document(done)
        session.output.say(f"{done['discarded']:,} records are discarded")
        if done["still_open"]:
            session.untrue(f"{done['still_open']} records are open still: ask again")
        return
    done = session.connection.post("reporting", f"/v1/quarantine/{number}/discard", body)
    session.output.document(done)
    session.output.say(f"record {number} is discarded")


def _named(**given: Any) -> dict[str, Any]:
    """The records that options name, as the API takes them. An empty value names none: it may be a
    variable that was never set, and must not widen what is settled."""
    return {name: value for name, value in given.items() if value is not None}


def _check_named(number: int | None, named: dict[str, Any]) -> None:
    """Raise typer.BadParameter unless an ID or a filter is given, and not both."""
    if (number is None) == (not named):
        raise typer.BadParameter("name an ID, or which records: --source …, or --all")


def _settle(session: Session, action: str, body: dict[str, Any]) -> dict[str, Any]:
    """Settle every page of the records that are named; what became of all of them. Status 1 where
    no open record is one of them."""
    told = {"looked_at": 0, "applied": 0, "discarded": 0, "still_open": 0}
    path, page = f"/v1/quarantine/{action}", dict(body)
    with session.output.progress(action, None) as bar:
        while True:
            done = session.connection.post("reporting", path, page, seconds=None)
            told = {name: count + done[name] for name, count in told.items()}
            bar.to(told["looked_at"], told["looked_at"] + done["left"])
            if done["next"] is None:
                break
            page["after"] = done["next"]
    if not told["looked_at"]:
        session.output.document(told)
        session.untrue(f"no open record is {body['records']}")
    return told
