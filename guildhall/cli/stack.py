"""`guildhall up`, `demo` and `token`: what runs a stack on this machine, or enters one."""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

import asyncio
import importlib
import signal
from pathlib import Path
from typing import Annotated

import typer

from guildhall.cli.session import DEFAULT_DATA, EXIT_UNTRUE, Data, Machine, Session, connected
from guildhall.output import Output

EXIT_INTERRUPTED = 130


def up(
    *,
    data: Data = DEFAULT_DATA,
    simulated: Annotated[
        bool | None,
        typer.Option("--simulated", help="run on a simulated clock; settled at the first start"),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="start only this service; may be repeated")
    ] = None,
    beside: Annotated[
        bool, typer.Option("--demo", help="show the simulated demo union beside your own")
    ] = False,
    machine: Machine = False,
) -> None:
    """Start everything in the foreground: servers, identity provider, services. Ctrl-C stops it.

    GUILDHALL_KAFKA and GUILDHALL_DATABASE_URL name servers of your own instead of embedded ones.

    Example: guildhall up --data .data
    """
    from deploy.stack.services import SERVICES
    from guildhall.cli.up import CannotRun, run

    for name in only or ():
        if name not in SERVICES:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(SERVICES)}")
    try:
        output = Output(machine)
        asyncio.run(run(data, simulated, only or tuple(SERVICES), output, demo=beside))
    except CannotRun as why:
        Output(machine).refusal({"title": "the stack cannot run", "detail": str(why)})
        raise typer.Exit(EXIT_UNTRUE) from why


def demo(
    *,
    story: Annotated[
        int, typer.Option(min=1, max=2, help="1: the figures agree; 2: they do not")
    ] = 1,
    data: Annotated[
        Path | None, typer.Option("--data", help="keep it here; by default a fresh directory")
    ] = None,
    machine: Machine = False,
) -> None:
    """The union's year 2022, end to end: entered, reported, traced. Status 0 only if it all holds.

    Example: guildhall demo --story 2
    """
    try:
        run = importlib.import_module("guildhall.demo").run
    except (ModuleNotFoundError, AttributeError) as why:
        Output(machine).refusal({"title": "the demo is not installed", "detail": str(why)})
        raise typer.Exit(EXIT_UNTRUE) from why
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = run(story=story, data=data, output=Output(machine))
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_INTERRUPTED) from None
    raise typer.Exit(int(status or 0))


@connected(acts_as="clerk")
def token(
    session: Session,
    *,
    people: Annotated[bool, typer.Option("--people", help="list who can be picked")] = False,
) -> None:
    """A bearer token of a development user, for curl and other clients.

    Example: curl -H "Authorization: Bearer $(guildhall token --as auditor)" …
    """
    if people:
        known = session.connection.people()
        session.output.document({"people": known})
        session.output.table(
            ("user", "roles", "unions"),
            (
                (name, ", ".join(person["roles"]), ", ".join(person["orgs"]))
                for name, person in known.items()
            ),
        )
        return
    bearer = session.connection.bearer()
    session.output.document({"token": bearer, "person": session.connection.person})
    session.output.say(bearer)
