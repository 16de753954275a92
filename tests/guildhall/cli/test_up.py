"""`guildhall up`: it says where everything is, and a signal stops it and leaves nothing."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from deploy.stack.run_file import FILE, read_run_file
from deploy.stack.stack import Stack
from shared.kafka.access import KafkaAccess
from tests.deploy.stack.test_stack import PATIENCE_SECONDS, alive


async def up(directory: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "guildhall.cli",
        "up",
        "--data",
        str(directory),
        "--json",
        "--only",
        "identity",
        "--only",
        "members",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def outside_servers(monkeypatch: pytest.MonkeyPatch, postgres: str, kafka: KafkaAccess) -> None:
    monkeypatch.setenv("GUILDHALL_DATABASE_URL", postgres)
    for name, value in kafka.settings.items():
        monkeypatch.setenv(name, value)


@pytest.mark.servers
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_up_says_where_everything_is_and_a_signal_stops_it_cleanly(
    tmp_path: Path,
    postgres: str,
    kafka: KafkaAccess,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
) -> None:
    outside_servers(monkeypatch, postgres, kafka)
    process = await up(tmp_path)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (tmp_path / FILE).exists():
            await asyncio.sleep(0.05)
    running = read_run_file(tmp_path)
    assert all(map(alive, running.pids.values()))

    process.send_signal(number)
    output, messages = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)

    assert process.returncode == 0, messages.decode()
    said = json.loads(output)
    assert said["urls"] == running.urls
    assert "client_secret" not in said
    assert not any(map(alive, running.pids.values()))
    assert not (tmp_path / FILE).exists()


@pytest.mark.servers
async def test_up_that_is_stopped_while_it_starts_leaves_nothing(
    tmp_path: Path, postgres: str, kafka: KafkaAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_servers(monkeypatch, postgres, kafka)
    process = await up(tmp_path)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (tmp_path / "logs" / "forkserver.log").exists():
            await asyncio.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, messages = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode == 0, messages.decode()
    assert not (tmp_path / FILE).exists()


@pytest.mark.servers
async def test_a_second_up_in_one_directory_says_who_holds_it(
    tmp_path: Path, postgres: str, kafka: KafkaAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_servers(monkeypatch, postgres, kafka)
    async with Stack(tmp_path, services=("identity",)) as stack:
        process = await up(tmp_path)
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        assert process.returncode == 1
        assert "holds this directory" in json.loads(output)["detail"]
        assert read_run_file(tmp_path) == stack.running
