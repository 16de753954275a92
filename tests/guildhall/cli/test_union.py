"""`guildhall union new`: what is registered, who is enrolled, which workbooks are written."""

import json
from pathlib import Path

import httpx
import pytest

from guildhall.cli.union import ROLES, TEMPLATES
from guildhall.imports import KINDS
from guildhall.imports.headings import known_headings
from guildhall.imports.spreadsheet import read_book
from tests.guildhall.cli.fake_services import FakeServices, refused

NEW = ("union", "new", "xinhua", "--name", "新华中学工会")


@pytest.fixture
def stack(services: FakeServices) -> FakeServices:
    services.answers |= {
        "POST members/v1/xinhua/register-organisation": lambda _: httpx.Response(201, json={}),
        "POST identity/people": lambda _: httpx.Response(201, json={"people": {}}),
    }
    return services


def test_a_union_its_people_and_its_workbooks(stack: FakeServices, tmp_path: Path) -> None:
    to = tmp_path / "xinhua"
    done = stack.run(*NEW, "--founded", "2022-01-01", "--templates", str(to), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["registered"] and told["people"] == {f"xinhua-{role}": [role] for role in ROLES}
    for name in TEMPLATES:
        book = read_book(to / f"{KINDS[name].title}.xlsx", known_headings(KINDS[name]))
        assert book.pages[0].rows


def test_what_to_do_next_is_said(stack: FakeServices, tmp_path: Path) -> None:
    done = stack.run(*NEW, "--templates", str(tmp_path / "new"))
    assert done.exit_code == 0
    assert "guildhall import staff" in done.output and "xinhua-clerk" in done.output


def test_one_that_was_begun_is_gone_on_with(stack: FakeServices, tmp_path: Path) -> None:
    taken = refused(409, "organisation-exists", "该工会已登记", "registered already", differs=[])
    stack.answers["POST members/v1/xinhua/register-organisation"] = lambda _: taken
    done = stack.run(*NEW, "--templates", str(tmp_path / "new"))
    assert done.exit_code == 0 and "was registered before" in done.output


def test_an_id_of_another_union_is_refused(stack: FakeServices, tmp_path: Path) -> None:
    taken = refused(
        409, "organisation-exists", "该工会已登记", "registered already", differs=["name"]
    )
    stack.answers["POST members/v1/xinhua/register-organisation"] = lambda _: taken
    to = tmp_path / "new"
    done = stack.run(*NEW, "--templates", str(to))
    assert done.exit_code == 1 and "organisation-exists" in done.output and not to.exists()


def test_nothing_is_written_over(stack: FakeServices, tmp_path: Path) -> None:
    (tmp_path / "mine.xlsx").touch()
    done = stack.run(*NEW, "--templates", str(tmp_path))
    assert done.exit_code == 2 and "already" in done.output


def test_a_day_that_is_none_is_refused(stack: FakeServices, tmp_path: Path) -> None:
    done = stack.run(*NEW, "--founded", "2022-13-01", "--templates", str(tmp_path / "new"))
    assert done.exit_code == 2


def test_no_workbooks_are_written_where_none_are_asked_for(
    stack: FakeServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = stack.run(*NEW, "--no-templates", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["templates"] == [] and not (tmp_path / "xinhua").exists()


def test_on_a_simulated_clock_it_is_registered_at_the_time_that_is_said(
    stack: FakeServices, tmp_path: Path
) -> None:
    to = ("--templates", str(tmp_path / "new"))
    stack.run(*NEW, "--simulated", "--now", "2022-12-31T08:00:00+08:00", *to)
    [asked] = [each for each in stack.asked if each.url.path.endswith("register-organisation")]
    assert asked.headers["guildhall-simulated-now"] == "2022-12-31T08:00:00+08:00"
    assert json.loads(asked.content)["simulated"] is True


def test_people_are_enrolled_with_the_development_provider_alone(
    stack: FakeServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("members", "benefits", "events", "reporting"):
        monkeypatch.setenv(f"GUILDHALL_{name.upper()}_URL", f"http://{name}.test")
    said = (*NEW, "--token", "t", "--json", "--no-templates")
    elsewhere = json.loads(stack.run(*said).stdout)
    assert elsewhere["registered"] and elsewhere["people"] == {}
    monkeypatch.setenv("GUILDHALL_IDENTITY_URL", "http://identity.test")
    named = json.loads(stack.run(*said).stdout)
    assert named["people"] == {f"xinhua-{role}": [role] for role in ROLES}
