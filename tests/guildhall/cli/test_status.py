"""What an operator runs ends with 0 only if nothing is wrong."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from guildhall.cli.status import waiting_for_kafka
from tests.guildhall.cli.fake_services import URLS, FakeServices

COMPLETE = {"source": "/guildhall/members", "complete": True, "behind": 0, "gaps": []}
LOST = {
    "event_id": "e-1",
    "type": "t",
    "stream": "tjtc/s",
    "stream_version": 1,
    "log_index": 7,
}
GAP = {"source": "/guildhall/members", "shard": 7, "have": 4, "acked": 9}


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


def test_every_page_of_the_quarantine_is_listed(services: FakeServices) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        first = "after" not in request.url.params
        record = {"id": 1 if first else 2, "reason": "no-value"}
        return httpx.Response(200, json={"records": [record], "next": 1 if first else None})

    services.answers["GET reporting/v1/quarantine"] = answer
    done = services.run("quarantine", "list", "--json")
    assert [row["id"] for row in json.loads(done.stdout)["records"]] == [1, 2]


def test_rules_are_listed_with_their_dated_values_and_how_well_they_are_confirmed(
    services: FakeServices,
) -> None:
    entry = {
        "value": None,
        "status": "unconfirmed",
        "effective_from": "2018-01-01",
        "instrument": "TJ-2018",
        "clause": "第八条",
    }
    rule = {
        "id": "WEL-03",
        "title": "逢年过节慰问限额",
        "version": "1",
        "values": [{"title": "年度限额", "entries": [entry]}],
    }
    services.answers["GET reporting/v1/rules"] = {"rules": [rule]}
    done = services.run("rules", "list")
    assert done.exit_code == 0, done.output
    assert "2018-01-01 年度限额 UNKNOWN (unconfirmed)" in done.stdout
    assert "TJ-2018 第八条" in done.stdout


VERDICT = {
    "rule": "wel-04",
    "subject": "year:2022",
    "outcome": "pass",
    "severity": None,
    "sentence": "未超过限额",
    "clause": "第八条",
}
YEAR_2022 = {"from": "2022-01-01", "to": "2022-12-31"}


@pytest.mark.parametrize(("outcome", "status"), [("pass", 0), ("indeterminate", 0), ("fail", 1)])
def test_checking_the_rules_is_true_only_if_none_fails(
    services: FakeServices, outcome: str, status: int
) -> None:
    verdicts = [VERDICT, VERDICT | {"outcome": outcome}]
    services.answers["GET reporting/v1/tjtc/verdicts"] = {"known_at": 9, "verdicts": verdicts}
    done = services.run("rules", "check", "--org", "tjtc", "--year", "2022")
    assert done.exit_code == status, done.output
    assert "year:2022" in done.stdout
    assert ("1 of 2 verdicts fail" in done.stderr) == bool(status)
    assert dict(services.asked[-1].url.params) == YEAR_2022


def test_rules_that_judged_nothing_are_not_met(services: FakeServices) -> None:
    services.answers["GET reporting/v1/tjct/verdicts"] = {"known_at": 9, "verdicts": []}
    done = services.run("rules", "check", "--org", "tjct", "--year", "2022")
    assert done.exit_code == 1
    assert "nothing was judged" in done.stderr


def test_what_other_values_change_is_shown(services: FakeServices, tmp_path: Path) -> None:
    services.answers["POST reporting/v1/tjtc/rules/wel-04/what-if"] = {
        "rule_version": "wel-04.trial-1",
        "differences": [{"subject": "year:2022", "now": None, "then": VERDICT}],
    }
    file = tmp_path / "wel-04.yaml"
    file.write_text("cap_fen: 元\n", encoding="utf-8")
    asked = ("rules", "what-if", "wel-04", str(file), "--org", "tjtc", "--year", "2022")
    done = services.run(*asked)
    assert done.exit_code == 0, done.output
    assert "not judged" in done.stdout
    assert "pass: 未超过限额" in done.stdout
    assert json.loads(services.asked[-1].content) == {"values": "cap_fen: 元\n"}
    assert dict(services.asked[-1].url.params) == YEAR_2022
    file.write_bytes(b"\xff")
    assert services.run(*asked).exit_code == 2


def test_what_kafka_has_not_acknowledged_is_counted() -> None:
    assert waiting_for_kafka(heads(head=9, acked=4, unstamped=2)) == 7


@pytest.mark.parametrize(("equal", "status"), [(True, 0), (False, 1)])
def test_a_rebuild_is_true_only_if_nothing_differed(
    services: FakeServices, equal: bool, status: int
) -> None:
    services.answers["POST reporting/v1/rebuild"] = {"equal": equal, "tables": [], "seconds": 1.5}
    services.answers["GET reporting/v1/rebuild"] = {"ratio": 0.5}
    assert services.run("rebuild").exit_code == status


def test_a_refused_rebuild_is_a_refusal(services: FakeServices) -> None:
    services.answers["POST reporting/v1/rebuild"] = httpx.Response(
        409, json={"code": "rebuild-running", "title": "正在重建", "status": 409}
    )
    done = services.run("rebuild")
    assert done.exit_code == 1
    assert "rebuild-running" in done.stderr


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (
            {
                "complete": True,
                "sources": [COMPLETE],
                "differences": [],
                "ahead": [],
                "journal_gaps": [],
            },
            0,
        ),
        (
            {
                "complete": False,
                "sources": [{**COMPLETE, "complete": False, "behind": 5, "gaps": [GAP]}],
                "differences": [],
                "ahead": [],
                "journal_gaps": [],
            },
            1,
        ),
        (
            {
                "complete": True,
                "sources": [COMPLETE],
                "differences": [{"figure": "x"}],
                "ahead": [],
                "journal_gaps": [],
            },
            1,
        ),
        (
            {
                "complete": False,
                "sources": [COMPLETE],
                "differences": [],
                "ahead": [LOST],
                "journal_gaps": [],
            },
            1,
        ),
        (
            {
                "complete": False,
                "sources": [COMPLETE],
                "differences": [],
                "ahead": [],
                "journal_gaps": [{"first": 2, "last": 3}],
            },
            1,
        ),
    ],
)
def test_reconcile_is_true_only_if_all_is_here_and_agrees(
    services: FakeServices, answer: dict[str, Any], status: int
) -> None:
    services.answers["POST reporting/v1/reconcile"] = answer
    done = services.run("reconcile")
    assert done.exit_code == status
    assert ("7:5-9" in done.stdout) == (GAP in answer["sources"][0]["gaps"])
    assert ("log-ahead-of-owner: event_id e-1" in done.stdout) == (LOST in answer["ahead"])
    assert ("gone from the journal: first 2, last 3" in done.stdout) == bool(answer["journal_gaps"])


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


def test_republishing_names_a_range_or_everything(services: FakeServices) -> None:
    services.answers["POST worker/v1/relay/republish"] = {"republished": 3}
    run = ("events", "republish", "--service", "reporting")
    assert services.run(*run).exit_code == 2
    assert services.run(*run, "--all", "--shard", "1").exit_code == 2
    assert services.run(*run, "--all").exit_code == 0
    assert json.loads(services.asked[-1].content) == {}
    assert services.run(*run, "--shard", "0", "--first", "4", "--last", "9").exit_code == 0
    assert json.loads(services.asked[-1].content) == {"shard": 0, "first": 4, "last": 9}
