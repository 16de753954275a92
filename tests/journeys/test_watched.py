"""Who is not there, or hangs, is named by `guildhall status` within five seconds, with status 1.

On 2026-11-29 a PostgreSQL that was stopped went unseen for 24 seconds, and the reason was blank; a
worker that was not there, or whose address nobody knew, was not asked for.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import Any

import httpx
import pytest
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from deploy.stack.stack import Stack
from shared import metrics
from shared.contract.contexts import CONTEXTS, PROCESSES
from shared.metrics import EVERY, OWNER, QUERY, REPORTING, WORKER
from tests.journeys.command_line import Ran, guildhall
from tests.journeys.waiting import until

SAID_SECONDS = 5.0
TRIES = 3
"""On a crowded machine the interpreter alone may take seconds to start: the fastest counts."""
USUAL_START_SECONDS = 0.7
"""What a command takes that asks nobody; how much longer it takes while others compute is no part
of the five seconds."""
WHOLE_SECONDS = 90.0


def family(pid: int) -> list[int]:
    """A process and those it started, the parent first."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


@asynccontextmanager
async def stopped(*pids: int) -> AsyncIterator[None]:
    """Processes that hang, every one, and go on afterwards."""
    for pid in pids:
        os.kill(pid, SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, SIGCONT)


async def guildhall_process(*arguments: str, **more: Any) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "guildhall.cli", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        **more,
    )


async def status_in_time(stack: Stack) -> Ran:
    took = []
    for _ in range(TRIES):
        began = time.monotonic()
        await (await guildhall_process("--help")).communicate()
        started = time.monotonic()
        done = await guildhall(stack, "status")
        crowded = max(0.0, started - began - USUAL_START_SECONDS)
        took.append(time.monotonic() - started - crowded)
        if took[-1] < SAID_SECONDS:
            return done
    raise AssertionError(f"it took {took} s")


async def whole(stack: Stack) -> Ran:
    """Status 0 comes by itself."""
    async with asyncio.timeout(WHOLE_SECONDS):
        while (done := await guildhall(stack, "status")).status:
            await asyncio.sleep(0.5)
    return done


def states(done: Ran) -> dict[str, str]:
    return {row["service"]: row["state"] for row in done.document["services"]}


async def worker_as_told(stack: Stack, http: httpx.AsyncClient) -> dict[str, Any]:
    answer = (await http.get(f"{stack.urls['reporting']}/readyz")).raise_for_status().json()
    found: dict[str, Any] = answer["checks"]["worker"]
    return found


async def test_a_postgresql_that_hangs_is_seen_and_named(stack: Stack) -> None:
    await whole(stack)
    assert stack.servers.postgres_pid is not None
    async with stopped(*family(stack.servers.postgres_pid)):
        await asyncio.sleep(1.5)  # an answer of /readyz is kept for a second
        done = await status_in_time(stack)
        assert done.status == 1, done
        found = states(done)
        assert [name for name in ("worker", *CONTEXTS) if found[name] == "ready"] == []
        assert all(state.strip() for state in found.values()), found
        assert "no answer within" in found["members"], found
        assert str(done.document["reporting"]["unknown"]).strip()
    await whole(stack)


async def test_a_service_that_hangs_is_named(stack: Stack) -> None:
    await whole(stack)
    async with stopped(stack.supervisor.pids["events"]):
        done = await status_in_time(stack)
        assert (done.status, states(done)["events"]) == (1, "no answer")
        assert states(done)["members"] == "ready"
    await whole(stack)


async def test_a_worker_that_is_gone_is_named_by_status_and_by_the_query_api(
    stack: Stack, http: httpx.AsyncClient
) -> None:
    assert (await worker_as_told(stack, http))["there"]
    await stack.kill_service("worker", restart=False)
    done = await status_in_time(stack)
    assert (done.status, states(done)["worker"]) == (1, "no answer")
    async with asyncio.timeout(SAID_SECONDS * 3):
        while (told := await worker_as_told(stack, http))["there"]:
            await asyncio.sleep(0.1)
    assert told["age_seconds"] > SAID_SECONDS and "relay" in told["parts"]
    await stack.start_service("worker")
    await whole(stack)
    assert (await worker_as_told(stack, http))["there"]


async def test_an_address_that_nobody_knows_is_named(stack: Stack) -> None:
    environment = {
        **os.environ,
        **{f"GUILDHALL_{name.upper()}_URL": stack.urls[name] for name in CONTEXTS},
        "GUILDHALL_TOKEN": await stack.token("operator"),
    }
    process = await guildhall_process("status", env=environment)
    said, complained = await process.communicate()
    assert process.returncode == 1
    assert b"GUILDHALL_WORKER_URL" in said and b"not ready: worker" in complained


async def told_parts(stack: Stack) -> dict[str, set[str]]:
    done = await whole(stack)
    return {row["service"]: set(row.get("parts", {})) for row in done.document["services"]}


@pytest.mark.usefixtures("office")
async def test_every_process_tells_its_parts(stack: Stack) -> None:
    parts = await until(lambda: told_parts(stack), lambda told: "ingest" in told["worker"])
    for name in ("members", "benefits", "events"):
        assert {"relay", "backlog"} <= parts[name], name
    assert {"copy-of-members"} <= parts["benefits"] & parts["events"]
    assert {"relay", "ingest", "keeper", "heartbeat"} <= parts["worker"]


async def families(stack: Stack, http: httpx.AsyncClient, name: str) -> set[str]:
    text = (await http.get(f"{stack.urls[name]}/metrics")).raise_for_status().text
    found = {family.name for family in text_string_to_metric_families(text)}
    return {each for each in found if not each.startswith(("python_", "process_"))}


HTTP = {"http_server_request_duration_seconds", "guildhall_http_connections_open"}
RELAYS = {
    "guildhall_outbox_pending_rows",
    "guildhall_outbox_oldest_age_seconds",
    "guildhall_part_last_success_timestamp_seconds",
}
MEASURED = {
    "members": HTTP | RELAYS,
    "benefits": HTTP | RELAYS | {"guildhall_copy_lag_records"},
    "events": HTTP | RELAYS | {"guildhall_copy_lag_records"},
    "worker": HTTP | RELAYS | {"guildhall_parked_rows", "guildhall_projections_stale"},
    "reporting": HTTP | {"guildhall_worker_heartbeat_age_seconds"},
}
"""What each process measures though nobody asks it for anything, among what it exports."""
OF = {
    "members": (EVERY, OWNER),
    "benefits": (EVERY, OWNER),
    "events": (EVERY, OWNER),
    "worker": (EVERY, OWNER, REPORTING, WORKER),
    "reporting": (EVERY, REPORTING, QUERY),
}


def own(name: str) -> set[str]:
    """The families that a process may export."""
    return {
        found.name + suffix
        for metric in vars(metrics).values()
        if isinstance(metric, Counter | Gauge | Histogram)
        for found in metric.describe()
        if any(metric in registry._collector_to_names for registry in OF[name])
        for suffix in ("", "_created")
    }


async def test_each_process_exports_its_own_families_and_what_it_measured(
    stack: Stack, http: httpx.AsyncClient
) -> None:
    await whole(stack)
    for name in PROCESSES:
        async with asyncio.timeout(WHOLE_SECONDS):
            while MEASURED[name] - (found := await families(stack, http, name)):
                await asyncio.sleep(0.5)
        assert found <= own(name), f"{name}: {found - own(name)}"
