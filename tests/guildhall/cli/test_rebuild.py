"""A rebuild is watched while it lasts, and true only if nothing differed."""

import json

import httpx
import pytest

from tests.guildhall.cli.fake_services import FakeServices


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


def test_what_differed_is_shown_by_table(services: FakeServices) -> None:
    table = {"projection": "deliveries", "rows": 9, "only_live": 2, "only_rebuilt": 0}
    table["named"] = [{"side": "live", "stream": "s1", "valid_from": "7"}]
    wrong = [{"log_index": 4, "event_id": "e1", "wrong": ["leaf"]}]
    answer = {"equal": False, "swapped": False, "tables": [table], "seconds": 61.24}
    answer["wrong_rows"] = wrong
    services.answers["POST reporting/v1/rebuild"] = answer
    services.answers["GET reporting/v1/rebuild"] = {"ratio": None}
    done = services.run("rebuild")
    assert "rebuilt in 61.2 s" in done.stdout
    row = next(line.split() for line in done.stdout.splitlines() if "deliveries" in line)
    assert row == ["deliveries", "9", "2", "0"]
    assert "both are kept" in done.stderr
    assert "s1" in done.stdout and "e1" in done.stdout
    assert json.loads(services.run("rebuild", "--json").stdout) == answer


def test_a_progress_that_cannot_be_asked_does_not_end_the_rebuild(services: FakeServices) -> None:
    services.answers["POST reporting/v1/rebuild"] = {"equal": True, "tables": [], "seconds": 0}
    services.answers["GET reporting/v1/rebuild"] = httpx.Response(503, json={"code": "x"})
    assert services.run("rebuild").exit_code == 0


def test_nobody_answering_is_another_status(services: FakeServices) -> None:
    assert services.run("rebuild").exit_code == 3
