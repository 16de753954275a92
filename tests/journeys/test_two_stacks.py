"""Two whole stacks beside one another know nothing of each other; one that stops leaves nothing."""

import contextlib
import os
from pathlib import Path

import httpx
import pytest

from deploy.stack.run_file import NotRunning, read_run_file
from deploy.stack.stack import Stack
from tests.journeys.conftest import new_stack
from tests.journeys.office import Office
from tests.journeys.reporting import Reporting
from tests.journeys.waiting import until


def processes_of(directory: Path) -> set[int]:
    """Processes that have a file of this directory open: servers and services, by their logs."""
    found = set()
    for opened in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(FileNotFoundError, PermissionError, ProcessLookupError):
            if opened.readlink().is_relative_to(directory):
                found.add(int(opened.parts[2]))
    return found - {os.getpid()}


async def portions(stack: Stack, http: httpx.AsyncClient, org_id: str) -> int:
    return await Reporting(stack, http, {}).figure(org_id, "gift_new_year_portions")


async def test_two_stacks_do_not_collide_and_a_stopped_one_leaves_no_process(
    stack: Stack, reporting: Reporting, office: Office, tmp_path: Path
) -> None:
    org_id, http = office.org_id, reporting.http
    await office.take_on(5)
    await office.hand_out("new-year", "new_year")
    async with new_stack(tmp_path / "second") as second:
        # The same union, people and programme there: another place, other numbers.
        there = Office(second, http, org_id)
        await there.found()
        await there.take_on(3)
        await there.hand_out("new-year", "new_year")
        await until(lambda: portions(second, http, org_id), lambda value: value == 3)
        await until(lambda: portions(stack, http, org_id), lambda value: value == 5)

        here, other = read_run_file(stack.directory), read_run_file(second.directory)
        assert set(here.pids) == set(other.pids) == set(stack.services)
        assert not set(here.pids.values()) & set(other.pids.values())
        assert not set(here.urls.values()) & set(other.urls.values())
        alive = processes_of(second.directory)
        servers = {second.servers.kafka_pid, second.servers.postgres_pid}
        assert alive >= {*other.pids.values(), *servers}

    assert processes_of(second.directory) == set()
    assert not [pid for pid in alive if Path(f"/proc/{pid}").exists()]
    with pytest.raises(NotRunning):
        read_run_file(second.directory)

    # The other goes on.
    [newcomer] = await office.take_on(1, first=5)
    await office.issue_one("new-year", newcomer, off_roster_reason="joined_after_roster")
    await until(lambda: portions(stack, http, org_id), lambda value: value == 6)
