"""One whole Guildhall for all journeys: real Kafka, real PostgreSQL, the services as processes.

Each journey has a union of its own. One that stops, kills or wipes something may fail in the
middle: `stack` mends what it finds broken before it is handed to the next.
"""

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio

from deploy.embedded import Embedded
from deploy.stack.stack import Stack
from shared.service.private_files import write_private
from tests.journeys.office import Office
from tests.journeys.reporting import OWNERS, Reporting, as_superuser

HERE = Path(__file__).parent
ANSWER_SECONDS = 60.0

EVERY_UNION = ["*"]
PEOPLE = {
    "clerk": {"roles": ["clerk"], "orgs": EVERY_UNION},
    "approver": {"roles": ["approver"], "orgs": EVERY_UNION},
    "clerk-and-approver": {"roles": ["clerk", "approver"], "orgs": EVERY_UNION},
    "cashier": {"roles": ["cashier"], "orgs": EVERY_UNION},
    "chair": {"roles": ["chair"], "orgs": EVERY_UNION},
    "auditor": {"roles": ["auditor"], "orgs": EVERY_UNION},
    "operator": {"roles": ["operator"], "orgs": EVERY_UNION},
    "clerk-other": {"roles": ["clerk"], "orgs": ["other"]},
}
SETTINGS = {
    "worker": {
        "GUILDHALL_BATCH_RECORDS": "500",
        "GUILDHALL_RECONCILE_SECONDS": "1",
        "GUILDHALL_RECONCILE_PATIENCE_SECONDS": "8",
    }
}
"""Small batches, so that a crash has many places to happen; a reconciler that waits seconds."""

FoundUnion = Callable[[], Awaitable[Office]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey needs servers."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.servers)


def new_stack(directory: Path) -> Stack:
    """A stack on a simulated clock, with servers of its own and people who act for any union."""
    write_private(directory / "identity" / "people.json", json.dumps(PEOPLE).encode())
    return Stack(directory, simulated=True, servers=Embedded(directory), settings=SETTINGS)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def running_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The session's stack, as the last journey left it."""
    async with new_stack(tmp_path_factory.mktemp("journeys")) as stack:
        yield stack


@pytest_asyncio.fixture(loop_scope="session")
async def stack(running_stack: Stack) -> Stack:
    """The session's stack, with everything running."""
    await running_stack.servers.start_kafka()
    await running_stack.create_topics()
    for name in running_stack.services:
        await running_stack.supervisor.start(name)
    await running_stack.ready()
    return running_stack


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client of every service."""
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def reporting(stack: Stack, http: httpx.AsyncClient) -> AsyncIterator[Reporting]:
    """Reporting of the session's stack, and the stores behind it."""
    async with AsyncExitStack() as pools:
        databases = {
            owner: await pools.enter_async_context(
                asyncpg.create_pool(as_superuser(stack, owner), min_size=0, max_size=3)
            )
            for owner in OWNERS
        }
        yield Reporting(stack, http, databases)


@pytest.fixture
def found_union(stack: Stack, http: httpx.AsyncClient) -> FoundUnion:
    """Founds a union no other journey knows."""

    async def found() -> Office:
        office = Office(stack, http, f"u-{secrets.token_hex(4)}")
        await office.found()
        return office

    return found


@pytest_asyncio.fixture(loop_scope="session")
async def office(found_union: FoundUnion) -> Office:
    """The office of this journey's own union."""
    return await found_union()
