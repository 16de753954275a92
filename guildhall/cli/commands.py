"""`guildhall command` and `guildhall commands`: what the union office enters, from a terminal."""

# ruff: noqa: PLC0415 - a command imports only what it uses: starting up is felt every time

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import orjson
import typer

from guildhall.cli.connection import SERVICES, Refused, Unreachable, body_of
from guildhall.cli.session import Session, connected

COMMAND_PATH = "/v1/{org_id}/"
Now = Annotated[
    str | None,
    typer.Option(help="the moment to enter it at, where the stack runs on a simulated clock"),
]


class Sendable(NamedTuple):
    """A command that a service accepts, as its OpenAPI document says."""

    service: str
    name: str
    summary: str
    roles: str


@connected(acts_as="clerk")
def command(
    session: Session,
    *,
    org: Annotated[str, typer.Argument(help="the union's id")],
    name: Annotated[str, typer.Argument(help="such as open-programme, or benefits/open-programme")],
    body: Annotated[
        str, typer.Argument(metavar="[JSON|@FILE|-]", help="what it carries; - reads stdin")
    ] = "{}",
    key: Annotated[
        str | None, typer.Option(help="Idempotency-Key; repeat with the same after a lost answer")
    ] = None,
    if_match: Annotated[
        int | None, typer.Option(min=0, help="the stream version you saw; another is refused")
    ] = None,
    after: Annotated[
        str | None, typer.Option(help="stream@version you wrote elsewhere, to be waited for")
    ] = None,
    now: Now = None,
) -> None:
    """Send one command and print the reply; status 0 only if it was accepted.

    Example: guildhall command tjtc declare-staff-count @count.json --as clerk
    """
    content = _content(body)
    service, path = _find(session, name)
    key = key or _new_key()
    optional = {
        "If-Match": None if if_match is None else f'"{if_match}"',
        "Guildhall-After": after,
        "Guildhall-Simulated-Now": now,
    }
    headers = {n: v for n, v in optional.items() if v is not None} | {"Idempotency-Key": key}
    try:
        reply = session.connection.post(service, f"/v1/{org}/{path}", content, headers=headers)
    except Unreachable as why:
        raise Unreachable(f"{why}\n  it may have been done: repeat it with --key {key}") from why
    session.output.document(reply)
    session.output.say(orjson.dumps(reply, option=orjson.OPT_INDENT_2).decode())


@connected(acts_as="clerk")
def commands(
    session: Session,
    *,
    service: Annotated[str | None, typer.Option(help="only this service's")] = None,
) -> None:
    """Every command the services accept, from their own OpenAPI documents.

    Example: guildhall commands --service benefits
    """
    names = [name for name in SERVICES if service in (None, name)]
    if not names:
        raise typer.BadParameter(f"{service!r} is none of {', '.join(SERVICES)}")
    found = [each for name in names for each in _sendable(session, name)]
    session.output.document({"commands": [each._asdict() for each in found]})
    session.output.table(("service", "command", "summary", "roles"), found)


def _content(body: str) -> bytes:
    if body == "-":
        content = sys.stdin.buffer.read()
    elif body.startswith("@"):
        content = Path(body[1:]).read_bytes()
    else:
        content = body.encode()
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError as why:
        raise typer.BadParameter(f"the body is not JSON: {why}") from why
    return content


def _find(session: Session, name: str) -> tuple[str, str]:
    """Which service accepts a command. Raises typer.BadParameter where none or several do."""
    service, _, path = name.rpartition("/")
    if service:
        if service not in SERVICES:
            raise typer.BadParameter(f"{service!r} is none of {', '.join(SERVICES)}")
        return service, path
    found: list[str] = []
    silent: list[str] = []
    for each in SERVICES:
        try:
            found += [each for sendable in _sendable(session, each) if sendable.name == name]
        except Unreachable:
            silent.append(each)
    if len(found) == 1:
        return found[0], name
    if silent:
        raise Unreachable(f"{', '.join(silent)} gave no list of commands; name SERVICE/{name}")
    if found:
        raise typer.BadParameter(f"several accept {name}: {', '.join(found)}; name SERVICE/{name}")
    raise typer.BadParameter(f"no service accepts {name}; `guildhall commands` lists what they do")


def _sendable(session: Session, service: str) -> Iterator[Sendable]:
    try:
        document = body_of(session.connection.open_get(service, "/openapi.json"))
    except Refused:
        return
    for path, methods in document.get("paths", {}).items():
        post = methods.get("post", {})
        if path.startswith(COMMAND_PATH) and "commands" in post.get("tags", ()):
            roles = str(post.get("description", "")).removeprefix("Roles: ").rstrip(".")
            name = path.removeprefix(COMMAND_PATH)
            yield Sendable(service, name, str(post.get("summary", "")), roles)


def _new_key() -> str:
    from shared.eventstore.event_ids import uuid7

    return str(uuid7())
