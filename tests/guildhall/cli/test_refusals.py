"""How refusals read, and that the exit status is 0 only for what is true."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from guildhall.cli.connection import problem_of
from guildhall.output import refusal_lines
from tests.guildhall.cli.fake_services import FakeServices, refused

COMMAND = "POST benefits/v1/tjtc/issue-gifts"


def test_a_refusal_reads_title_code_detail_facts_and_rows() -> None:
    lines = refusal_lines(
        {
            "type": "urn:guildhall:problem:row-refused",
            "title": "有不合格的行",
            "status": 422,
            "code": "row-refused",
            "detail": "2 of 3 rows are refused",
            "stream": "tjtc/x",
            "errors": [
                {"row": 1, "code": "not-on-roster", "person_id": "p-000001"},
                {"pointer": "/gifts/2", "code": "missing", "detail": "Field required"},
            ],
        }
    )
    assert lines == [
        "✗ 有不合格的行  (row-refused, HTTP 422)",
        "  2 of 3 rows are refused",
        "  stream: tjtc/x",
        "  row 1: not-on-roster  person_id=p-000001",
        "  pointer /gifts/2: missing  Field required",
    ]


def test_a_long_list_of_rows_is_cut_and_says_so() -> None:
    rows = [{"row": number, "code": "bad"} for number in range(1, 101)]
    lines = refusal_lines({"title": "t", "code": "c", "errors": rows})
    assert lines[-1] == "  and 50 more (--json lists all)"
    assert len(lines) == 52


def test_a_refused_command_ends_with_1_and_the_reason_on_stderr(services: FakeServices) -> None:
    services.answers[COMMAND] = refused(
        409, "programme-closed", "项目已结束", "closed on 2022-03-01"
    )
    done = services.run("command", "tjtc", "benefits/issue-gifts", "{}")
    assert done.exit_code == 1
    assert "项目已结束  (programme-closed, HTTP 409)" in done.stderr
    assert done.stdout == ""


def test_for_a_machine_the_refusal_is_a_document_on_stdout(services: FakeServices) -> None:
    services.answers[COMMAND] = refused(409, "programme-closed", "项目已结束", "closed")
    done = services.run("command", "tjtc", "benefits/issue-gifts", "{}", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["code"] == "programme-closed"


def test_nobody_answering_is_another_status_and_keeps_the_key(services: FakeServices) -> None:
    done = services.run("command", "tjtc", "benefits/issue-gifts", "{}", "--key", "once-only")
    assert done.exit_code == 3
    assert "nobody listens there" in done.stderr
    assert "repeat it with --key once-only" in done.stderr


def test_a_directory_without_a_stack_says_how_to_start_one(tmp_path: Path) -> None:
    done = FakeServices(tmp_path).run("status")
    assert done.exit_code == 3
    assert f"guildhall up --data {tmp_path}" in done.stderr


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(502, text="<html>bad gateway</html>"), "no-problem-document"),
        (httpx.Response(500, json=["not", "an", "object"]), "no-problem-document"),
        (httpx.Response(401, json={"error": "invalid_client"}), "invalid_client"),
    ],
)
def test_an_answer_without_a_problem_document_still_gets_a_code(
    answer: httpx.Response, code: str
) -> None:
    answer.request = httpx.Request("GET", "http://somewhere.test/v1")
    assert problem_of(answer)["code"] == code


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


def test_a_deployment_elsewhere_is_named_by_one_address_and_a_token(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDHALL_MEMBERS_URL", "http://members.test")
    services.answers["GET guildhall.example/reporting/v1/rules"] = {"rules": []}
    services.answers["GET members/v1/relay/heads"] = {"shards": []}
    done = services.run(
        "rules", "list", "--url", "http://guildhall.example.test/", "--token", "mine"
    )
    assert done.exit_code == 0, done.output
    assert services.asked[0].headers["authorization"] == "Bearer mine"
    assert services.person == ""
