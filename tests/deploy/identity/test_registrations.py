"""Whom the development provider knows is two files: made once, private, and the user's to edit."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.identity.registrations import (
    CONSOLE,
    DEFAULT_PEOPLE,
    Person,
    clients_in,
    default_clients,
    passcode_in,
    people_in,
    registered_console,
)
from deploy.identity.tokens import signing_key


def test_keys_and_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first, clients = signing_key(tmp_path), clients_in(tmp_path)
    people_in(tmp_path)

    assert signing_key(tmp_path).kid == first.kid
    assert clients_in(tmp_path) == clients
    names = {"signing-key.json", "clients.json", "people.json"}
    assert {file.name for file in tmp_path.iterdir()} == names
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_every_role_has_a_person_and_duties_are_held_apart() -> None:
    roles = {role for person in DEFAULT_PEOPLE.values() for role in person.roles}
    assert roles == {"clerk", "approver", "chair", "cashier", "auditor", "operator", "producer"}
    assert all(len(person.roles) == 1 for person in DEFAULT_PEOPLE.values())


def edited(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)


def test_what_the_user_wrote_is_what_is_known(tmp_path: Path) -> None:
    edited(tmp_path / "people.json", '{"王会计": {"roles": ["cashier"], "orgs": ["tjtc"]}}')
    assert people_in(tmp_path) == {"王会计": Person(roles=("cashier",), orgs=("tjtc",))}
    edited(tmp_path / "clients.json", "{}")
    assert clients_in(tmp_path) == {}


@pytest.mark.parametrize("read", [clients_in, people_in])
@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a": {}}', '{"a": {"secret": "s", "roles": [], "orgs": [], "x": 1}}']
)
def test_a_file_that_says_something_else_is_refused(
    tmp_path: Path, read: Callable[[Path], object], text: str
) -> None:
    for name in ("clients.json", "people.json"):
        edited(tmp_path / name, text)
    with pytest.raises(ValidationError):
        read(tmp_path)


@pytest.mark.parametrize("read", [clients_in, people_in])
def test_a_file_that_others_can_read_is_refused(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    read(tmp_path)
    for file in tmp_path.iterdir():
        file.chmod(0o640)
    with pytest.raises(PermissionError, match="chmod 600"):
        read(tmp_path)


def test_every_directory_has_secrets_of_its_own() -> None:
    secrets = {client.secret for _ in range(3) for client in default_clients().values()}
    assert len(secrets) == 6
    assert all(len(secret) >= 40 for secret in secrets)
    assert [name for name, client in default_clients().items() if client.picks_people] == ["cli"]


def test_the_console_is_registered_with_the_address_it_has_now(tmp_path: Path) -> None:
    first = registered_console(tmp_path, "http://127.0.0.1:1/back")
    second = registered_console(tmp_path, "http://127.0.0.1:2/back")
    assert first[CONSOLE].secret == second[CONSOLE].secret
    assert clients_in(tmp_path)[CONSOLE].redirect_uris == ("http://127.0.0.1:2/back",)
    assert not second[CONSOLE].picks_people and not second[CONSOLE].roles


def test_a_secret_that_was_made_elsewhere_wins_and_takes_no_rights_away(tmp_path: Path) -> None:
    before = clients_in(tmp_path)
    said = {"console": "of-console", "reporting": "of-reporting"}
    clients = registered_console(tmp_path, "http://127.0.0.1:1/back", said)
    assert {name: clients[name].secret for name in said} == said
    assert clients["reporting"].roles == before["reporting"].roles == ("operator",)
    assert clients["cli"] == before["cli"]
    assert clients_in(tmp_path) == clients


def test_the_passcode_is_made_once_and_its_owners(tmp_path: Path) -> None:
    passcode = passcode_in(tmp_path)
    assert (len(passcode), passcode_in(tmp_path)) == (12, passcode)
    (tmp_path / "passcode").chmod(0o644)
    with pytest.raises(PermissionError):
        passcode_in(tmp_path)
