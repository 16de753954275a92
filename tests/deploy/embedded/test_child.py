"""A child is started, watched and ended, and says at its end what it said."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.embedded import EmbeddedError
from deploy.embedded.child import OWN_ACCOUNT, TAIL_LINES, Child
from deploy.embedded.identity import identify, write_record

HOLDER = Path(__file__).with_name("holder.py")
PROJECT = Path(__file__).parents[3]


async def test_a_child_that_does_not_listen_is_killed_after_its_time(tmp_path: Path) -> None:
    child = Child("deaf", tmp_path / "log", tmp_path / "record.json", signal.SIGTERM)
    await child.start([sys.executable, "-c", _DEAF])
    while "ready" not in child.tail():
        await asyncio.sleep(0.02)
    await child.stop(signal.SIGTERM, 0.2)
    assert child.exit_status == -signal.SIGKILL
    assert not (tmp_path / "record.json").exists()


async def test_what_an_earlier_holder_left_is_ended_before_a_new_start(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    with subprocess.Popen(["sleep", "60"]) as left:  # noqa: ASYNC220
        identity = identify(left.pid)
        assert identity is not None
        write_record(record, identity)
        child = Child("new", tmp_path / "log", record, signal.SIGTERM)
        await child.start(["/bin/true"])
        assert left.wait() == -signal.SIGTERM
        await child.finish(5)


async def test_a_program_that_cannot_be_started_says_why(tmp_path: Path) -> None:
    child = Child("absent", tmp_path / "log", tmp_path / "record.json", signal.SIGTERM)
    await child.start(["/no/such/program"])
    assert await child.finish(5) == 111
    failure = str(child.failure("start it", "it ended"))
    assert "/no/such/program" in failure
    assert "No such file or directory" in failure


def test_our_own_account_is_the_default() -> None:
    assert OWN_ACCOUNT.words == ["-1"] * 5


async def test_a_child_is_told_nothing_of_the_caller_s_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Dharm")
    child = Child("env", tmp_path / "log", tmp_path / "record", signal.SIGTERM)
    await child.start(["/usr/bin/env"], environment={"MINE": "我的"})
    assert await child.finish(10) == 0
    said = child.tail()
    assert "| MINE=我的" in said and "| LANG=C.UTF-8" in said
    assert "JAVA_TOOL_OPTIONS" not in said


async def test_only_what_this_run_wrote_is_shown_and_only_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("of the run before\n")
    child = Child("many", log, tmp_path / "record", signal.SIGTERM)
    await child.start([sys.executable, "-c", "print(*range(100), sep='\\n')"])
    await child.finish(10)
    lines = child.tail().splitlines()
    assert lines == [f"  | {number}" for number in range(100 - TAIL_LINES, 100)]
    failure = str(child.failure("start 卡夫卡", "it ended"))
    assert failure.startswith(f"cannot start 卡夫卡: it ended\nthe end of {log}:")


async def test_whether_it_ended_by_itself_is_known(tmp_path: Path) -> None:
    child = Child("short", tmp_path / "log", tmp_path / "record", signal.SIGTERM)
    assert (child.pid, child.exit_status, child.ended_by_itself) == (None, None, False)
    await child.start(["/bin/false"])
    assert await child.finish(10) == 1
    assert (child.pid, child.exit_status, child.ended_by_itself) == (None, 1, True)
    await child.start(["/bin/sleep", "60"])
    assert child.pid is not None
    await child.stop(signal.SIGTERM, 10)
    assert (child.exit_status, child.ended_by_itself) == (-signal.SIGTERM, False)


async def test_a_probe_is_asked_until_it_no_longer_says_not_yet(tmp_path: Path) -> None:
    child = Child("serving", tmp_path / "log", tmp_path / "record", signal.SIGTERM)
    await child.start(["/bin/sleep", "60"])
    answers = iter([ConnectionError(), ConnectionError(), None])

    async def probe() -> None:
        if why := next(answers):
            raise why

    await child.wait_until_ready("start it", probe, (ConnectionError,), 10)
    assert next(answers, "asked no more") == "asked no more"

    async def never() -> None:
        raise ConnectionError("no")

    with pytest.raises(EmbeddedError, match="cannot start it: it did not serve within 0 s"):
        await child.wait_until_ready("start it", never, (ConnectionError,), 0)
    assert child.pid is None
    with pytest.raises(EmbeddedError, match="it ended with status -9"):
        await child.wait_until_ready("start it", never, (ConnectionError,), 10)


async def test_a_log_that_grew_too_long_is_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.embedded.child.LOG_BYTES_KEPT", 3)
    log = tmp_path / "a.log"
    log.write_text("long")
    child = Child("a", log, tmp_path / "record", signal.SIGTERM)
    await child.start(["/bin/true"])
    await child.finish(10)
    assert (tmp_path / "a.log.1").read_text() == "long"
    assert log.read_text() == ""


_DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""
