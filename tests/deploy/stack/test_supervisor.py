"""Services are kept running: restarted when they die, left when stopped, never left behind."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.embedded.directory import DataDirectory
from deploy.stack import supervisor as supervision
from deploy.stack.supervisor import Launch, ServiceFailed, Supervisor, describe, http_status

# The identity provider is the service that needs nothing else.
SERVICE = "deploy.identity"


def launch(directory: Path, name: str = "identity", **settings: str) -> Launch:
    port = DataDirectory(directory).port(name)
    url = f"http://127.0.0.1:{port}"
    environment = {
        "GUILDHALL_ENV": "dev",
        "GUILDHALL_HTTP_PORT": str(port),
        "GUILDHALL_ISSUER": url,
        "GUILDHALL_IDENTITY_DIRECTORY": str(directory / name),
        **settings,
    }
    return Launch(SERVICE, environment, directory / f"{name}.log", url)


class Watched:
    """A supervisor and what it reported."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.reports: list[str] = []
        self.starts = 0
        self.supervisor = Supervisor(directory, self.reports.append, self._count)

    def _count(self) -> None:
        self.starts += 1


@pytest.fixture(scope="module")
async def watched(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    watched = Watched(tmp_path_factory.mktemp("services"))
    await watched.supervisor.open()
    try:
        yield watched
    finally:
        await watched.supervisor.close()


async def started(watched: Watched, name: str, **settings: str) -> Launch:
    given = launch(watched.directory, name, **settings)
    await watched.supervisor.start(name, given)
    await watched.supervisor.ready([name])
    return given


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


async def gone(pids: list[int], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while any(map(alive, pids)):
            await asyncio.sleep(0.02)


async def test_a_service_runs_as_itself_in_its_own_session_with_its_own_log(
    watched: Watched,
) -> None:
    given = await started(watched, "first")
    pid = watched.supervisor.pids["first"]

    assert await http_status(given.url, "/livez") == 200
    assert os.getsid(pid) == pid
    assert Path(f"/proc/{pid}/comm").read_text().strip() == "gh-first"
    assert '"service": "identity"' in given.log.read_text()


async def test_a_killed_service_is_started_again_and_it_is_said(watched: Watched) -> None:
    await started(watched, "killed")
    before = watched.supervisor.pids["killed"]
    watched.reports.clear()

    await watched.supervisor.kill("killed", restart=True)
    await watched.supervisor.ready(["killed"])

    assert watched.supervisor.pids["killed"] != before
    assert [report.split(" (log")[0] for report in watched.reports] == [
        "killed ended with signal 9; it is started again in 0.2 s"
    ]


async def test_a_stopped_service_stays_down_until_it_is_started(watched: Watched) -> None:
    given = await started(watched, "stopped")
    watched.reports.clear()

    await watched.supervisor.stop("stopped")
    await asyncio.sleep(supervision.FIRST_BACKOFF_SECONDS * 2)

    assert "stopped" not in watched.supervisor.pids
    assert watched.reports == []
    assert '"event": "stopped"' in given.log.read_text()
    await watched.supervisor.start("stopped")
    await watched.supervisor.ready(["stopped"])


async def test_a_service_killed_for_good_stays_down(watched: Watched) -> None:
    await started(watched, "for-good")
    await watched.supervisor.kill("for-good", restart=False)
    await asyncio.sleep(supervision.FIRST_BACKOFF_SECONDS * 2)
    assert "for-good" not in watched.supervisor.pids


async def test_starting_what_runs_changes_nothing(watched: Watched) -> None:
    await started(watched, "twice")
    before = watched.supervisor.pids["twice"]
    await watched.supervisor.start("twice")
    assert watched.supervisor.pids["twice"] == before


async def test_a_service_that_cannot_run_is_named_with_its_last_words(watched: Watched) -> None:
    given = launch(watched.directory, "misconfigured", GUILDHALL_ENV="prod")
    watched.reports.clear()
    await watched.supervisor.start("misconfigured", given)
    with pytest.raises(ServiceFailed, match="does not stay up") as failure:
        await watched.supervisor.ready(["misconfigured"])
    await watched.supervisor.stop("misconfigured")

    assert "this provider runs only where it is dev" in str(failure.value)
    assert str(given.log) in str(failure.value)
    pauses = [report.rpartition(" in ")[2].split(" s")[0] for report in watched.reports[:3]]
    assert pauses == ["0.2", "0.4", "0.8"]
    assert "status 78" in watched.reports[0]


async def test_a_service_that_was_never_started_is_not_known(watched: Watched) -> None:
    with pytest.raises(KeyError, match="never started"):
        await watched.supervisor.start("nobody")


async def test_closing_leaves_no_process(tmp_path: Path) -> None:
    own = Watched(tmp_path)
    await own.supervisor.open()
    await started(own, "one")
    await started(own, "two")
    pids = [*own.supervisor.pids.values()]
    await own.supervisor.close()
    assert not any(map(alive, pids))


async def test_a_supervisor_killed_at_once_leaves_no_process(tmp_path: Path) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.deploy.stack.holder",
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
    )
    assert holder.stdout is not None
    pids = [int(pid) for pid in (await holder.stdout.readline()).split()]
    assert pids
    assert all(map(alive, pids))

    os.kill(holder.pid, signal.SIGKILL)
    await holder.wait()

    await gone(pids)
    # The fork server saw its supervisor go, and had the service stop as it does on any signal.
    assert '"event": "stopped"' in (tmp_path / "held.log").read_text()


async def test_a_fork_server_killed_at_once_takes_its_services_with_it(tmp_path: Path) -> None:
    own = Watched(tmp_path)
    await own.supervisor.open()
    await started(own, "orphan")
    pid = own.supervisor.pids["orphan"]
    parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])

    os.kill(parent, signal.SIGKILL)

    await gone([pid])
    async with asyncio.timeout(5):
        while "cannot be started again" not in " ".join(own.reports):
            await asyncio.sleep(0.02)
    await own.supervisor.close()


@pytest.mark.parametrize(("status", "words"), [(70, "status 70"), (-9, "signal 9")])
def test_an_end_is_described_by_status_or_signal(status: int, words: str) -> None:
    assert describe(status) == words
