"""Who is asked, and as whom: every answer is one, or a refusal, or nobody answered."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from guildhall.cli import connection as module
from guildhall.cli.connection import (
    ADDRESSED,
    Connection,
    Refused,
    Target,
    Unreachable,
    find_target,
    open_http,
    problem_of,
)
from shared.kafka.access import KafkaAccess
from tests.guildhall.cli.fake_services import URLS, FakeServices, refused


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


def test_a_deployment_elsewhere_is_named_by_one_address_and_a_token(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDHALL_MEMBERS_URL", "http://members.test")
    services.answers["GET guildhall.example/reporting/v1/rules/register"] = {
        "rules": [],
        "states": {},
    }
    services.answers["GET members/v1/relay/heads"] = {"shards": []}
    done = services.run(
        "rules", "list", "--url", "http://guildhall.example.test/", "--token", "mine"
    )
    assert done.exit_code == 0, done.output
    assert services.asked[0].headers["authorization"] == "Bearer mine"
    assert services.person == ""


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A directory without a stack, and an environment that names no service."""
    for service in ADDRESSED:
        monkeypatch.delenv(f"GUILDHALL_{service.upper()}_URL", raising=False)
    monkeypatch.delenv("GUILDHALL_KAFKA", raising=False)
    return tmp_path


def test_one_address_serves_every_service_below_it(nowhere: Path) -> None:
    target = find_target(nowhere, "https://工会.example/", "mine")
    assert dict(target.urls) == {name: f"https://工会.example/{name}" for name in ADDRESSED}
    assert (target.token, target.token_url, target.on_this_machine) == ("mine", None, False)


def test_an_address_of_one_service_wins_over_the_common_one_and_over_the_stack(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, services: FakeServices
) -> None:
    monkeypatch.setenv("GUILDHALL_MEMBERS_URL", "http://members.example/")
    for url in ("http://all.example", None):
        urls = find_target(services.data, url, None).urls
        assert urls["members"] == "http://members.example"
        assert urls["events"] != urls["members"]


def test_with_every_service_named_no_stack_is_needed(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in module.SERVICES:
        monkeypatch.setenv(f"GUILDHALL_{service.upper()}_URL", f"http://{service}.example")
    monkeypatch.setenv("GUILDHALL_KAFKA", "kafka:9092")
    target = find_target(nowhere, None, None)
    assert target.urls == {name: f"http://{name}.example" for name in module.SERVICES}
    assert target.kafka is not None
    assert KafkaAccess.from_environment(target.kafka) == KafkaAccess("kafka:9092")


def test_a_stack_of_this_machine_says_where_it_is_and_how_to_enter(services: FakeServices) -> None:
    target = find_target(services.data, None, None)
    assert target.on_this_machine and target.urls == URLS
    assert (target.client_id, target.token_url) == ("cli", f"{URLS['identity']}/token")


def test_nobody_told_where_the_services_are(nowhere: Path) -> None:
    with pytest.raises(Unreachable, match="guildhall up"):
        find_target(nowhere, None, None)


@pytest.fixture
def connection(services: FakeServices) -> Connection:
    return Connection(find_target(services.data, None, None), "cashier")


def test_a_person_is_picked_once_and_bears_the_token(
    connection: Connection, services: FakeServices
) -> None:
    services.answers["GET members/v1/a"] = {"名": 1}
    assert [connection.get("members", "/v1/a") for _ in range(2)] == [{"名": 1}] * 2
    assert services.person == "cashier"
    bearers = {request.headers["authorization"] for request in services.asked}
    assert bearers == {"Bearer token-of-cashier"}


def test_what_is_not_asked_is_left_out_of_the_question(
    connection: Connection, services: FakeServices
) -> None:
    services.answers["GET members/v1/a"] = {}
    services.answers["POST members/v1/a"] = {}
    connection.get("members", "/v1/a", state="", after=None, n=0)
    assert dict(services.asked[-1].url.params) == {"state": "", "n": "0"}
    connection.post("members", "/v1/a", {}, query={"as_of": None, "from": "2022-01-01"})
    assert dict(services.asked[-1].url.params) == {"from": "2022-01-01"}


def test_a_body_is_json_or_the_very_bytes_and_an_empty_answer_is_empty(
    connection: Connection, services: FakeServices
) -> None:
    services.answers["POST members/v1/a"] = httpx.Response(204)
    assert connection.post("members", "/v1/a", {"题": 1}, headers={"X-Mine": "1"}) == {}
    assert services.asked[-1].content == '{"题":1}'.encode()
    assert services.asked[-1].headers["x-mine"] == "1"
    connection.post("members", "/v1/a", b"{ }")
    assert services.asked[-1].content == b"{ }"


def test_an_open_route_is_asked_without_a_token(
    connection: Connection, services: FakeServices
) -> None:
    services.answers["GET members/livez"] = {}
    connection.open_get("members", "/livez")
    assert "authorization" not in services.asked[-1].headers
    assert services.person == ""


def test_a_refusal_is_the_service_s_own_document(
    connection: Connection, services: FakeServices
) -> None:
    services.answers["GET members/v1/a"] = refused(409, "c", "题", "细节", found=3)
    with pytest.raises(Refused, match="细节") as why:
        connection.get("members", "/v1/a")
    assert (why.value.problem["code"], why.value.problem["found"]) == ("c", 3)


@pytest.mark.parametrize(
    "error", [httpx.ConnectError(""), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("x")]
)
def test_nobody_answering_names_what_was_asked(
    connection: Connection, services: FakeServices, error: Exception
) -> None:
    def failing(_: httpx.Request) -> httpx.Response:
        raise error

    services.answers["GET members/v1/a"] = failing
    with pytest.raises(Unreachable, match=r"GET http://members\.test/v1/a: .+guildhall up") as why:
        connection.get("members", "/v1/a")
    assert (str(error) or type(error).__name__) in str(why.value)


@pytest.mark.parametrize("address", ["http://[::1", "http://a:b:c", "http://a:99999999"])
def test_an_address_that_is_none_is_nobody(services: FakeServices, address: str) -> None:
    with (
        Connection(Target({"members": address}, "t"), "clerk") as connection,
        pytest.raises(Unreachable),
    ):
        connection.get("members", "/v1/a")


def test_a_service_nobody_knows_and_a_token_nobody_gave_are_said(services: FakeServices) -> None:
    with Connection(Target({}), "clerk") as connection:
        with pytest.raises(Unreachable, match="no address of the service 会员"):
            connection.open_get("会员", "/livez")
        with pytest.raises(Unreachable, match="--token"):
            connection.bearer()


def test_a_proxy_is_for_other_machines_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with open_http(Target({}, on_this_machine=True)) as ours, open_http(Target({})) as theirs:
        assert (ours.trust_env, theirs.trust_env) == (False, True)


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        ({"code": "c", "detail": "d"}, "c", "d"),
        ({"status": "not ready", "reason": "写不了"}, "not-ready", "写不了"),
        ({"error": "invalid_grant", "error_description": "无此人"}, "invalid_grant", "无此人"),
        ({"error": "invalid_grant"}, "invalid_grant", ""),
    ],
)
def test_each_service_s_way_of_refusing_is_one_document(
    body: dict[str, Any], code: str, detail: str
) -> None:
    answer = httpx.Response(503, json=body, request=httpx.Request("GET", "http://s.test"))
    found = problem_of(answer)
    assert (found["code"], found["detail"]) == (code, detail)


def test_a_page_of_somebody_else_is_no_answer_of_a_service(
    connection: Connection, services: FakeServices
) -> None:
    services.answers["GET members/v1/a"] = httpx.Response(200, text="<h1>网关</h1>")
    with pytest.raises(Refused) as why:
        connection.get("members", "/v1/a")
    assert why.value.problem["code"] == "no-problem-document"
    assert "answered 200: <h1>网关</h1>" in why.value.problem["detail"]


@pytest.mark.parametrize("body", [{}, [], "token"])
def test_an_issuer_that_gives_no_token_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, body: object
) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    monkeypatch.setattr(module, "open_http", lambda _: httpx.Client(transport=transport))
    with (
        Connection(Target({}, token_url="http://issuer.test/token"), "clerk") as asking,
        pytest.raises(Refused),
    ):
        asking.bearer()


def test_what_no_header_can_carry_is_said_and_not_sent(
    connection: Connection, services: FakeServices
) -> None:
    services.answers["POST members/v1/a"] = {}
    with pytest.raises(Refused, match="ASCII"):
        connection.post("members", "/v1/a", {}, headers={"Idempotency-Key": "春节"})
    with Connection(Target(URLS, token="令牌"), "clerk") as other, pytest.raises(Refused):
        other.get("members", "/v1/a")
    assert not services.asked
