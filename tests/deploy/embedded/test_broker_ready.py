"""A broker serves when it answers for groups too; while it only answers it is waited for."""

import asyncio
import socket
from pathlib import Path

import pytest
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaConnectionError

from deploy.embedded import Embedded
from deploy.embedded import broker_ready as module
from deploy.embedded.broker_ready import check_kafka, wait_for_kafka
from shared.kafka.access import KafkaAccess

BROKER = KafkaAccess("broker:9092")


async def test_an_outside_kafka_may_need_a_moment_for_its_first_group(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = iter([GroupCoordinatorNotAvailableError(), GroupCoordinatorNotAvailableError(), None])

    async def check(_: KafkaAccess) -> None:
        if error := next(answers):
            raise error

    monkeypatch.setattr("deploy.embedded.broker_ready.check_kafka", check)
    servers = Embedded(tmp_path, kafka_outside=BROKER)
    assert await servers.start_kafka() == BROKER
    await servers.stop()


class Checks:
    """Checks that fail so, in turn, and then pass; time passes by the pauses between them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *fails: Exception) -> None:
        self.fails, self.asked, self.now = list(fails), list[KafkaAccess](), 0.0
        monkeypatch.setattr(module, "check_kafka", self._check)
        monkeypatch.setattr(module.asyncio, "sleep", self._pause)
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)

    async def _check(self, kafka: KafkaAccess) -> None:
        self.asked.append(kafka)
        if self.fails:
            raise self.fails.pop(0)

    async def _pause(self, seconds: float) -> None:
        self.now += seconds


async def test_it_is_asked_until_it_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = Checks(monkeypatch, *[GroupCoordinatorNotAvailableError()] * 3)
    await wait_for_kafka(BROKER, 60.0)
    assert checks.asked == [BROKER] * 4


async def test_after_its_time_it_is_said_what_it_cannot_do(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = Checks(monkeypatch, *[GroupCoordinatorNotAvailableError()] * 99)
    with pytest.raises(GroupCoordinatorNotAvailableError):
        await wait_for_kafka(BROKER, 1.0)
    assert 1.0 < checks.now <= 1.3


async def test_where_nobody_listens_nobody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = Checks(monkeypatch, ConnectionRefusedError("nobody"))
    with pytest.raises(OSError, match="nobody"):
        await wait_for_kafka(BROKER, 60.0)
    assert (checks.now, len(checks.asked)) == (0.0, 1)


async def test_of_several_brokers_each_has_to_listen() -> None:
    with socket.socket() as listening, socket.socket() as bound:
        for each in (listening, bound):
            each.bind(("127.0.0.1", 0))
        listening.listen()
        one, other = (f"127.0.0.1:{each.getsockname()[1]}" for each in (listening, bound))
        with pytest.raises(OSError, match="Connect call failed"):
            await check_kafka(KafkaAccess(f"{one},{other}"))


async def test_one_that_listens_and_is_no_broker_cannot_serve() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as stranger:
        port = stranger.sockets[0].getsockname()[1]
        with pytest.raises(KafkaConnectionError):
            await check_kafka(KafkaAccess(f"127.0.0.1:{port}"))
