"""What the office enters: a command goes to the service that has it, under a key of its own."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from guildhall.cli.commands import Sendable
from tests.guildhall.cli.fake_services import FakeServices

COMMAND = "POST benefits/v1/tjtc/issue-gifts"


def test_a_command_goes_to_the_service_whose_contract_has_it(services: FakeServices) -> None:
    def document(*names: str) -> dict[str, Any]:
        post = {"tags": ["commands"], "summary": "s", "description": "Roles: clerk."}
        return {"paths": {f"/v1/{{org_id}}/{name}": {"post": post} for name in names}}

    for service, names in {
        "members": ["admit"],
        "benefits": ["issue-gifts"],
        "events": [],
        "reporting": [],
    }.items():
        services.answers[f"GET {service}/openapi.json"] = document(*names)
    services.answers[COMMAND] = httpx.Response(201, json={"stream": "tjtc/x", "version": 1})

    done = services.run(
        "command",
        "tjtc",
        "issue-gifts",
        '{"a": 1}',
        "--key",
        "k",
        "--if-match",
        "3",
        "--now",
        "2022-01-20T08:00Z",
        "--after",
        "tjtc/person-p-1@4",
    )

    assert done.exit_code == 0, done.output
    sent = services.asked[-1]
    assert (sent.content, sent.headers["idempotency-key"]) == (b'{"a": 1}', "k")
    assert sent.headers["if-match"] == '"3"'
    assert sent.headers["guildhall-simulated-now"] == "2022-01-20T08:00Z"
    assert sent.headers["guildhall-after"] == "tjtc/person-p-1@4"
    assert services.run("command", "tjtc", "no-such-thing", "{}").exit_code == 2


def test_every_command_without_a_key_gets_its_own(services: FakeServices) -> None:
    services.answers[COMMAND] = httpx.Response(201, json={})
    for _ in range(2):
        services.run("command", "tjtc", "benefits/issue-gifts")
    first, second = (request.headers["idempotency-key"] for request in services.asked)
    assert first != second


def test_a_body_may_come_from_a_file_and_must_be_json(
    services: FakeServices, tmp_path: Path
) -> None:
    services.answers[COMMAND] = httpx.Response(201, json={})
    body = tmp_path / "body.json"
    body.write_text('{"题": "春节"}', encoding="utf-8")
    assert services.run("command", "tjtc", "benefits/issue-gifts", f"@{body}").exit_code == 0
    assert json.loads(services.asked[0].content) == {"题": "春节"}
    assert services.run("command", "tjtc", "benefits/issue-gifts", "not json").exit_code == 2
    assert services.run("command", "tjtc", "benefits/issue-gifts", "@absent").exit_code == 1


def described(*names: str, tags: tuple[str, ...] = ("commands",)) -> dict[str, Any]:
    post = {"tags": [*tags], "summary": "发放", "description": "Roles: clerk, chair."}
    return {"paths": {f"/v1/{{org_id}}/{name}": {"post": post} for name in names}}


@pytest.fixture
def listed(services: FakeServices) -> FakeServices:
    for service, names in {
        "members": ("admit", "twice"), "benefits": ("issue-gifts", "twice"), "events": (),
        "reporting": (),
    }.items():  # fmt: skip
        services.answers[f"GET {service}/openapi.json"] = described(*names)
    return services


def test_what_several_services_accept_is_named_with_the_service(listed: FakeServices) -> None:
    done = listed.run("command", "tjtc", "twice")
    assert done.exit_code == 2
    assert "members, benefits" in " ".join(done.stderr.split())
    listed.answers["POST members/v1/tjtc/twice"] = {"version": 1}
    assert listed.run("command", "tjtc", "members/twice").exit_code == 0


def test_a_service_that_is_away_may_be_the_one_so_none_is_guessed(listed: FakeServices) -> None:
    del listed.answers["GET events/openapi.json"]
    done = listed.run("command", "tjtc", "raise-issue")
    assert done.exit_code == 3
    assert "events gave no list of commands" in done.stderr
    listed.answers[COMMAND] = {}
    assert listed.run("command", "tjtc", "issue-gifts").exit_code == 0


def test_a_service_that_is_none_is_wrong_usage(listed: FakeServices) -> None:
    assert listed.run("command", "tjtc", "canteen/issue-gifts").exit_code == 2
    assert listed.run("commands", "--service", "canteen").exit_code == 2
    assert not listed.asked


def test_every_command_is_listed_with_who_may_send_it(listed: FakeServices) -> None:
    listed.answers["GET events/openapi.json"] = described("heads", tags=("relay",))
    found = json.loads(listed.run("commands", "--json").stdout)["commands"]
    wanted = [
        Sendable(service, name, "发放", "clerk, chair")
        for service, name in (
            ("members", "admit"), ("members", "twice"), ("benefits", "issue-gifts"),
            ("benefits", "twice"),
        )
    ]  # fmt: skip
    assert found == [each._asdict() for each in wanted]
    one = json.loads(listed.run("commands", "--service", "members", "--json").stdout)["commands"]
    assert [each["name"] for each in one] == ["admit", "twice"]


def test_what_stdin_says_is_sent_and_must_be_json(services: FakeServices, tmp_path: Path) -> None:
    services.answers[COMMAND] = httpx.Response(201, json={})
    body = tmp_path / "empty"
    body.touch()
    for content in (b"", b"\xff", b"{"):
        body.write_bytes(content)
        done = services.run("command", "tjtc", "benefits/issue-gifts", f"@{body}")
        assert done.exit_code == 2
    assert services.run("command", "tjtc", "benefits/issue-gifts", "-").exit_code == 2
    assert not services.asked


SHEET = "项目编号,工号,签收日期\nspring-2022,0012,2022-1-20\nspring-2022,0013,明天\n"


@pytest.mark.parametrize(
    "options", [("--set", "programme_id"), ("--set", "=x"), ("--max-error-rate", "1.1")]
)
def test_an_import_is_refused_before_anything_is_sent(
    services: FakeServices, tmp_path: Path, options: tuple[str, ...]
) -> None:
    file = tmp_path / "签收.csv"
    file.write_text(SHEET, encoding="utf-8")
    done = services.run("import", "receipts", str(file), "--org", "tjtc", *options)
    assert done.exit_code == 2
    assert services.run("import", "recipes", str(file), "--org", "tjtc").exit_code == 2
    assert services.run("import", "receipts", "absent.csv", "--org", "tjtc").exit_code == 2
    assert not services.asked
