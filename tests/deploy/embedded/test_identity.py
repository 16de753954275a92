"""A process id is believed only with the moment at which its process began."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.embedded.identity import end_recorded, identify, read_record, write_record

HOLDER = Path(__file__).with_name("holder.py")
PROJECT = Path(__file__).parents[3]


def test_only_the_recorded_process_is_ended(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        identity = identify(process.pid)
        assert identity is not None
        record = tmp_path / "record.json"
        write_record(record, replace(identity, started=identity.started - 1))
        assert not end_recorded(record, signal.SIGTERM, 5)
        write_record(record, replace(identity, boot="another"))
        assert not end_recorded(record, signal.SIGTERM, 5)
        assert process.poll() is None

        write_record(record, identity)
        assert end_recorded(record, signal.SIGTERM, 5)
        assert process.wait() == -signal.SIGTERM


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"pid": 1}', "nonsense"])
def test_an_unreadable_record_ends_nothing(tmp_path: Path, text: str) -> None:
    record = tmp_path / "record.json"
    record.write_text(text)
    assert read_record(record) is None
    assert not end_recorded(record, signal.SIGKILL, 1)


def test_a_process_is_known_by_its_start_whatever_its_name(tmp_path: Path) -> None:
    program = tmp_path / "a) Z (b"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "60"]) as process:
        identity = identify(process.pid)
        assert identity is not None
        assert identity.pid == process.pid and identity.started > 0
        assert identify(process.pid) == identity
        process.kill()
        process.wait()
        assert identify(process.pid) is None


def test_a_zombie_is_not_alive() -> None:
    process = subprocess.Popen(["/bin/true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert identify(process.pid) is None
    process.wait()


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    record, identity = tmp_path / "记录.json", identify(os.getpid())
    assert identity is not None
    assert read_record(record) is None
    write_record(record, identity)
    assert read_record(record) == identity


def test_a_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", deaf], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdout.readline()
        identity = identify(process.pid)
        assert identity is not None
        write_record(tmp_path / "record", identity)
        assert end_recorded(tmp_path / "record", signal.SIGTERM, 0.1)
        assert process.wait() == -signal.SIGKILL
    assert not end_recorded(tmp_path / "record", signal.SIGTERM, 1), "it is gone"
