"""`guildhall union new`: one's own union, its people, and the workbooks to begin with."""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import typer

from guildhall.cli.connection import Refused
from guildhall.cli.session import Session, connected

union = typer.Typer(help="Unions of your own.", no_args_is_help=True)

ROLES = ("clerk", "approver", "chair", "cashier", "auditor")
"""One person for each: whoever enters, approves, presides, pays and audits are five people."""
TEMPLATES = ("staff", "members", "gifts", "receipts", "claims", "activities", "meetings")
"""Workbooks that most unions begin with; `guildhall import KIND --template` makes any other."""

Kind = Literal["grassroots", "group", "city"]


@union.command()
@connected(acts_as="operator")
def new(
    session: Session,
    *,
    org: Annotated[str, typer.Argument(help="its id for ever: a-z, 0-9 and -, such as xinhua")],
    name: Annotated[str, typer.Option(help="its name, such as 新华中学工会")],
    kind: Annotated[
        Kind, typer.Option(help="grassroots 基层, group 联合, city 市级")
    ] = "grassroots",
    parent: Annotated[str | None, typer.Option(help="the id of the union above it")] = None,
    founded: Annotated[
        str | None, typer.Option(help="from which day it is recorded; today unless named")
    ] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="where the stack runs on a simulated clock")
    ] = False,
    now: Annotated[
        str | None, typer.Option(help="the moment it is registered at, on a simulated clock")
    ] = None,
    templates: Annotated[
        Path | None, typer.Option("--templates", help="where its workbooks go; ./ORG unless named")
    ] = None,
    without_templates: Annotated[
        bool, typer.Option("--no-templates", help="write no workbooks")
    ] = False,
) -> None:
    """Register a union, enrol its people, and write the workbooks to fill in.

    People are enrolled with the development provider of identities, this machine's own or the one
    that GUILDHALL_IDENTITY_URL names; elsewhere yours knows them.

    Example: guildhall union new xinhua --name 新华中学工会
    """
    directory = None if without_templates else templates or Path(org)
    if directory and _holds_something(directory):
        raise typer.BadParameter(f"{directory} is there already, and is not written over")
    body = {
        "name": name,
        "kind": kind,
        "parent_org_id": parent,
        "registered_on": _day(founded),
        "simulated": simulated or None,
    }
    registered = _registered(session, org, body, now)
    people = _enrolled(session, org)
    files = _templates(directory) if directory else []
    session.output.document(
        {"org_id": org, "registered": registered, "people": people, "templates": files}
    )
    _tell(session, Begun(org, name, registered, people, directory))


def _holds_something(directory: Path) -> bool:
    return directory.exists() and (not directory.is_dir() or any(directory.iterdir()))


class Begun(NamedTuple):
    """A union that was begun: whether it was registered now, its people's roles by name, and where
    its workbooks are, if any were written."""

    org: str
    name: str
    registered: bool
    people: dict[str, list[str]]
    directory: Path | None


def _registered(session: Session, org: str, body: dict[str, Any], now: str | None) -> bool:
    """Whether it was registered now; the same one is taken up where it was left. Raises Refused,
    also where the id is another union's.
    """
    from uuid import uuid4

    at = {"Guildhall-Simulated-Now": now} if now else {}
    try:
        session.connection.post(
            "members",
            f"/v1/{org}/register-organisation",
            {key: value for key, value in body.items() if value is not None},
            headers={"Idempotency-Key": f"union-new-{uuid4()}", **at},
        )
    except Refused as why:
        if why.problem.get("code") != "organisation-exists" or why.problem.get("differs") != []:
            raise
        return False
    return True


def _enrolled(session: Session, org: str) -> dict[str, list[str]]:
    """The people that were enrolled, by name; none where the provider is not the development's."""
    if "identity" not in session.connection.target.urls:
        return {}
    people = {f"{org}-{role}": [role] for role in ROLES}
    session.connection.post("identity", "/people", {"org_id": org, "people": people})
    return people


def _templates(directory: Path) -> list[str]:
    from guildhall.imports import KINDS
    from guildhall.imports.template import write_template

    directory.mkdir(parents=True, exist_ok=True)
    files = []
    for name in TEMPLATES:
        file = directory / f"{KINDS[name].title}.xlsx"
        write_template(file, KINDS[name])
        files.append(str(file))
    return files


def _tell(session: Session, begun: Begun) -> None:
    say = session.output.say
    org, people = begun.org, begun.people
    say(f"{begun.name} ({org}) {'is registered' if begun.registered else 'was registered before'}")
    if people:
        session.output.table(
            ("sign in as", "role"), [(who, *roles) for who, roles in people.items()]
        )
        say(f"on the pages: {session.connection.target.urls.get('console', 'guildhall up')}")
    else:
        say(f"your provider of identities names its people: roles {', '.join(ROLES)}; orgs {org}")
    if begun.directory is None:
        return
    say(f"{len(TEMPLATES)} workbooks to fill in are in {begun.directory}/. Then:")
    staff = begun.directory / "人员名册.xlsx"
    acting = f" --as {org}-clerk" if people else ""
    say(f"  guildhall import staff {staff} --org {org}{acting} --preview   # writes nothing")
    say(f"  guildhall import staff {staff} --org {org}{acting}")


def _day(text: str | None) -> str:
    from shared.contract.values import SHANGHAI

    if text is None:
        from datetime import datetime

        return datetime.now(SHANGHAI).date().isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as why:
        raise typer.BadParameter(f"--founded {text}: {why}") from why
