"""Nothing is left running, nothing foreign is touched, and an ordinary user is enough."""

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
from pathlib import Path

import pytest

from deploy.embedded.account import CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
from deploy.embedded.child import LAUNCH, OWN_ACCOUNT, Account
from deploy.embedded.identity import identify
from deploy.embedded.jars import cache_directory
from shared.kafka.access import KafkaAccess

HOLDER = Path(__file__).with_name("holder.py")
PROJECT = Path(__file__).parents[3]


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory every account may enter: pytest's own are closed to all but us."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def test_killing_the_parent_leaves_nothing_running(kafka: KafkaAccess, tmp_path: Path) -> None:
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


def test_an_ordinary_user_starts_them(kafka: KafkaAccess, open_directory: Path) -> None:
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
