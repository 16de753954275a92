"""Nothing is left running, nothing foreign is touched, and an ordinary user is enough."""

import asyncio
import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.embedded import EmbeddedError
from deploy.embedded.account import CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, postgres_account
from deploy.embedded.child import LAUNCH, OWN_ACCOUNT, Account, Child
from deploy.embedded.identity import end_recorded, identify, read_record, write_record
from deploy.embedded.jars import cache_directory

HOLDER = Path(__file__).with_name("holder.py")
PROJECT = Path(__file__).parents[3]


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory every account may enter: pytest's own are closed to all but us."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def test_killing_the_parent_leaves_nothing_running(kafka: str, tmp_path: Path) -> None:
    holder = _hold(tmp_path / "data", Account(), dict(os.environ))
    facts = _facts(holder)
    pids = _families(facts["pids"][1:])
    assert len(pids) > 2  # PostgreSQL has processes of its own

    holder.kill()
    holder.wait()
    deadline = time.monotonic() + 20
    while alive := [pid for pid in pids if identify(pid)]:
        assert time.monotonic() < deadline, f"still running: {alive}"
        time.sleep(0.05)


def test_an_ordinary_user_starts_them(kafka: str, open_directory: Path) -> None:
    """As root, this becomes an unprivileged user first; as any other user it just starts.

    `kafka` is asked for because its start has filled the cache this copies.
    """
    home, cache = open_directory / "home", open_directory / "cache"
    home.mkdir()
    _link_tree(cache_directory(), cache)
    account = _first_that_executes(sys.executable, os.path.realpath(sys.executable))
    if account.uid >= 0:
        for path in (open_directory, home, cache, *cache.iterdir()):
            os.chown(path, account.uid, account.gid)
    environment = {"HOME": str(home), "GUILDHALL_CACHE": str(cache), "PATH": os.defpath}

    holder = _hold(open_directory / "data", account, environment)
    facts = _facts(holder)
    assert facts["uid"] != 0
    assert facts["role"] == "guildhall_members"
    assert "guildhall.events.v1" in facts["topics"]
    pids = _families(facts["pids"][1:])
    assert {_uid(pid) for pid in pids} == {facts["uid"]}

    holder.communicate()  # closes its input: it stops in order
    assert holder.returncode == 0
    assert not [pid for pid in pids if identify(pid)]


def test_data_of_another_user_are_refused(
    monkeypatch: pytest.MonkeyPatch, open_directory: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 4242)
    with pytest.raises(EmbeddedError, match="its data belong to uid"):
        postgres_account(open_directory, open_directory)


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


_DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


def _hold(directory: Path, account: Account, environment: dict[str, str]) -> subprocess.Popen[str]:
    words = [sys.executable, "-I", "-S", LAUNCH, os.getpid(), int(signal.SIGKILL)]
    words += [*account.words, sys.executable, HOLDER, directory]
    return subprocess.Popen(
        [str(word) for word in words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment | {"PYTHONPATH": str(PROJECT)},
    )


def _facts(holder: subprocess.Popen[str]) -> dict[str, list[int]]:
    assert holder.stdout is not None
    line = holder.stdout.readline()
    assert line, f"the holder ended with status {holder.wait()}"
    facts: dict[str, list[int]] = json.loads(line)
    return facts


def _families(ancestors: list[int]) -> list[int]:
    """These processes and all that descend from them."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    family = set(ancestors)
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sorted(family)


def _first_that_executes(*programs: str) -> Account:
    """An ordinary user's account: our own, or nobody's with what it needs to run these."""
    if os.geteuid() != 0:
        return OWN_ACCOUNT
    nobody = pwd.getpwnam("nobody")
    for capability in (-1, CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        account = Account(nobody.pw_uid, nobody.pw_gid, capability)
        words = [sys.executable, "-I", "-S", LAUNCH, "0", "9", *account.words, "reach", PROJECT]
        if subprocess.run([*words, *programs], check=False).returncode == 0:
            return account
    raise AssertionError(f"nobody cannot run {programs}")


def _uid(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def _link_tree(source: Path, target: Path) -> None:
    """Copy a tree without copying the files, where the two are on one file system."""

    def link(original: str, copy: str) -> None:
        try:
            os.link(original, copy)
        except OSError:
            shutil.copy2(original, copy)

    shutil.copytree(source, target, copy_function=link)
