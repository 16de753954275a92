"""A whole stack on real servers: it starts, takes commands without Kafka, and leaves nothing."""

import asyncio
import contextlib
import json
import os
import signal
import stat
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.embedded import Embedded, EmbeddedError
from deploy.stack.run_file import FILE, NotRunning, read_run_file
from deploy.stack.services import SERVICES, Place, environment_of
from deploy.stack.stack import Stack
from deploy.stack.state_files import (
    WrongClock,
    clock_of,
    person_key_in,
    source_names,
    sources_file_in,
)
from deploy.stack.supervisor import ServiceFailed

PATIENCE_SECONDS = 180.0
"""A Kafka that was killed takes 3 s to come back on an idle machine, 20 s on a crowded one."""

UNION = {"name": "交通职业学院工会", "kind": "grassroots", "registered_on": "2022-01-01"}


def place(directory: Path) -> Place:
    return Place(
        directory=directory,
        urls={name: f"http://127.0.0.1:{port}" for port, name in enumerate(SERVICES, 20_000)},
        databases={name: f"postgresql://{name}" for name in SERVICES},
        kafka="127.0.0.1:29092",
        person_key="0" * 64,
        reporting_secret="s",
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


def test_a_directory_keeps_its_clock(tmp_path: Path) -> None:
    assert clock_of(tmp_path, True) is True
    assert clock_of(tmp_path, None) is True
    with pytest.raises(WrongClock, match="simulated clock"):
        clock_of(tmp_path, False)


def test_a_new_directory_runs_on_the_real_clock(tmp_path: Path) -> None:
    assert clock_of(tmp_path, None) is False
    with pytest.raises(WrongClock, match="real clock"):
        clock_of(tmp_path, True)


def test_the_key_of_the_person_records_is_made_once_and_private(tmp_path: Path) -> None:
    key = person_key_in(tmp_path)
    assert person_key_in(tmp_path) == key
    assert len(bytes.fromhex(key)) == 32
    assert stat.S_IMODE((tmp_path / "person-key").stat().st_mode) == 0o600
    (tmp_path / "person-key").chmod(0o640)
    with pytest.raises(PermissionError):
        person_key_in(tmp_path)


def test_the_register_of_sources_is_the_users_to_edit(tmp_path: Path) -> None:
    file = sources_file_in(tmp_path)
    assert source_names(file) == ["canteen"]
    file.write_text("- {name: hospital}\n")
    assert source_names(sources_file_in(tmp_path)) == ["hospital"]
    file.write_text("hospital\n")
    with pytest.raises(ValueError, match="not a list of sources"):
        source_names(file)


def alive(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def processes_of(stack: Stack) -> list[int]:
    servers = (stack.servers.kafka_pid, stack.servers.postgres_pid)
    return [*stack.supervisor.pids.values(), *(pid for pid in servers if pid is not None)]


async def command(stack: Stack, service: str, path: str, body: Any, person: str) -> httpx.Response:
    headers = {
        "Authorization": f"Bearer {await stack.token(person)}",
        "Idempotency-Key": os.urandom(8).hex(),
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(f"{stack.urls[service]}{path}", json=body, headers=headers)


async def journalled(stack: Stack, count: int) -> None:
    """Wait until reporting's journal holds so many events."""
    headers = {"Authorization": f"Bearer {await stack.token('operator')}"}
    async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient(trust_env=False) as client:
        while True:
            answer = await client.get(f"{stack.urls['reporting']}/v1/status", headers=headers)
            if answer.raise_for_status().json()["journal"]["log_index"] >= count:
                return
            await asyncio.sleep(0.05)


@pytest.mark.servers
async def test_a_stack_lives_through_kafkas_death_and_stops_without_a_trace(
    tmp_path: Path,
) -> None:
    reports: list[str] = []
    async with Stack(tmp_path, report=reports.append) as stack:
        running = read_run_file(tmp_path)
        assert running == stack.running
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
        assert set(running.pids) == set(SERVICES)
        register = "/v1/tjtc/register-organisation"

        # A clerk may not, an operator may, and what they did reaches the journal.
        assert (await command(stack, "members", register, UNION, "clerk")).status_code == 403
        answer = await command(stack, "members", register, UNION, "operator")
        assert answer.status_code == 201, answer.text
        await journalled(stack, 1)

        # With Kafka killed, commands are accepted all the same; nothing restarts it behind us.
        await stack.servers.kill_kafka()
        other = await command(
            stack, "members", "/v1/other/register-organisation", UNION, "operator"
        )
        assert other.status_code == 201, other.text
        await stack.servers.start_kafka()
        await journalled(stack, 2)

        # A service that is killed comes back by itself, with another process id in run.json.
        await stack.kill_service("members")
        await stack.ready()
        assert read_run_file(tmp_path).pids["members"] != running.pids["members"]
        assert any("members ended with signal 9" in report for report in reports)

        # A worker that is stopped takes up where it was.
        await stack.stop_service("worker")
        assert "worker" not in stack.supervisor.pids
        third = "/v1/third/register-organisation"
        await command(stack, "members", third, UNION, "operator")
        await stack.start_service("worker")
        await journalled(stack, 3)
        processes = processes_of(stack)
    assert len(processes) == len(SERVICES) + 2
    assert not any(map(alive, processes))
    with pytest.raises(NotRunning):
        read_run_file(tmp_path)


@pytest.mark.servers
async def test_a_kafka_that_dies_is_started_again_and_it_is_said(tmp_path: Path) -> None:
    reports: list[str] = []
    async with Stack(tmp_path, services=("identity",), report=reports.append) as stack:
        before = stack.servers.kafka_pid
        assert before is not None
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while stack.servers.kafka_pid in (before, None):
                await asyncio.sleep(0.05)
        assert any("cannot keep kafka running" in report for report in reports)


@pytest.mark.servers
async def test_a_directory_has_one_stack(tmp_path: Path, postgres: str, kafka: str) -> None:
    def another() -> Stack:
        servers = Embedded(tmp_path, kafka_outside=kafka, database_outside=postgres)
        return Stack(tmp_path, services=("identity",), servers=servers)

    async with another() as stack:
        second = another()
        with pytest.raises(EmbeddedError, match="holds this directory"):
            await second.__aenter__()
        assert read_run_file(tmp_path) == stack.running
        await stack.ready()


@pytest.mark.servers
async def test_a_service_that_cannot_run_ends_the_start_and_leaves_nothing(
    tmp_path: Path, postgres: str, kafka: str
) -> None:
    servers = Embedded(tmp_path, kafka_outside=kafka, database_outside=postgres)
    stack = Stack(
        tmp_path,
        services=("identity", "members"),
        servers=servers,
        settings={"members": {"GUILDHALL_PERSON_KEY": "too-short"}},
    )
    with pytest.raises(ServiceFailed, match="members does not stay up"):
        await stack.__aenter__()
    assert stack.supervisor.pids == {}
    assert not (tmp_path / FILE).exists()
    servers.hold()  # the directory is free again
    await servers.stop()


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


def outside_servers(monkeypatch: pytest.MonkeyPatch, postgres: str, kafka: str) -> None:
    monkeypatch.setenv("GUILDHALL_DATABASE_URL", postgres)
    monkeypatch.setenv("GUILDHALL_KAFKA", kafka)


@pytest.mark.servers
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_up_says_where_everything_is_and_a_signal_stops_it_cleanly(
    tmp_path: Path,
    postgres: str,
    kafka: str,
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
    tmp_path: Path, postgres: str, kafka: str, monkeypatch: pytest.MonkeyPatch
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
    tmp_path: Path, postgres: str, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_servers(monkeypatch, postgres, kafka)
    async with Stack(tmp_path, services=("identity",)) as stack:
        process = await up(tmp_path)
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        assert process.returncode == 1
        assert "holds this directory" in json.loads(output)["detail"]
        assert read_run_file(tmp_path) == stack.running
