"""The drill: restore to a second, prove the copy, log how long each step took.

The copy is thrown away afterwards; the archive, the live server and its epoch stay as they are.
"""

import json
import random
import sys
import tempfile
import time
from asyncio import create_subprocess_exec
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

from deploy.backup.archive import Archive, BackupError
from deploy.backup.databases import Server, committed, epoch_of, shortfalls
from deploy.backup.live_server import database_of
from deploy.backup.programs import run
from deploy.backup.restore import Restored, StepTimer, restore
from deploy.embedded import Embedded
from shared.contract.contexts import CONTEXTS

LOG = "drills.jsonl"
ROOT = Path(__file__).resolve().parents[2]
AMCHECK = "SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck')"


class Drilled(NamedTuple):
    """How a drill went: `failures` are sentences, none where everything held; `checks` say what
    was compared, and what could not be."""

    at: datetime
    drilled_at: datetime
    held: bool
    failures: list[str]
    checks: dict[str, str]
    events: int
    log_index: int
    seconds: dict[str, float]
    total_seconds: float


class DrillReport(StepTimer):
    """The report of a drill: seconds by step, what was checked, what failed."""

    def __init__(self) -> None:
        super().__init__()
        self.checks: dict[str, str] = {}
        self.failures: list[str] = []


def any_second(archive: Archive, chance: random.Random) -> datetime:
    """A random second to which the newest archived epoch can be restored. Raises BackupError."""
    for number in reversed(archive.epochs()):
        found = archive.range(number)
        if found is not None:
            first, last = found
            return first + timedelta(seconds=int(chance.uniform(0, (last - first).total_seconds())))
    raise BackupError(f"{archive.path} holds nothing to restore: run `guildhall backup` first")


async def drill(
    archive: Archive, at: datetime, *, live: str | None = None, scratch: Path | None = None
) -> Drilled:
    """Restore to `at` into a fresh directory, prove it, and add a line to the archive's drill log.

    `live` is the DSN of the server in use: what it knows as of that moment must be the same.
    Raises BackupError and EmbeddedError where the restore itself fails; that is logged too.
    """
    began, started, report = datetime.now(UTC), time.perf_counter(), DrillReport()
    events = log_index = 0
    try:
        with tempfile.TemporaryDirectory(prefix="guildhall-drill-", dir=scratch) as directory:
            copy = Path(directory)
            copy.chmod(0o755)
            restored = await restore(archive, at, copy, new_epoch=False)
            report.seconds |= restored.seconds
            events = sum(each.events for each in restored.found.values())
            _check_promised(archive, restored, report)
            log_index = await _prove(copy, restored, live, report)
            with report.step("page checksums"):
                await run("pg_checksums", "--check", "-D", copy / "postgres")
            report.checks["page checksums"] = "every page, by pg_checksums"
    except Exception as why:
        report.failures.append(f"{type(why).__name__}: {why}")
        raise
    finally:
        drilled = Drilled(
            at,
            began,
            not report.failures,
            report.failures,
            report.checks,
            events,
            log_index,
            report.seconds,
            round(time.perf_counter() - started, 3),
        )
        _log(archive, drilled)
    return drilled


def _check_promised(archive: Archive, restored: Restored, report: DrillReport) -> None:
    """Compare with the archive's last mark before that second: all it promises must be there."""
    mark = archive.last_mark(restored.epoch, restored.at)
    if mark is None:
        report.checks["committed before"] = "no mark before that second"
        return
    report.checks["committed before"] = (
        f"mark of {mark.at:%Y-%m-%dT%H:%M:%SZ}, {sum(mark.events.values())} events"
    )
    report.failures += shortfalls(mark, restored.found)


async def _prove(copy: Path, restored: Restored, live: str | None, report: DrillReport) -> int:
    """Start the copy, check its indexes where possible, rebuild its projections and compare."""
    servers = Embedded(copy)
    try:
        with report.step("start"):
            server = await servers.start_postgres()
        with report.step("amcheck"):
            report.checks["amcheck"] = await _amcheck(server)
        if "reporting" not in restored.found:
            report.checks["projections"] = "reporting never started on this server"
            return 0
        # As reporting itself: its projections are its own, and what lies there may run.
        with report.step("rebuild"):
            proved = await _ask_reporting((await servers.provision())["reporting"])
        compared = len(proved["digests"])
        report.checks["projections"] = f"rebuilt from the journal, {compared} compared"
        if not proved["equal"]:
            report.failures.append("a restored projection differs from what its journal gives")
        if not proved["journal_dense"]:
            report.failures.append("the restored journal has a gap")
        with report.step("as known"):
            report.checks["as known"] = await _as_known(live, restored, proved, report)
    finally:
        await servers.stop()
    return int(proved["log_index"])


async def _amcheck(server: str) -> str:
    connection = await asyncpg.connect(server)
    try:
        available = await connection.fetchval(AMCHECK)
    finally:
        await connection.close()
    if not available:
        return "not done: this PostgreSQL comes without the extension amcheck"
    await run("pg_amcheck", "--all", "--install-missing", server=server)
    return "every table and index"


async def _as_known(
    live: str | None, restored: Restored, proved: Mapping[str, Any], report: DrillReport
) -> str:
    """Compare with what the live server knows as of the copy's last log_index."""
    if live is None:
        return "not compared: no living server"
    now = await committed(Server({"dsn": live}))
    if epoch_of(now) != restored.epoch:
        return f"not compared: the living server is in epoch {epoch_of(now)}"
    reporting = database_of(live, CONTEXTS["reporting"].database)
    known = await _ask_reporting(reporting, proved["log_index"])
    differing = sorted(n for n, d in known["digests"].items() if proved["digests"][n] != d)
    if differing:
        report.failures.append(
            f"as known at {proved['log_index']} they differ: {', '.join(differing)}"
        )
    return f"the living server's projections at log index {proved['log_index']}"


async def _ask_reporting(database_url: str, log_index: int | None = None) -> dict[str, Any]:
    """What `services.reporting.rebuild.verify` answers for a database of reporting."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "GUILDHALL_DATABASE_URL": database_url,
    }
    arguments = [] if log_index is None else [str(log_index)]
    process = await create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "services.reporting.rebuild.verify",
        *arguments,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        env=environment,
    )
    output, errors = await process.communicate()
    if process.returncode != 0:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise BackupError(f"the projections could not be proved: {' '.join(last)}")
    answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    return answer


def _log(archive: Archive, drilled: Drilled) -> None:
    document = drilled._asdict()
    document |= {name: document[name].isoformat() for name in ("at", "drilled_at")}
    with (archive.path / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(document, ensure_ascii=False) + "\n")


def last_drill(archive: Archive) -> dict[str, Any] | None:
    """The last line of the drill log; None where there was no drill yet."""
    file = archive.path / LOG
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return dict(json.loads(lines[-1])) if lines else None
