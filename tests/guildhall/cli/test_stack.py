"""Tokens for other clients, office files, the demo: what each says, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import guildhall.demo
from guildhall.cli import file_import
from guildhall.cli.__main__ import app
from guildhall.imports.http_client import Answer
from guildhall.imports.rows import RowError
from guildhall.imports.submission import ImportRefused
from guildhall.imports.upload import Outcome
from tests.guildhall.cli.fake_services import FakeServices

COMPLETE = Outcome("members", 3, 2, 1, 0, [], 2, 1, False, (), None)


def test_a_token_is_printed_alone_so_that_a_shell_can_use_it(services: FakeServices) -> None:
    done = services.run("token", "--as", "auditor")
    assert (done.exit_code, done.stdout) == (0, "token-of-auditor\n")


def test_the_people_who_can_be_picked_are_listed(services: FakeServices) -> None:
    people = {"clerk": {"roles": ["clerk"], "orgs": ["tjtc"]}}
    services.answers["GET identity/people"] = {"people": people}
    assert json.loads(services.run("token", "--people", "--json").stdout) == {"people": people}


@pytest.mark.parametrize(("told", "status"), [(0, 0), (1, 1)])
def test_the_demo_ends_with_what_it_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: int, status: int
) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(guildhall.demo, "run", lambda **options: asked.append(options) or told)
    done = CliRunner().invoke(app, ["demo", "--story", "2", "--data", str(tmp_path), "--json"])
    assert done.exit_code == status
    assert (asked[0]["story"], asked[0]["data"]) == (2, tmp_path)
    assert asked[0]["output"].machine


def test_there_are_two_stories() -> None:
    assert CliRunner().invoke(app, ["demo", "--story", "3"]).exit_code == 2


def test_up_knows_its_services(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["up", "--data", str(tmp_path), "--only", "nobody"])
    assert done.exit_code == 2
    assert [*tmp_path.iterdir()] == []


class Imports:
    """What stands in for `import_file`: an outcome, or a refusal."""

    def __init__(self, outcome: Outcome | Exception) -> None:
        self.outcome = outcome
        self.given: dict[str, Any] = {}

    async def __call__(self, _office: Any, _kind: Any, _file: Path, **named: Any) -> Outcome:
        self.given = named["given"]
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def run_import(
    services: FakeServices,
    monkeypatch: pytest.MonkeyPatch,
    outcome: Outcome | Exception,
    *options: str,
) -> tuple[Any, Imports]:
    imports = Imports(outcome)
    monkeypatch.setattr(file_import, "import_file", imports)
    sheet = services.data / "members.csv"
    sheet.write_text("工号\n")
    return services.run("import", "members", str(sheet), "--org", "tjtc", *options), imports


def test_an_import_is_0_only_if_every_row_is_in(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, imports = run_import(
        services, monkeypatch, COMPLETE, "--set", "joined_on=2022-09-01", "--set", "kind=new"
    )
    assert done.exit_code == 0, done.output
    assert imports.given == {"joined_on": "2022-09-01", "kind": "new"}
    assert "3 rows: 2 entered, 1 were already in, 0 refused, 0 not sent" in done.stdout

    flawed = COMPLETE._replace(bad=[RowError(3, "工号", "unknown-employee", "查无此人")])
    done, _ = run_import(services, monkeypatch, flawed)
    assert done.exit_code == 1
    assert "row 3: 工号  查无此人 (unknown-employee)" in done.stdout


def test_an_import_acts_in_the_role_its_kind_needs_unless_a_user_is_named(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_import(services, monkeypatch, COMPLETE)
    assert services.person == "clerk"
    run_import(services, monkeypatch, COMPLETE, "--as", "clerk2")
    assert services.person == "clerk2"


def test_a_refused_import_is_a_refusal(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Answer(403, {"code": "role-missing", "title": "角色无此权限"})
    done, _ = run_import(services, monkeypatch, ImportRefused(answer))
    assert done.exit_code == 1
    assert "role-missing" in done.stderr


def test_a_kind_that_does_not_exist_lists_those_that_do(services: FakeServices) -> None:
    done = services.run("import", "nonsense", __file__, "--org", "tjtc")
    assert done.exit_code == 2
    assert "members" in done.output


def test_every_command_has_help_with_an_example() -> None:
    runner = CliRunner()
    listed = [
        (),
        *[
            (name,)
            for name in (
                "up",
                "demo",
                "status",
                "token",
                "figures",
                "explain",
                "findings",
                "report",
                "command",
                "commands",
                "import",
                "rebuild",
                "reconcile",
            )
        ],
        *[
            (group, name)
            for group, names in {
                "rules": ("list", "check", "what-if"),
                "events": ("publish", "republish"),
                "contract": ("list", "schema", "check"),
                "quarantine": ("list", "show", "retry", "discard"),
            }.items()
            for name in names
        ],
    ]
    for words in listed:
        told = runner.invoke(app, [*words, "--help"])
        assert told.exit_code == 0, words
        assert not words or "Example:" in told.output, words
