"""What each service of a stack is told, and what it is not."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from deploy.stack.services import SERVICES, Place, environment_of
from shared.contract.contexts import CONTEXTS
from shared.kafka.access import KafkaAccess


def place(directory: Path) -> Place:
    return Place(
        directory=directory,
        urls={name: f"http://127.0.0.1:{port}" for port, name in enumerate(SERVICES, 20_000)},
        databases={name: f"postgresql://{name}" for name in SERVICES},
        kafka={name: KafkaAccess("127.0.0.1:29092") for name in CONTEXTS},
        person_key="0" * 64,
        reporting_secret="s",
        console_secret="c",
        sources_file=directory / "sources.yaml",
        simulated=True,
    )


def test_a_service_is_told_all_it_needs_and_nothing_of_the_callers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDHALL_AUDIENCE", "somebody-else")
    monkeypatch.setenv("GUILDHALL_DATABASE_URL", "postgresql://administrator")
    told = environment_of("members", place(tmp_path), {"GUILDHALL_LOG_LEVEL": "DEBUG"})
    assert told["GUILDHALL_DATABASE_URL"] == "postgresql://members"
    assert told["GUILDHALL_SIMULATED_CLOCK"] == "true"
    assert told["GUILDHALL_LOG_LEVEL"] == "DEBUG"
    assert "GUILDHALL_AUDIENCE" not in told


def test_only_members_is_told_the_key_of_the_person_records(tmp_path: Path) -> None:
    holders = [
        name
        for name in SERVICES
        if "GUILDHALL_PERSON_KEY" in environment_of(name, place(tmp_path), {})
    ]
    assert holders == ["members"]


def test_every_service_of_a_stack_is_a_module_that_exists() -> None:
    missing = [name for name, service in SERVICES.items() if find_spec(service.module) is None]
    assert missing == []
