"""Whom the development provider knows: clients (with secrets) and people (without passwords).

Both are JSON files in its directory, written with defaults at first start, yours to edit after. A
person's token is given only to a client that knows its own secret, and that is in a file which only
this operating-system user can read: other users of the machine cannot pick a person.
"""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.service.private_files import check_private, write_private

DEMO_UNION = "tjtc"
EVERY_UNION = ("*",)
PASSCODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is read for another."""
PASSCODE_LENGTH = 12


class Client(BaseModel):
    """A program that may ask for tokens: its own, people's where `picks_people`, and those of who
    signs in where `redirect_uris` name the addresses that a code may be sent to."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    secret: str
    roles: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    picks_people: bool = False
    redirect_uris: tuple[str, ...] = ()


class Person(BaseModel):
    """A development user: the roles they hold, in which unions."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    roles: tuple[str, ...]
    orgs: tuple[str, ...]


Clients = dict[str, Client]
People = dict[str, Person]

DEFAULT_PEOPLE: People = {
    "clerk": Person(roles=("clerk",), orgs=(DEMO_UNION,)),
    "clerk2": Person(roles=("clerk",), orgs=(DEMO_UNION,)),
    "approver": Person(roles=("approver",), orgs=(DEMO_UNION,)),
    "chair": Person(roles=("chair",), orgs=(DEMO_UNION,)),
    "cashier": Person(roles=("cashier",), orgs=(DEMO_UNION,)),
    "auditor": Person(roles=("auditor",), orgs=(DEMO_UNION,)),
    "operator": Person(roles=("operator",), orgs=EVERY_UNION),
    "producer-canteen": Person(roles=("producer",), orgs=(DEMO_UNION,)),
    "clerk-other": Person(roles=("clerk",), orgs=("other",)),
}
"""Separate people for separate duties, and one clerk of another union."""


def default_clients() -> Clients:
    """The command line, which picks people, and reporting, which reads the owners' shard heads and
    has them publish again."""
    return {
        "cli": Client(secret=secrets.token_urlsafe(32), picks_people=True),
        "reporting": Client(
            secret=secrets.token_urlsafe(32), roles=("operator",), orgs=EVERY_UNION
        ),
    }


CONSOLE = "console"


def registered_console(directory: Path, redirect_uri: str, said: Mapping[str, str] = {}) -> Clients:
    """The clients, and the console among them with the one address that a code may be sent to,
    which is another whenever the stack's ports are. `said` are secrets by client that were made
    elsewhere, and win."""
    before = clients_in(directory)
    kept = before[CONSOLE].secret if CONSOLE in before else secrets.token_urlsafe(32)
    clients = {**before, CONSOLE: Client(secret=kept, redirect_uris=(redirect_uri,))}
    for name, secret in said.items():
        clients[name] = clients[name].model_copy(update={"secret": secret})
    if clients != before:
        write_private(directory / "clients.json", TypeAdapter(Clients).dump_json(clients, indent=1))
    return clients


def passcode_in(directory: Path) -> str:
    """What a browser must know to pick a person (`passcode`, 0600), made where there is none: a
    page can be opened by every user of the machine, this file by one. Raises PermissionError."""
    file = directory / "passcode"
    if not file.exists():
        letters = "".join(secrets.choice(PASSCODE_LETTERS) for _ in range(PASSCODE_LENGTH))
        write_private(file, letters.encode())
    check_private(file)
    return file.read_text(encoding="ascii").strip()


def clients_in(directory: Path) -> Clients:
    """The clients of `clients.json` (0600), made with new secrets where there is none yet.

    Raises PermissionError where others could read it, ValueError where it is not valid.
    """
    return _load(directory / "clients.json", TypeAdapter(Clients), default_clients)


def people_in(directory: Path) -> People:
    """The people of `people.json` (0600), DEFAULT_PEOPLE where there is none yet.

    Raises PermissionError where others could write it, ValueError where it is not valid.
    """
    return _load(directory / "people.json", TypeAdapter(People), lambda: DEFAULT_PEOPLE)


def keep_people(directory: Path, people: People) -> None:
    """Write `people.json`, replacing it in one step."""
    write_private(directory / "people.json", TypeAdapter(People).dump_json(people, indent=1))


Registered = TypeVar("Registered", Clients, People)


def _load(
    file: Path, adapter: TypeAdapter[Registered], default: Callable[[], Registered]
) -> Registered:
    if not file.exists():
        write_private(file, adapter.dump_json(default(), indent=1))
    check_private(file)
    return adapter.validate_json(file.read_bytes())
