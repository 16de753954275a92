"""`guildhall up`: it says where everything is, and a signal stops it and leaves nothing."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.stack.run_file import FILE, RunFile, read_run_file
from deploy.stack.stack import Stack
from guildhall.cli.beside import DemoBeside
from guildhall.cli.up import tell
from guildhall.output import Output
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


class Running:
    """A stack that runs, as far as what is told of it."""

    def __init__(self, directory: Path, *, simulated: bool) -> None:
        self.directory, self.simulated = directory, simulated
        self.services, self.seconds_to_ready = ("members", "console"), 1.0
        self.urls = {"members": "http://127.0.0.1:1", "console": "http://127.0.0.1:2"}
        self.kafka = KafkaAccess("127.0.0.1:3")
        self.running = RunFile(
            1, "now", simulated, self.urls, {}, "http://127.0.0.1:4", "cli", "s", None, "passcode1"
        )


def told(directory: Path, *, simulated: bool = False, demo: bool = False) -> list[str]:
    stack: Any = Running(directory, simulated=simulated)
    output = Output()
    beside = DemoBeside(directory, output) if demo else None
    tell(stack, output, beside)
    return [beside.url] if beside else []


def test_the_first_line_is_where_to_go_and_how_to_sign_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(tmp_path)
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert "http://127.0.0.1:2" in first and "passcode1" in first
    assert "operator" in second and "guildhall union new" in second
    told(tmp_path, simulated=True)
    assert "of your own" not in capsys.readouterr().out


def test_the_demo_beside_has_an_address_of_its_own_and_is_said_to_be_simulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [url] = told(tmp_path, demo=True)
    said = capsys.readouterr().out
    assert url in said and "simulated" in said
    assert url not in Running(tmp_path, simulated=False).urls.values()
    assert told(tmp_path, demo=True) == [url], "the next start finds it where it was"
