"""Publishing again names a range or everything; a file is published only where Kafka is known.

What reaches a real Kafka is in test_producer.py.
"""

import json
from pathlib import Path

import pytest

from guildhall.cli import producer
from guildhall.cli.conformance import Violation
from guildhall.cli.producer import AccessFor, Outcome, Plan
from shared.contract.contexts import RELAY_PROCESSES
from shared.kafka.access import KafkaAccess
from tests.guildhall.cli.fake_services import FakeServices

STATUS = {
    "source": "/ext/canteen", "topic": "guildhall.ext.canteen.v1", "received": 9, "repeated": 1,
    "applied": 6, "held": 0, "refused": 0, "settled": 0, "applied_by_day": [], "reasons": [],
    "records": [], "next": None,
}  # fmt: skip


def test_a_source_is_told_what_became_of_its_events(services: FakeServices) -> None:
    services.answers["GET reporting/v1/sources/canteen/events"] = STATUS
    done = services.run("events", "status", "/ext/canteen", "--since", "2022-09-01")
    assert done.exit_code == 0, done.output
    assert services.asked[-1].url.params["since"] == "2022-09-01"
    wrong = {
        "id": 4,
        "stream": "tjtc/x",
        "stream_version": 2,
        "reason": "wrong-stream",
        "detail": "d",
    }
    services.answers["GET reporting/v1/sources/canteen/events"] = STATUS | {
        "refused": 1, "records": [wrong],
    }  # fmt: skip
    done = services.run("events", "status", "canteen")
    assert done.exit_code == 1
    assert "wrong-stream" in done.stdout and "1 refused" in done.stderr


def test_republishing_names_a_range_or_everything(services: FakeServices) -> None:
    services.answers["POST worker/v1/relay/republish"] = {"republished": 3}
    run = ("events", "republish", "--service", "reporting")
    assert services.run(*run).exit_code == 2
    assert services.run(*run, "--all", "--shard", "1").exit_code == 2
    assert services.run(*run, "--all").exit_code == 0
    assert json.loads(services.asked[-1].content) == {}
    assert services.run(*run, "--shard", "0", "--first", "4", "--last", "9").exit_code == 0
    assert json.loads(services.asked[-1].content) == {"shard": 0, "first": 4, "last": 9}


@pytest.mark.parametrize(("service", "process"), RELAY_PROCESSES.items())
def test_the_process_that_relays_is_the_one_that_is_asked(
    services: FakeServices, service: str, process: str
) -> None:
    services.answers[f"POST {process}/v1/relay/republish"] = {"republished": 1234}
    done = services.run("events", "republish", "--service", service, "--shard", "31")
    assert json.loads(services.asked[-1].content) == {"shard": 31, "first": 1}
    assert f"{service} published 1,234 events again" in done.stdout
    assert services.person == "operator"


@pytest.mark.parametrize(
    "options",
    [("--service", "worker"), ("--service", "食堂"), ("--service", "events", "--shard", "32")],
)
def test_an_owner_or_a_shard_that_is_none_is_wrong_usage(
    services: FakeServices, options: tuple[str, ...]
) -> None:
    shard = () if "--shard" in options else ("--shard", "1")
    assert services.run("events", "republish", *options, *shard).exit_code == 2
    assert not services.asked


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "食堂.jsonl"
    file.write_text("{}")
    return file


def test_a_stack_whose_kafka_has_not_started_publishes_nothing(
    services: FakeServices, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GUILDHALL_KAFKA", raising=False)
    done = services.run("events", "publish", str(file))
    assert done.exit_code == 2
    assert "--kafka" in done.stderr


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome(2, {"t": 2}, [], None), 0),
        (Outcome(0, {}, [], None), 1),
        (Outcome(1, {"t": 1}, [Violation(2, "not-json", "x")], None), 1),
        (Outcome(1, {"t": 1}, [], "Kafka went away"), 1),
    ],
)
def test_a_file_is_published_only_if_every_row_was_acknowledged(
    services: FakeServices,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    outcome: Outcome,
    status: int,
) -> None:
    plans: list[tuple[Plan, KafkaAccess]] = []

    async def published(plan: Plan, access: AccessFor, _bar: object) -> Outcome:
        plans.append((plan, access("t")))
        return outcome

    monkeypatch.setattr(producer, "publish_file", published)
    run = ("events", "publish", str(file), "--kafka", "k:1", "--topic", "t", "--all-or-nothing")
    done = services.run(*run)
    assert plans == [(Plan(file, "t", True, False), KafkaAccess("k:1"))]
    assert done.exit_code == status
    assert f"{outcome.published} published, {len(outcome.violations)} refused" in done.stdout
    assert ("Kafka went away" in done.stderr) == bool(outcome.error)
    assert ("row 2: not-json" in done.stderr) == bool(outcome.violations)
