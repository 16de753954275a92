"""What goes wrong is said: what was asked, where, what is true."""

from pathlib import Path

import asyncpg
import pytest

from deploy.embedded import Embedded, EmbeddedError
from shared.kafka.access import KafkaAccess


async def test_outside_servers_are_used_and_left_alone(
    kafka: KafkaAccess, postgres: str, tmp_path: Path
) -> None:
    environment = {**kafka.settings, "GUILDHALL_DATABASE_URL": postgres}
    async with Embedded.from_environment(tmp_path, environment=environment) as servers:
        assert (servers.kafka, servers.database_url) == (kafka, postgres)
        assert (servers.kafka_pid, servers.postgres_pid) == (None, None)
        for action in (servers.kill_kafka, servers.wipe_kafka, servers.restart_postgres):
            with pytest.raises(EmbeddedError, match="it is not ours"):
                await action()
    assert not (tmp_path / "postgres").exists()
    await (await asyncpg.connect(postgres)).close()


async def test_an_outside_kafka_goes_with_an_embedded_postgres(
    kafka: KafkaAccess, tmp_path: Path
) -> None:
    async with Embedded.from_environment(tmp_path, environment=kafka.settings) as both:
        assert both.kafka == kafka
        assert both.postgres_pid is not None


async def test_an_outside_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    servers = Embedded(
        tmp_path,
        kafka_outside=KafkaAccess("127.0.0.1:1"),
        database_outside="postgresql://someone:topsecret@127.0.0.1:1/postgres",
    )
    with pytest.raises(EmbeddedError, match=r"GUILDHALL_KAFKA, 127\.0\.0\.1:1, does not serve"):
        await servers.start_kafka()
    with pytest.raises(EmbeddedError, match="GUILDHALL_DATABASE_URL") as refusal:
        await servers.start_postgres()
    assert "topsecret" not in str(refusal.value)
    await servers.stop()


def test_an_address_is_not_given_before_the_start(tmp_path: Path) -> None:
    servers = Embedded(tmp_path)
    with pytest.raises(EmbeddedError, match="not started"):
        _ = servers.kafka
    with pytest.raises(EmbeddedError, match="not started"):
        _ = servers.database_url
