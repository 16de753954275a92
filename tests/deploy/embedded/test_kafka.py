"""A broker that cannot start says why."""

from pathlib import Path

import pytest

from deploy.embedded import Embedded, EmbeddedError
from shared.kafka.access import KafkaAccess


async def test_a_broker_that_cannot_start_shows_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kafka: KafkaAccess
) -> None:
    monkeypatch.setenv("GUILDHALL_JAVA", "/bin/false")
    with pytest.raises(EmbeddedError, match=r"cannot format Kafka in .*status 1"):
        await _start_and_stop(Embedded(tmp_path))


async def _start_and_stop(servers: Embedded) -> None:
    try:
        await servers.start_kafka()
    finally:
        await servers.stop()
