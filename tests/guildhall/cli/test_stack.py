"""Tokens for other clients, office files, the demo: what each says, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import guildhall.demo
from guildhall.cli.__main__ import app
from guildhall.imports import upload
from guildhall.imports.http_client import Answer
from guildhall.imports.outcome import Outcome
from guildhall.imports.passed_over import Passed
from guildhall.imports.rows import RowError
from guildhall.imports.submission import ImportRefused
from tests.guildhall.cli.fake_services import FakeServices

COMPLETE = Outcome(
    kind="members",
    rows=5,
    accepted=2,
    already=1,
    not_sent=0,
    differs=[],
    bad=[],
    passed=[Passed("", 1, "headings"), Passed("", 5, "total")],
    events=2,
    commands=1,
    stopped=False,
    ignored=(),
    told=(),
    unread=(),
    bad_rows_file=None,
)


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
        self.options = upload.DEFAULTS

    async def __call__(self, _office: Any, _kind: Any, _file: Path, **named: Any) -> Outcome:
        self.options = named["options"]
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
    monkeypatch.setattr(upload, "import_file", imports)
    sheet = services.data / "members.csv"
    sheet.write_text("工号\n")
    return services.run("import", "members", str(sheet), "--org", "tjtc", *options), imports


def test_an_import_is_0_only_if_every_row_is_in(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, imports = run_import(
        services,
        monkeypatch,
        COMPLETE,
        "--set",
        "joined_on=2022年9月1日",
        "--set",
        "入会方式=新入会",
    )
    assert done.exit_code == 0, done.output
    assert imports.options.given == {"joined_on": "2022-09-01", "kind": "new"}
    assert (
        "5 rows: 2 entered, 1 were already in, 0 differ from what is in, 0 refused, 0 not sent,"
        " 2 passed over"
    ) in done.stdout
    assert "passed over: 1 × 合计 (row 5)" in done.stdout

    flawed = COMPLETE._replace(bad=[RowError(3, "工号", "unknown-employee", "查无此人")])
    done, _ = run_import(services, monkeypatch, flawed)
    assert done.exit_code == 1
    assert "row 3: 工号  查无此人 (unknown-employee)" in done.stdout


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ({"differs": [RowError(3, "份数", "already-issued", "已录入,但份数与本行不同。")]},
         "row 3: 份数  已录入,但份数与本行不同。 (already-issued)"),
        ({"unread": ("后勤处",)}, "the sheet 后勤处 was not read"),
        ({"not_sent": 1}, "1 not sent"),
    ],
)  # fmt: skip
def test_what_is_not_in_as_the_file_says_is_status_1(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch, flaw: dict[str, Any], said: str
) -> None:
    done, _ = run_import(services, monkeypatch, COMPLETE._replace(**flaw))
    assert done.exit_code == 1
    assert said in done.output


def test_a_preview_and_a_file_that_could_not_be_written_are_told(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = COMPLETE._replace(preview=True, warnings=("a.errors.csv could not be written: why",))
    done, imports = run_import(services, monkeypatch, told, "--preview", "--sheet", "教务处")
    assert (done.exit_code, imports.options.preview) == (0, True)
    assert imports.options.only == ("教务处",)
    assert "2 would be entered" in done.stdout and "nothing was written" in done.stdout
    assert "warning: a.errors.csv could not be written" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "quantty=2"), "no field"), (("--set", "joined_on=明天"), "日期不合规"),
        (("--set", "kind=退会"), "不在可选项中"), (("--set", "kind"), "FIELD=VALUE"),
        (("--set", "kind=new", "--set", "入会方式=转入"), "said before"),
        (("--map", "工号=nobody"), "no field"), (("--map", "工号"), "列=字段"),
    ],
)  # fmt: skip
def test_what_is_set_or_mapped_wrongly_is_wrong_usage_and_sends_nothing(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], said: str
) -> None:
    done, imports = run_import(services, monkeypatch, COMPLETE, *options)
    assert done.exit_code == 2
    assert said in " ".join(done.output.replace("│", " ").split())
    assert imports.options is upload.DEFAULTS


def test_a_template_is_written_once_and_no_service_asked(
    services: FakeServices, tmp_path: Path
) -> None:
    file = tmp_path / "会员.xlsx"
    done = services.run("import", "members", str(file), "--org", "tjtc", "--template")
    assert (done.exit_code, file.exists(), services.asked) == (0, True, [])
    again = services.run("import", "members", str(file), "--org", "tjtc", "--template")
    assert again.exit_code == 2, "what somebody filled in is not written over"


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
                "findings": ("explain", "waive", "revoke"),
                "report": ("preview", "issue", "supersede", "list", "show"),
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
