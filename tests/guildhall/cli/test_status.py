"""What an operator runs ends with 0 only if nothing is wrong."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from guildhall.cli import status as module
from guildhall.cli.connection import Connection
from guildhall.cli.status import OVERDUE, waiting_for_kafka
from tests.guildhall.cli.fake_services import URLS, FakeServices


def heads(head: int, acked: int, unstamped: int = 0) -> dict[str, Any]:
    return {"unstamped": unstamped, "shards": [{"shard": 0, "head": head, "acked": acked}]}


def all_ready(services: FakeServices) -> None:
    for name in URLS:
        services.answers[f"GET {name}/readyz"] = {"status": "ready"}
        services.answers[f"GET {name}/v1/relay/heads"] = heads(5, 5)
    services.answers["GET reporting/v1/status"] = {"log_index": 12}


def test_status_is_0_when_every_service_is_ready(services: FakeServices) -> None:
    all_ready(services)
    done = services.run("status")
    assert done.exit_code == 0, done.output
    assert services.person == "operator"


def test_status_names_what_is_not_ready_and_why(services: FakeServices) -> None:
    all_ready(services)
    services.answers["GET benefits/readyz"] = httpx.Response(
        503, json={"status": "not ready", "reason": "cannot write"}
    )
    del services.answers["GET events/readyz"]
    done = services.run("status", "--json")
    states = {row["service"]: row["state"] for row in json.loads(done.stdout)["services"]}
    assert (states["benefits"], states["events"]) == ("cannot write", "no answer")
    assert (done.exit_code, states["members"]) == (1, "ready")
    assert "not ready: benefits, events" in done.stderr


def test_status_is_not_0_when_figures_differ_from_their_lists(services: FakeServices) -> None:
    all_ready(services)
    services.answers["GET reporting/v1/status"] = {"differences": [{"list": "x", "day": "d"}]}
    done = services.run("status")
    assert done.exit_code == 1
    assert "figures differ" in done.stderr


def test_status_is_not_0_when_rows_of_the_journal_are_gone(services: FakeServices) -> None:
    all_ready(services)
    services.answers["GET reporting/v1/status"] = {"journal_gaps": [{"first": 2, "last": 3}]}
    done = services.run("status")
    assert done.exit_code == 1
    assert "rows of the journal are gone" in done.stderr


def test_status_is_not_0_when_looking_took_too_long(services: FakeServices) -> None:
    all_ready(services)
    services.answers["GET reporting/v1/status"] = {"journal_gaps": None, "differences": []}
    done = services.run("status")
    assert done.exit_code == 1
    assert "not known in time: journal_gaps" in done.stderr
    assert "UNKNOWN" in done.stdout


def test_what_kafka_has_not_acknowledged_is_counted() -> None:
    assert waiting_for_kafka(heads(head=9, acked=4, unstamped=2)) == 7


def state_of(done: Any, service: str) -> dict[str, Any]:
    (row,) = [row for row in json.loads(done.stdout)["services"] if row["service"] == service]
    return row


@pytest.mark.parametrize("hangs", ["members/readyz", "identity/token", "reporting/v1/status"])
def test_who_hangs_is_said_to_in_time(
    services: FakeServices, hangs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_ready(services)
    gate = threading.Event()

    def hanging(request: httpx.Request) -> httpx.Response:
        gate.wait(30)
        return httpx.Response(200, json={})

    services.answers[f"GET {hangs}"] = hanging
    if hangs == "identity/token":
        monkeypatch.setattr(Connection, "bearer", lambda _: gate.wait(30))
    monkeypatch.setattr(module, "SAID_SECONDS", 0.5)
    monkeypatch.setattr(module, "COMPARED_SECONDS", 0.5)
    began = time.monotonic()
    done = services.run("status", "--json")
    gate.set()
    assert (done.exit_code, time.monotonic() - began < 5) == (1, True)
    assert "no answer within 0.5 s" in done.stdout


@pytest.mark.parametrize("name", ["worker", "benefits", "reporting"])
def test_a_service_whose_address_is_unknown_is_not_ready(
    services: FakeServices, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_ready(services)
    found = module.Session.__init__

    def without(self: Any, connection: Any, *rest: Any) -> None:
        urls = {key: url for key, url in connection.target.urls.items() if key != name}
        connection.target = connection.target._replace(urls=urls)
        found(self, connection, *rest)

    monkeypatch.setattr(module.Session, "__init__", without)
    done = services.run("status", "--json")
    assert done.exit_code == 1
    assert state_of(done, name)["state"] == "no answer"
    assert f"GUILDHALL_{name.upper()}_URL" in state_of(done, name)["why"]
    assert name in done.stderr


def test_a_worker_that_does_not_beat_is_not_there(services: FakeServices) -> None:
    all_ready(services)
    for age, said in ((61.0, "61 s ago"), (None, "never was")):
        gone = {"there": False, "age_seconds": age, "parts": {}}
        services.answers["GET reporting/v1/status"] = {"worker": gone}
        done = services.run("status")
        assert done.exit_code == 1
        assert "the worker is not there" in done.stderr and said in done.stderr


def parts(last: datetime, reason: str = "") -> dict[str, Any]:
    return {"relay": {"last_success": last.isoformat(), "failed_at": None, "reason": reason}}


def test_a_part_that_fails_or_has_long_done_nothing_is_named(services: FakeServices) -> None:
    all_ready(services)
    now = datetime.now(UTC)
    for at, reason, status in (
        (now, "", 0),
        (now, "TimeoutError", 1),
        (now - OVERDUE - timedelta(seconds=9), "", 1),
    ):
        told = {"status": "ready", "parts": parts(at, reason)}
        services.answers["GET events/readyz"] = told
        done = services.run("status")
        assert done.exit_code == status, done.output
        if status:
            assert "failing: events relay (" in done.stderr
        if reason:
            assert reason in done.stderr
    services.answers["GET events/readyz"] = {"status": "ready"}
    worker = {"there": True, "age_seconds": 1.0, "parts": parts(now, "Held: no")}
    services.answers["GET reporting/v1/status"] = {"worker": worker}
    done = services.run("status")
    assert (done.exit_code, "worker relay (Held: no)" in done.stderr) == (1, True)
