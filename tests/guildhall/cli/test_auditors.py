"""`guildhall auditors`: what is asked of the server, and what is said."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.embedded import auditors as logins
from deploy.embedded.auditors import Auditor
from deploy.embedded.errors import EmbeddedError
from guildhall.cli.__main__ import app

SERVER = "postgresql://postgres:word@127.0.0.1:5/postgres"
REPORTING = "postgresql://postgres:word@127.0.0.1:5/guildhall_reporting"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["auditors", *arguments, "--database-url", SERVER])


def test_a_password_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    async def add(*arguments: Any) -> str:
        asked.append(arguments)
        return "secret"

    monkeypatch.setattr(logins, "add_auditor", add)
    done = run("add", "audit_zhang", "--org", "tjtc", "--org", "other")
    assert done.exit_code == 0 and "password: secret" in done.output
    assert asked == [(REPORTING, "audit_zhang", ["tjtc", "other"])]
    assert "audit_zhang@127.0.0.1:5/guildhall_reporting" in done.output
    assert "word" not in done.output.replace("password", "")


def test_who_has_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    async def listed(_: str) -> list[Auditor]:
        return [Auditor("audit_zhang", ("tjtc",))]

    monkeypatch.setattr(logins, "auditors", listed)
    assert json.loads(run("list", "--json").stdout) == {
        "auditors": [{"login": "audit_zhang", "orgs": ["tjtc"]}]
    }
    assert "audit_zhang" in run("list").output


def test_nobody_has_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    async def listed(_: str) -> list[Auditor]:
        return []

    monkeypatch.setattr(logins, "auditors", listed)
    assert "guildhall auditors add" in run("list").output


def test_a_refusal_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def remove(*_: str) -> None:
        raise EmbeddedError("audit_zhang is no auditor's login")

    monkeypatch.setattr(logins, "remove_auditor", remove)
    done = run("remove", "audit_zhang")
    assert done.exit_code == 1 and "is no auditor's login" in done.output


def test_where_nothing_runs_that_is_said(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["auditors", "list", "--data", str(tmp_path)])
    assert done.exit_code == 1 and "was ever started" in done.output
