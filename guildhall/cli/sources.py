"""`guildhall sources …`: the services that are not ours and may publish."""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from guildhall.cli.session import DEFAULT_DATA, Data, Machine, Session, connected, exit_on_failure
from guildhall.output import Output

sources = typer.Typer(
    help="Services that are not ours: who may publish what, of which unions.",
    no_args_is_help=True,
)

HEARD_SECONDS = 30.0
"""Until when a stack of this machine has made a new source's topic and reads it."""
NOBODY = (
    "nobody is registered: guildhall sources register NAME --type … --org … says who may publish"
)


@sources.command("list")
@connected(acts_as="operator")
def list_sources(session: Session) -> None:
    """Who is registered, for what of whom, and whether it is heard; status 1 where one is not.

    Example: guildhall sources list
    """
    found = session.connection.get("reporting", "/v1/sources")
    session.output.document(found)
    session.output.table(
        ("source", "state", "types", "unions", "why"),
        (
            [
                row["name"],
                row["state"],
                ", ".join(name.split(".")[2] for name in row.get("types", ())),
                ", ".join(row.get("orgs", ())),
                row.get("why"),
            ]
            for row in found["sources"]
        ),
    )
    if found["unreadable"]:
        session.untrue(f"the register cannot be read, and stays as it was: {found['unreadable']}")
    if not found["sources"]:
        session.output.say(NOBODY)
    silent = [row["name"] for row in found["sources"] if row["state"] != "heard"]
    if silent:
        session.untrue(f"{', '.join(silent)}: not heard")


@sources.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="by default the stack's own")
    ] = None,
    *,
    data: Data = DEFAULT_DATA,
    machine: Machine = False,
) -> None:
    """Judge a register offline, each source by itself; status 0 only if all may be heard.

    Example: guildhall sources check
    """
    from shared.kafka.registrations import Registered, read_registrations

    output = Output(machine)
    register = file or data / "sources.yaml"
    found, unreadable = Registered(), ""
    with exit_on_failure(output):
        try:
            found = read_registrations(register.read_text(encoding="utf-8"))
        except ValueError as why:
            unreadable = str(why)
    right = [source.name for source in found.sources]
    output.document({"right": right, "wrong": dict(found.faults), "unreadable": unreadable})
    output.table(
        ("source", "why it is not heard"),
        [*([name, "-"] for name in right), *([n, why] for n, why in found.faults.items())],
    )
    if unreadable:
        output.notice(f"✗ {register}: {unreadable}")
    output.say(f"{len(right)} right, {len(found.faults)} wrong")
    if found.faults or unreadable:
        raise typer.Exit(1)


@sources.command()
def register(
    name: Annotated[str, typer.Argument(help="lower-case letters, digits and hyphens")],
    *,
    contact: Annotated[str, typer.Option(help="who answers for it")],
    types: Annotated[list[str], typer.Option("--type", help="an event type, such as GiftIssued")],
    orgs: Annotated[list[str], typer.Option("--org", help="a union it may speak of")],
    accounts: Annotated[
        list[str] | None, typer.Option("--account", help="sub of tokens that may ask of its events")
    ] = None,
    reporting_alone: Annotated[
        bool,
        typer.Option("--reporting-alone", help="figures alone hear it, not our services' copies"),
    ] = False,
    data: Data = DEFAULT_DATA,
    machine: Machine = False,
) -> None:
    """Register a source, or change its registration; running services take it up by themselves.

    Example: guildhall sources register canteen --contact canteen@example.org
    --type GiftIssued --type GiftReturned --org tjtc --account producer-canteen
    """
    from guildhall.cli.register_file import entry_of, put

    output = Output(machine)
    entry = entry_of(name, contact, types, orgs, accounts or [], reporting_alone=reporting_alone)
    with exit_on_failure(output):
        fault = put(data / "sources.yaml", entry)
    if fault:
        output.refusal({"title": "not registered", "code": "registration-wrong", "detail": fault})
        raise typer.Exit(1)
    state = _until_heard(data, name)
    topic = f"guildhall.ext.{name}.v1"
    password = data / "principals" / f"guildhall-ext-{name}"
    output.document(
        {"name": name, "topic": topic, "state": state, "principal": password.name,
         "password_file": str(password)}
    )  # fmt: skip
    output.say(f"{name} is registered: {state}. It writes {topic} as {password.name}, whose")
    output.say(f"password is in {password}; its events bear the source /ext/{name}")


def _until_heard(data: Path, name: str) -> str:
    """Whether the running services took it up; where none run, they do when they start."""
    from guildhall.cli.connection import Connection, Refused, Unreachable, find_target

    until = time.monotonic() + HEARD_SECONDS
    while True:
        try:
            with Connection(find_target(data, None, None), "operator") as connection:
                rows: list[dict[str, Any]] = connection.get("reporting", "/v1/sources")["sources"]
        except Unreachable:
            return "heard when the stack starts"
        except Refused as why:
            return f"what is heard is not known: {why}"
        state = next((row["state"] for row in rows if row["name"] == name), "not taken up yet")
        if state == "heard" or time.monotonic() > until:
            return str(state)
        time.sleep(1)
