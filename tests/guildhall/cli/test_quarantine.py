"""The quarantine on a terminal: every record is listed, shown whole, and settled by a person."""

import json
from typing import Any

import httpx
import pytest

from tests.guildhall.cli.fake_services import FakeServices, refused


def test_every_page_of_the_quarantine_is_listed(services: FakeServices) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        first = "after" not in request.url.params
        record = {"id": 1 if first else 2, "reason": "no-value"}
        return httpx.Response(200, json={"records": [record], "next": 1 if first else None})

    services.answers["GET reporting/v1/quarantine"] = answer
    done = services.run("quarantine", "list", "--json")
    assert [row["id"] for row in json.loads(done.stdout)["records"]] == [1, 2]


def test_a_retry_that_leaves_records_behind_is_not_a_success(services: FakeServices) -> None:
    answer = {"tried": 2, "applied": 1, "duplicate": 0, "still_quarantined": 1}
    services.answers["POST reporting/v1/quarantine/7/retry"] = answer
    assert services.run("quarantine", "retry", "7").exit_code == 1
    services.answers["POST reporting/v1/quarantine/7/retry"] = {**answer, "still_quarantined": 0}
    assert services.run("quarantine", "retry", "7").exit_code == 0


def test_discarding_states_why(services: FakeServices) -> None:
    services.answers["POST reporting/v1/quarantine/7/discard"] = {}
    assert services.run("quarantine", "discard", "7").exit_code == 2
    assert services.run("quarantine", "discard", "7", "--reason", "a test").exit_code == 0
    assert json.loads(services.asked[-1].content) == {"reason": "a test", "code": "other"}
    services.run("quarantine", "discard", "7", "--reason", "a test", "--code", "not_ours")
    assert json.loads(services.asked[-1].content) == {"reason": "a test", "code": "not_ours"}


def test_a_record_is_shown_with_all_it_has(services: FakeServices) -> None:
    record = {
        "id": 7, "reason": "not-json", "headers": [["名", "值"]], "value_text": None,
        "value_base64": "/w==",
    }  # fmt: skip
    services.answers["GET reporting/v1/quarantine/7"] = record
    done = services.run("quarantine", "show", "7")
    assert done.exit_code == 0
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["reason", "not-json"] in rows and ["value_base64", "/w=="] in rows
    assert any(row[:1] == ["headers"] and "名;" in row for row in rows)
    assert json.loads(services.run("quarantine", "show", "7", "--json").stdout) == record


def test_the_state_asked_for_is_the_state_listed(services: FakeServices) -> None:
    services.answers["GET reporting/v1/quarantine"] = {"records": []}
    done = services.run("quarantine", "list", "--state", "discarded")
    assert dict(services.asked[-1].url.params) == {"state": "discarded"}
    assert "0 discarded" in done.stdout


def test_a_record_nobody_has_is_a_refusal(services: FakeServices) -> None:
    services.answers["GET reporting/v1/quarantine/7"] = refused(404, "no-record", "没有", "7")
    assert services.run("quarantine", "show", "7").exit_code == 1
    assert services.run("quarantine", "show", "seven").exit_code == 2


def page(looked_at: int, left: int, **told: int) -> dict[str, Any]:
    outcome = {"applied": 0, "discarded": 0, "still_open": 0, **told}
    following = ["/ext/canteen", "s", 1, looked_at] if left else None
    return {"looked_at": looked_at, "left": left, "next": following, **outcome}


def test_all_that_a_filter_names_are_settled_page_by_page(services: FakeServices) -> None:
    pages = iter([page(500, 100, discarded=500), page(100, 0, discarded=99, still_open=1)])
    services.answers["POST reporting/v1/quarantine/discard"] = lambda _: httpx.Response(
        200, json=next(pages)
    )
    which = ("--source", "/ext/canteen", "--refused-for", "invalid-data")
    done = services.run("quarantine", "discard", *which, "--reason", "a test", "--json")
    assert done.exit_code == 1  # one is open still
    assert json.loads(done.stdout)["discarded"] == 599
    first, second = (json.loads(asked.content) for asked in services.asked[-2:])
    assert first["records"] == {"source": "/ext/canteen", "reason": "invalid-data"}
    assert "after" not in first
    assert second["after"] == ["/ext/canteen", "s", 1, 500]


def test_a_filter_that_names_nothing_is_no_success(services: FakeServices) -> None:
    services.answers["POST reporting/v1/quarantine/retry"] = page(0, 0)
    assert services.run("quarantine", "retry", "--source", "/ext/cantene").exit_code == 1


def test_an_empty_value_does_not_widen_what_is_settled(services: FakeServices) -> None:
    services.answers["POST reporting/v1/quarantine/retry"] = page(1, 0, applied=1)
    services.run("quarantine", "retry", "--source", "", "--topic", "t")
    assert json.loads(services.asked[-1].content)["records"] == {"source": "", "topic": "t"}


@pytest.mark.parametrize("arguments", [(), ("7", "--all"), ("7", "--source", "x")])
def test_an_id_or_a_filter_and_not_both(services: FakeServices, arguments: tuple[str, ...]) -> None:
    assert services.run("quarantine", "retry", *arguments).exit_code == 2
    assert services.run("quarantine", "discard", *arguments, "--reason", "a").exit_code == 2
    assert services.asked == []
