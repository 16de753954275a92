"""`guildhall sources …`: the register is judged entry by entry, and written without loss."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from guildhall.cli import sources as module
from guildhall.cli.__main__ import app
from tests.guildhall.cli.fake_services import FakeServices

CANTEEN = """\
# Who may publish.
- name: canteen
  contact: canteen@example.org
  types: [guildhall.benefits.GiftIssued.v1]
  orgs: [tjtc]
"""
REGISTER = ("--contact", "财务处", "--type", "ExpenditurePaid", "--org", "tjtc")


def run(data: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["sources", *arguments, "--data", str(data)])


def test_a_source_is_put_into_the_register_and_the_others_stay_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(CANTEEN, encoding="utf-8")
    done = run(tmp_path, "register", "finance", *REGISTER, "--account", "producer-finance")
    assert done.exit_code == 0, done.output
    assert "heard when the stack starts" in done.stdout
    assert file.read_text(encoding="utf-8").startswith(CANTEEN)
    assert yaml.safe_load(file.read_text(encoding="utf-8"))[1] == {
        "name": "finance",
        "contact": "财务处",
        "types": ["guildhall.benefits.ExpenditurePaid.v1"],
        "orgs": ["tjtc"],
        "accounts": ["producer-finance"],
    }
    changed = run(tmp_path, "register", "canteen", *REGISTER)
    assert changed.exit_code == 0, changed.output
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert [each["name"] for each in entries] == ["canteen", "finance"]
    assert entries[0]["types"] == ["guildhall.benefits.ExpenditurePaid.v1"]
    assert file.read_text(encoding="utf-8").startswith("# Who may publish.")


@pytest.mark.parametrize("before", [None, "", "[]\n", "# nobody yet\n[]\n"])
def test_the_first_one_may_be_registered_too(tmp_path: Path, before: str | None) -> None:
    if before is not None:
        (tmp_path / "sources.yaml").write_text(before)
    assert run(tmp_path, "register", "finance", *REGISTER).exit_code == 0
    assert run(tmp_path, "check").exit_code == 0


@pytest.mark.parametrize(
    ("name", "type_", "said"),
    [
        ("Finance", "ExpenditurePaid", "lower-case"),
        ("finance", "ExpenditurePayed", "perhaps"),
        ("finance", "MemberJoined", "reporting_alone"),
        ("finance", "EventDisowned", "only reporting concludes"),
    ],
)
def test_a_wrong_registration_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, type_: str, said: str
) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(CANTEEN, encoding="utf-8")
    done = run(tmp_path, "register", name, "--contact", "c", "--type", type_, "--org", "tjtc")
    assert done.exit_code == 1
    assert said in done.stderr
    assert file.read_text(encoding="utf-8") == CANTEEN


def test_each_source_is_checked_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(CANTEEN + CANTEEN.replace("canteen", "hall").replace("Issued", "Isued"))
    done = run(tmp_path, "check", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["right"] == ["canteen"] and "GiftIsued" in told["wrong"]["hall"]
    file.write_text("- name: [")
    assert "no YAML" in run(tmp_path, "check").stderr


def test_what_is_heard_is_listed_and_silence_is_named(services: FakeServices) -> None:
    heard = {"name": "canteen", "state": "heard", "types": ["g.b.GiftIssued.v1"], "orgs": ["tjtc"]}
    services.answers["GET reporting/v1/sources"] = {"sources": [heard], "unreadable": ""}
    assert services.run("sources", "list").exit_code == 0
    wrong = {"name": "hall", "state": "disabled", "why": "no event type"}
    services.answers["GET reporting/v1/sources"] = {"sources": [heard, wrong], "unreadable": ""}
    done = services.run("sources", "list")
    assert done.exit_code == 1 and "hall: not heard" in done.stderr
    services.answers["GET reporting/v1/sources"] = {"sources": [], "unreadable": ""}
    assert module.NOBODY[:20] in services.run("sources", "list").stdout
