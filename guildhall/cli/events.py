"""`guildhall events …`: publish events as another service would, or have owners publish again."""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from guildhall.cli.connection import find_target
from guildhall.cli.contract import show_violations
from guildhall.cli.session import DEFAULT_DATA, Data, Machine, Session, connected, exit_on_failure
from guildhall.output import Output
from shared.contract.contexts import CONTEXTS, RELAY_PROCESSES

events = typer.Typer(
    help="Events on Kafka: publish a file as another service would, or publish again.",
    no_args_is_help=True,
)

*OTHERS, LAST = CONTEXTS
SERVICES_NAMED = f"{', '.join(OTHERS)} or {LAST}"


@events.command()
def publish(
    *,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    topic: Annotated[
        str | None, typer.Option(help="that of the events' source; another only --unchecked")
    ] = None,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="publish nothing if any row is refused")
    ] = False,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="send rows as they are, to see them quarantined")
    ] = False,
    kafka: Annotated[
        str | None, typer.Option(envvar="GUILDHALL_KAFKA", help="bootstrap servers")
    ] = None,
    data: Data = DEFAULT_DATA,
    machine: Machine = False,
) -> None:
    """Publish CloudEvents (JSON lines) to Kafka; status 0 only if every row was acknowledged.

    Rows that break the contract are refused here, with row and reason, and the others published; of
    a stream that is numbered nothing goes out behind a row that was refused. Each event goes to its
    source's own topic, and to no other.
    A stack of this machine is published to as each topic's owner; any other as GUILDHALL_KAFKA_USER
    and the other settings of that name say.

    Example: guildhall events publish canteen.jsonl --topic guildhall.ext.canteen.v1
    """
    from guildhall.cli.producer import Plan, access_for, publish_file, registrations_in

    output = Output(machine)
    with exit_on_failure(output):
        named = {**os.environ, "GUILDHALL_KAFKA": kafka} if kafka else None
        access = access_for(named or find_target(data, None, None).kafka or {}, data)
        if access is None:
            raise typer.BadParameter("Kafka has not started yet; --kafka names another one")
        registered = None if named else registrations_in(data)
        plan = Plan(file, topic, all_or_nothing, unchecked, registered)
        with output.progress(f"publishing {file.name}", file.stat().st_size) as bar:
            outcome = asyncio.run(publish_file(plan, access, bar.to))
    summary = {"file": str(file), "published": outcome.published, "topics": outcome.topics}
    show_violations(output, outcome.violations, {**summary, "error": outcome.error})
    refused = len({violation.row for violation in outcome.violations})
    output.say(f"{outcome.published:,} published, {refused:,} refused")
    if outcome.error:
        output.notice(f"✗ {outcome.error}")
    if refused or outcome.error or not outcome.published:
        raise typer.Exit(1)


@events.command("status")
@connected(acts_as="operator")
def status_of(
    session: Session,
    *,
    source: Annotated[str, typer.Argument(help="a registered source, such as canteen")],
    stream: Annotated[str | None, typer.Option(help="of this stream alone")] = None,
    since: Annotated[str | None, typer.Option(help="received on this day or later")] = None,
    until: Annotated[str | None, typer.Option(help="received on this day or before")] = None,
) -> None:
    """What became of a source's events: received, applied, held, refused and why; status 0 only if
    none is held or refused. Its own producer may ask, too.

    Example: guildhall events status canteen --since 2022-09-01 --as producer-canteen
    """
    path = f"/v1/sources/{source.removeprefix('/ext/')}/events"
    asked = {"stream": stream, "since": since, "until": until}
    found = session.connection.get("reporting", path, **asked)
    while found["next"] is not None and session.output.machine:
        more = session.connection.get("reporting", path, **asked, after=found["next"])
        found = found | {"records": found["records"] + more["records"], "next": more["next"]}
    session.output.document(found)
    counts = ("received", "repeated", "applied", "held", "refused", "settled")
    session.output.table(
        ("outcome", ">events"), ([name, found[name]] for name in counts if name in found)
    )
    session.output.table(
        ("day", "type", ">applied"),
        ([row["day"], row["type"], row["n"]] for row in found["applied_by_day"]),
    )
    session.output.table(
        ("reason", "state", ">records", "first", "last"),
        ([row[n] for n in ("reason", "state", "n", "first", "last")] for row in found["reasons"]),
    )
    session.output.table(
        (">id", "stream", ">version", "reason", "detail"),
        (
            [row[n] for n in ("id", "stream", "stream_version", "reason", "detail")]
            for row in found["records"]
        ),
    )
    if found["held"] or found["refused"]:
        session.untrue(f"{found['held']:,} held, {found['refused']:,} refused")


@events.command()
@connected(acts_as="operator")
def disown(
    session: Session,
    *,
    source: Annotated[str, typer.Argument(help="the CloudEvents source that the event claims")],
    event_id: Annotated[str, typer.Argument(help="as guildhall reconcile names it")],
    code: Annotated[str, typer.Option(help="forged, lost_by_owner or other")],
    reason: Annotated[str, typer.Option(help="in your words; they are kept outside the log")],
) -> None:
    """Have an event that its owner never wrote count for nothing, and apply what the owner did.

    Status 0 only if it counts for nothing now.

    Example: guildhall events disown /guildhall/benefits 01859511-0c3e-7e0a-8f5b-2c1d9a4b7e60
    --code forged --reason "not in the log of benefits"
    """
    body = {"source": source, "event_id": event_id, "code": code, "reason": reason}
    found = session.connection.post("reporting", "/v1/disown", body, seconds=60)
    session.output.document(found)
    if found["copies"]:
        copies = ", ".join(found["copies"])
        session.output.say(
            f"disowned; it is not in the journal, and {copies} will be refilled without it:"
            " guildhall copies list tells how far"
        )
        return
    if found["at"] is None:
        session.untrue("it is said, and not folded yet; ask guildhall reconcile in a minute")
    session.output.say(f"disowned from log index {found['at']} on")
    if found["applied"]:
        session.output.say(f"event {found['applied']} of {source} was applied in its place")


@events.command()
@connected(acts_as="operator")
def lost(
    session: Session,
    *,
    service: Annotated[str, typer.Option(help=SERVICES_NAMED)],
    publish_events: Annotated[
        list[str] | None, typer.Option("--publish", help="the id of one to be published after all")
    ] = None,
) -> None:
    """List events that a service stored and never will publish; status 0 only if there are none.

    Look at each before you have it published: what a hand put into the store is listed, too.

    Example: guildhall events lost --service benefits
    """
    if publish_events:
        body = {"event_ids": publish_events}
        session.connection.post(RELAY_PROCESSES[service], "/v1/relay/requeue", body)
    found = session.connection.get(RELAY_PROCESSES[service], "/v1/relay/lost")
    session.output.document(found)
    for row in found["lost"]:
        session.output.say(f"{row['event_id']} {row['type']} {row['stream']} {row['version']}")
    if found["lost"]:
        session.untrue(f"{len(found['lost'])} events of {service} are stored, never published")
    session.output.say(f"{service} has published, or will, all that it stored")


@events.command()
@connected(acts_as="operator")
def republish(
    session: Session,
    *,
    service: Annotated[str, typer.Option(help=SERVICES_NAMED)],
    shard: Annotated[int | None, typer.Option(min=0, max=31, help="one shard")] = None,
    first: Annotated[int, typer.Option(min=1, help="first sequence of the shard")] = 1,
    last: Annotated[int | None, typer.Option(min=1, help="last sequence of the shard")] = None,
    everything: Annotated[bool, typer.Option("--all", help="every shard from its start")] = False,
) -> None:
    """Have an owner publish again from its store, for a gap or a wiped Kafka. Repeats are skipped.

    Example: guildhall events republish --service benefits --shard 7 --first 1200 --last 1250
    """
    if service not in RELAY_PROCESSES:
        raise typer.BadParameter(f"{service!r} is none of {', '.join(RELAY_PROCESSES)}")
    if everything == (shard is not None):
        raise typer.BadParameter("name --shard N (with --first, --last), or --all")
    range_ = {"shard": shard, "first": first, **({"last": last} if last else {})}
    body = {} if everything else range_
    process = RELAY_PROCESSES[service]
    with session.output.progress(f"{service} publishes again", None):
        done = session.connection.post(process, "/v1/relay/republish", body, seconds=None)
    session.output.document({"service": service, **done})
    session.output.say(f"{service} published {done['republished']:,} events again")
