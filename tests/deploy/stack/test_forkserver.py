"""The fork server speaks JSON lines: it starts, signals and reaps, and ends with its supervisor."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[3]
IDLE = "tests.deploy.stack.idle"


class Server:
    """A fork server, spoken to as its supervisor does."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "deploy.stack.forkserver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": str(PROJECT), "PATH": os.defpath, "PYTHONUTF8": "1"},
        )
        assert self.said() == {"ready": True}

    def said(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        message: dict[str, Any] = json.loads(self.process.stdout.readline())
        return message

    def order(self, *orders: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        lines = "".join(json.dumps(order) + "\n" for order in orders)
        self.process.stdin.write(lines.encode())
        self.process.stdin.flush()

    def job(self, name: str, module: str = IDLE, **environment: str) -> dict[str, Any]:
        given = {"PYTHONUTF8": "1", **environment}
        log = str(self.directory / f"{name}.log")
        return {"start": {"name": name, "module": module, "environment": given, "log": log}}

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text("utf-8")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("日志"))
    yield server
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(30) == 0


def test_a_service_runs_as_main_with_its_own_environment_session_and_log(server: Server) -> None:
    server.order(server.job("one", MINE="我的", STATUS="7"))
    started, ended = server.said(), server.said()
    assert started["started"] == "one"
    assert ended == {"ended": "one", "pid": started["pid"], "status": 7}
    assert server.log("one") == f"__main__ ['{PROJECT}/tests/deploy/stack/idle.py'] 我的 True\n"


def test_a_signal_reaches_who_is_named_and_its_end_is_told(server: Server) -> None:
    server.order(server.job("a"), server.job("b"))
    pids = {message["started"]: message["pid"] for message in (server.said(), server.said())}
    server.order({"signal": {"name": "nobody", "number": int(signal.SIGKILL)}})
    server.order({"signal": {"name": "b", "number": int(signal.SIGKILL)}})
    assert server.said() == {"ended": "b", "pid": pids["b"], "status": -signal.SIGKILL}
    server.order({"signal": {"name": "a", "number": int(signal.SIGTERM)}})
    assert server.said() == {"ended": "a", "pid": pids["a"], "status": -signal.SIGTERM}


def test_a_module_that_is_not_there_ends_with_the_reason_in_its_log(server: Server) -> None:
    server.order(server.job("absent", module="services.食堂"))
    assert server.said()["started"] == "absent"
    assert server.said()["status"] == 1
    assert "No module named services.食堂" in server.log("absent")


def test_a_log_that_grew_too_long_is_put_aside(server: Server) -> None:
    log = server.directory / "long.log"
    with log.open("wb") as file:
        file.truncate(10_000_001)
    server.order(server.job("long", STATUS="0"))
    assert [server.said().get("status") for _ in range(2)] == [None, 0]
    assert server.log("long").startswith("__main__")
    assert (server.directory / "long.log.1").stat().st_size == 10_000_001


def test_its_supervisor_s_end_is_its_own_and_that_of_its_services(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.order(server.job("left"))
    descriptor = os.pidfd_open(server.said()["pid"])
    assert server.process.stdin is not None and server.process.stdout is not None
    server.process.stdin.close()
    assert json.loads(server.process.stdout.readline())["ended"] == "left"
    assert server.process.wait(30) == 0
    assert select.select([descriptor], [], [], 0)[0]
    os.close(descriptor)
