"""`guildhall auditors …`: logins for auditors' own tools, on the views of the schema `audit`."""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from typing import Annotated, Any, TypeVar

import typer

from guildhall.cli.backup import DatabaseUrl
from guildhall.cli.session import DEFAULT_DATA, EXIT_UNTRUE, Data, Machine
from guildhall.output import Output

auditors = typer.Typer(
    help="Logins for auditors' own tools: PostgreSQL views that show and cannot change.",
    no_args_is_help=True,
)

T = TypeVar("T")
Login = Annotated[str, typer.Argument(help="audit_, then a-z, 0-9 and _, such as audit_zhang")]


@auditors.command()
def add(
    login: Login,
    *,
    org: Annotated[list[str], typer.Option(help="a union it may read; '*' for every one")],
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = None,
    machine: Machine = False,
) -> None:
    """Make a login that reads the audit views of these unions; its password is printed once.

    One that is there is given these unions and a new password.

    Example: guildhall auditors add audit_zhang --org tjtc
    """
    from deploy.embedded.auditors import add_auditor

    output = Output(machine)
    with _exit_on_failure(output):
        reporting = _reporting(data, database_url)
        password = _run(add_auditor(reporting, login, org))
    place = reporting.rpartition("@")[2]
    output.document({"login": login, "orgs": sorted(set(org)), "password": password, "at": place})
    output.say(f"password: {password}")
    output.say(f"psql 'postgresql://{login}@{place}'   then: \\d+ audit.*  (docs/auditing.md)")


@auditors.command("list")
def list_auditors(
    *, data: Data = DEFAULT_DATA, database_url: DatabaseUrl = None, machine: Machine = False
) -> None:
    """Who has a login, and which unions it reads.

    Example: guildhall auditors list
    """
    from deploy.embedded.auditors import auditors as listed

    output = Output(machine)
    with _exit_on_failure(output):
        found = _run(listed(_reporting(data, database_url)))
    output.document({"auditors": [each._asdict() for each in found]})
    output.table(("login", "unions"), [(each.login, ", ".join(each.orgs)) for each in found])
    if not found:
        output.say("nobody has a login: guildhall auditors add audit_NAME --org ORG")


@auditors.command()
def remove(
    login: Login,
    *,
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = None,
    machine: Machine = False,
) -> None:
    """Take a login away; its sessions end.

    Example: guildhall auditors remove audit_zhang
    """
    from deploy.embedded.auditors import remove_auditor

    output = Output(machine)
    with _exit_on_failure(output):
        _run(remove_auditor(_reporting(data, database_url), login))
    output.document({"removed": login})
    output.say(f"{login} is removed")


def _reporting(data: Any, database_url: str | None) -> str:
    """The administrator's DSN of reporting's database."""
    from deploy.backup.live_server import database_of, live_server
    from shared.contract.contexts import CONTEXTS

    return database_of(live_server(data, database_url), CONTEXTS["reporting"].database)


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@contextlib.contextmanager
def _exit_on_failure(output: Output) -> Iterator[None]:
    """Turn a failure into its printed reason and status 1."""
    import asyncpg

    from deploy.backup.archive import BackupError
    from deploy.embedded import EmbeddedError

    try:
        yield
    except (BackupError, EmbeddedError, OSError, asyncpg.PostgresError) as why:
        output.refusal({"title": "the auditors' logins cannot be changed", "detail": str(why)})
        raise typer.Exit(EXIT_UNTRUE) from why
