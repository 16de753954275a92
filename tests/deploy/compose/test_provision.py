"""Provisioning takes each password from the service's own secret, and may run again and again."""

from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiokafka.client import AIOKafkaClient

from deploy.compose.make_secrets import make_secrets
from deploy.compose.provision import kafka_passwords_in, passwords_in, run
from deploy.embedded import EmbeddedError
from shared.contract.contexts import CONTEXTS
from shared.kafka.access import KafkaAccess


async def test_provisioning_makes_databases_roles_and_topics_again_and_again(
    kafka: KafkaAccess, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the session's PostgreSQL, whose superuser has its own password."""
    administrator = urlsplit(database)
    make_secrets(tmp_path, ["canteen-of-the-test"])
    (tmp_path / "postgres_password").chmod(0o600)
    (tmp_path / "postgres_password").write_text(str(administrator.password))
    sources = tmp_path / "sources.yaml"
    sources.write_text("- {name: canteen-of-the-test}\n")
    environment = {
        **kafka.settings,
        "GUILDHALL_DATABASE_HOST": administrator.netloc.rpartition("@")[2],
        "GUILDHALL_SOURCES_FILE": str(sources),
        "GUILDHALL_SOURCE_PASSWORDS": str(tmp_path / "sources"),
    }
    for _ in range(2):
        await run(environment, tmp_path)
    said = capsys.readouterr().out
    assert "topic guildhall.ext.canteen-of-the-test.v1" in said
    assert "principal guildhall-ext-canteen-of-the-test" in said
    for service in CONTEXTS:
        password = tmp_path / f"{service}_kafka_password"
        client = AIOKafkaClient(
            **kafka._replace(user=f"guildhall-{service}", password_file=password).client()
        )
        await client.bootstrap()
        await client.close()
    for service in CONTEXTS:
        secret = (tmp_path / f"{service}_database_url").read_text()
        url = secret.replace("postgres:5432", environment["GUILDHALL_DATABASE_HOST"])
        await (await asyncpg.connect(url)).close()


def test_a_source_without_a_password_is_named(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    environment = {"GUILDHALL_SOURCE_PASSWORDS": str(tmp_path / "sources")}
    with pytest.raises(EmbeddedError, match="sources/canteen"):
        kafka_passwords_in(tmp_path, ["canteen"], environment)


def test_a_missing_secret_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="members_database_url"):
        passwords_in(tmp_path)


def test_a_password_is_the_one_of_the_service_s_own_dsn(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    found = passwords_in(tmp_path)
    assert set(found) == set(CONTEXTS)
    for service, password in found.items():
        assert f":{password}@" in (tmp_path / f"{service}_database_url").read_text()


def test_a_password_is_read_as_it_was_meant_and_a_line_end_is_no_part_of_it(
    tmp_path: Path,
) -> None:
    for service in CONTEXTS:
        dsn = "postgresql://u:%E5%AF%86%2F%40%3A@postgres:5432/u\n"
        (tmp_path / f"{service}_database_url").write_text(dsn)
    assert set(passwords_in(tmp_path).values()) == {"密/@:"}


@pytest.mark.parametrize("text", ["", "secret", "postgresql://u@postgres/u", "postgresql://u:@h/u"])
def test_a_secret_without_a_password_is_named(tmp_path: Path, text: str) -> None:
    make_secrets(tmp_path)
    file = tmp_path / "events_database_url"
    file.chmod(0o600)
    file.write_text(text)
    with pytest.raises(EmbeddedError, match="events_database_url is no DSN"):
        passwords_in(tmp_path)


async def test_without_the_administrator_s_password_nothing_is_asked(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="postgres_password"):
        await run({"GUILDHALL_KAFKA": "127.0.0.1:1"}, tmp_path)
