"""What an operator runs ends with 0 only if nothing is wrong."""

import json
from typing import Any

import httpx

from guildhall.cli.status import waiting_for_kafka
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
