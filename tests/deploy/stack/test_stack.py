"""A whole stack on real servers: it starts, takes commands without Kafka, and leaves nothing."""

import asyncio
import contextlib
import os
import signal
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.embedded import Embedded, EmbeddedError
from deploy.stack.run_file import FILE, NotRunning, read_run_file
from deploy.stack.services import SERVICES
from deploy.stack.stack import Stack
from deploy.stack.supervisor import ServiceFailed
from shared.kafka.access import KafkaAccess

PATIENCE_SECONDS = 180.0
"""A Kafka that was killed takes 3 s to come back on an idle machine, 20 s on a crowded one."""

UNION = {"name": "交通职业学院工会", "kind": "grassroots", "registered_on": "2022-01-01"}


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
async def test_a_directory_has_one_stack(tmp_path: Path, postgres: str, kafka: KafkaAccess) -> None:
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
    tmp_path: Path, postgres: str, kafka: KafkaAccess
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
