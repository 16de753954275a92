"""Settings come from the environment; what must be known is required, and nothing is guessed."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.contract.contexts import CONTEXTS
from shared.kafka.access import KafkaAccess
from shared.service.settings import OwnerSettings, ReportingSettings, Settings

REQUIRED = {
    "GUILDHALL_DATABASE_URL": "postgresql://guildhall_members:密@127.0.0.1/guildhall_members",
    "GUILDHALL_KAFKA": "127.0.0.1:9092",
    "GUILDHALL_HTTP_PORT": "8101",
    "GUILDHALL_ISSUER": "http://127.0.0.1:8100",
    "GUILDHALL_JWKS_URL": "http://127.0.0.1:8100/jwks",
}
OF_REPORTING = {
    "GUILDHALL_MEMBERS_URL": "http://m",
    "GUILDHALL_BENEFITS_URL": "http://b",
    "GUILDHALL_EVENTS_URL": "http://e",
    "GUILDHALL_WORKER_URL": "http://w",
    "GUILDHALL_TOKEN_URL": "http://127.0.0.1:8100/token",
    "GUILDHALL_CLIENT_SECRET": "secret",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with what every service needs, and nothing of this machine's."""
    for name in [name for name in os.environ if name.startswith("GUILDHALL_")]:
        monkeypatch.delenv(name)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def missing(kind: type[Settings]) -> set[str]:
    with pytest.raises(ValidationError) as refused:
        kind()
    return {f"GUILDHALL_{error['loc'][0]}".upper() for error in refused.value.errors()}


def test_the_environment_is_enough_and_a_real_clock_on_this_machine_is_the_default(
    environment: pytest.MonkeyPatch,
) -> None:
    settings = Settings()
    assert settings.database_url == REQUIRED["GUILDHALL_DATABASE_URL"]
    assert settings.http_port == 8101
    assert (settings.simulated_clock, settings.http_host) == (False, "127.0.0.1")


@pytest.mark.parametrize("name", REQUIRED)
def test_nothing_that_must_be_known_has_a_default(
    name: str, environment: pytest.MonkeyPatch
) -> None:
    environment.delenv(name)
    assert missing(Settings) == {name}


def test_reporting_needs_every_owner_s_address_and_its_own_secret(
    environment: pytest.MonkeyPatch,
) -> None:
    assert missing(ReportingSettings) == set(OF_REPORTING)


def test_a_kafka_that_asks_for_a_login_is_told_user_and_password(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("w")
    access = KafkaAccess("k:1", "SASL_PLAINTEXT", user="guildhall-members", password_file=file)
    for name, value in access.settings.items():
        environment.setenv(name, value)
    assert Settings().kafka_access == access
    assert "w" not in repr(Settings().kafka_password_file).replace(str(file), "")
    environment.delenv("GUILDHALL_KAFKA_USER")
    with pytest.raises(ValidationError, match="GUILDHALL_KAFKA_USER"):
        Settings()


@pytest.mark.parametrize("port", ["-1", "65536", "", "八千", "80.5"])
def test_a_port_that_is_none_is_refused(port: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GUILDHALL_HTTP_PORT", port)
    assert missing(Settings) == {"GUILDHALL_HTTP_PORT"}


@pytest.mark.parametrize("key", ["", "0" * 63, "0" * 65])
def test_a_person_key_of_another_length_is_refused(
    key: str, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("GUILDHALL_PERSON_KEY", key)
    assert missing(OwnerSettings) == {"GUILDHALL_PERSON_KEY"}


def test_a_variable_of_another_service_is_no_hindrance(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GUILDHALL_WHATEVER", "1")
    environment.setenv("DATABASE_URL", "postgresql://another")
    assert Settings().database_url == REQUIRED["GUILDHALL_DATABASE_URL"]


def test_settings_do_not_change_while_a_service_runs(environment: pytest.MonkeyPatch) -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.http_port = 1


def test_reporting_asks_each_context_where_its_relay_runs(environment: pytest.MonkeyPatch) -> None:
    for name, value in OF_REPORTING.items():
        environment.setenv(name, value)
    owners = ReportingSettings().owners
    assert owners == {
        "members": "http://m", "benefits": "http://b", "events": "http://e",
        "reporting": "http://w",
    }  # fmt: skip
    assert set(owners) == set(CONTEXTS)


def test_a_rebuild_has_at_least_one_process(environment: pytest.MonkeyPatch) -> None:
    for name, value in OF_REPORTING.items():
        environment.setenv(name, value)
    assert ReportingSettings().rebuild_processes >= 1
    environment.setenv("GUILDHALL_REBUILD_PROCESSES", "0")
    assert missing(ReportingSettings) == {"GUILDHALL_REBUILD_PROCESSES"}
