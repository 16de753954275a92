"""A worker that looks alive and reads nothing ends by itself; the next one loses nothing."""

import asyncio
import os
import sys
from pathlib import Path

from deploy.stack.services import environment_of
from deploy.stack.stack import Stack
from tests.journeys.office import Office
from tests.journeys.reporting import Reporting
from tests.journeys.waiting import until

ROOT = Path(__file__).parents[2]
EXIT_SECONDS = 180.0
IMPATIENT = {
    "GUILDHALL_RECONCILE_SECONDS": "1",
    "GUILDHALL_RECONCILE_PATIENCE_SECONDS": "2",
    "GUILDHALL_STALL_SECONDS": "4",
}


async def test_a_worker_that_reads_nothing_ends_and_another_goes_on(
    stack: Stack, reporting: Reporting, office: Office, tmp_path: Path
) -> None:
    people = await office.take_on(30)
    await office.open_programme("summer", "summer_cooling")
    await reporting.caught_up()
    await stack.stop_service("worker")
    await office.issue("summer")
    await until(lambda: reporting.relayed("benefits"), bool)

    log = tmp_path / "worker.log"
    with log.open("wb") as written:
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.journeys.stuck_worker",
            cwd=ROOT,
            env=environment_of("worker", stack.place, IMPATIENT),
            stdout=written,
            stderr=written,
        )
        try:
            async with asyncio.timeout(EXIT_SECONDS):
                status = await worker.wait()
        finally:
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
    assert status == os.EX_SOFTWARE, log.read_text()[-4000:]
    assert "nobody reads this partition" in log.read_text()

    await stack.start_service("worker")
    await reporting.caught_up()
    assert await reporting.figure(office.org_id, "gift_summer_cooling") == len(people)
