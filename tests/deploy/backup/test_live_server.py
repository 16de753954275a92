"""The live server is the one that is named, or the one that runs in a stack's directory."""

import json
import socket
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from deploy.backup.archive import BackupError
from deploy.backup.live_server import database_of, live_server
from deploy.embedded.postgres import SUPERUSER


def started(directory: Path, port: int, password: str = "a/b@c:d 密") -> None:
    (directory / "ports.json").write_text(json.dumps({"postgres": port}))
    (directory / "passwords.json").write_text(json.dumps({SUPERUSER: password}))


def test_one_that_is_named_is_taken_at_its_word(tmp_path: Path) -> None:
    assert live_server(tmp_path, "postgresql://elsewhere/db") == "postgresql://elsewhere/db"


def test_the_one_that_runs_in_the_directory_is_entered_with_its_password(tmp_path: Path) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        started(tmp_path, port)
        parts = urlsplit(live_server(tmp_path, ""))
    assert (parts.username, parts.port, parts.path) == (SUPERUSER, port, "/postgres")
    assert unquote(parts.password or "") == "a/b@c:d 密"


def test_one_that_does_not_run_is_said_with_how_to_start_it(tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        free = bound.getsockname()[1]
    started(tmp_path, free)
    with pytest.raises(BackupError, match=f"does not run: `guildhall up --data {tmp_path}`"):
        live_server(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[]", "{"])
def test_a_directory_in_which_none_was_started_is_said(tmp_path: Path, text: str) -> None:
    with pytest.raises(BackupError, match="ever started"):
        live_server(tmp_path)
    (tmp_path / "ports.json").write_text(text)
    with pytest.raises(BackupError, match="ever started"):
        live_server(tmp_path)


@pytest.mark.parametrize(
    ("server", "other"),
    [
        ("postgresql://u:p@h:1/postgres", "postgresql://u:p@h:1/x"),
        ("postgresql://u@/postgres?host=/run/pg", "postgresql://u@/x?host=/run/pg"),
        ("postgresql://h/a?sslmode=require&b=c/d", "postgresql://h/x?sslmode=require&b=c/d"),
    ],
)
def test_another_database_of_a_server_is_entered_in_the_same_way(server: str, other: str) -> None:
    assert database_of(server, "x") == other
