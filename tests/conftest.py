"""Fixtures for every test: one real PostgreSQL and one real Kafka for the whole session."""

import asyncio
import gc
import io
import os
import secrets
from collections.abc import AsyncIterator, Generator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from deploy.embedded import Embedded
from shared.kafka.access import KafkaAccess
from tests.databases import Databases, NewDatabase
from tests.in_memory import InMemory, in_memory_directory

# How long an example takes is the machine's doing, and no finding about the code.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

SERVER_FIXTURES = {"servers", "postgres", "kafka", "database"}

TEMPROOTS = ("PYTEST_DEBUG_TEMPROOT", "TMPDIR")
"""Where pytest makes its temporary directories, and everybody else."""

ONE_PROCESS = ("tests/journeys/demo_year/", "tests/console/browser/")
"""Directories whose files share a costly fixture: one process runs all of a directory's tests."""

LONG = ("tests/journeys/", "tests/deploy/", "tests/deploy/embedded/")
"""Where tests start servers of their own."""


IN_MEMORY = pytest.StashKey[InMemory]()


def pytest_configure(config: pytest.Config) -> None:
    """Put every temporary directory into the machine's memory, where it has room. The processes of
    pytest-xdist are given theirs by the first."""
    asked = config.option.basetemp or any(map(os.environ.get, TEMPROOTS))
    directory = None if asked or hasattr(config, "workerinput") else in_memory_directory()
    if directory is not None:
        config.stash[IN_MEMORY] = directory
        os.environ.update(dict.fromkeys(TEMPROOTS, str(directory.path)))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Give the memory back, unless a test failed: its report may name a log that lies there."""
    directory = session.config.stash.get(IN_MEMORY, None)
    if directory is not None:
        for name in TEMPROOTS:
            os.environ.pop(name, None)
        directory.remove() if exitstatus == pytest.ExitCode.OK else directory.let_go()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where `make test` runs several processes, a file's tests go to one of them, in their order.

    By the name of the test: xdist 3.8 loses its own groups under pytest 9.2 (pytest-xdist 1386),
    and with them every fixture that a file shares.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - absent without `-n`

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return next((each for each in ONE_PROCESS if file.startswith(each)), file)

    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test `servers` when it asks for one, directly or through another fixture. Files
    without such tests come first, and of the others the long ones, so that the processes
    end together."""
    slow = set()
    for item in items:
        if SERVER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)
            slow.add(item.path)
    items.sort(key=lambda item: (item.path in slow, not item.nodeid.startswith(LONG)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Say where every coroutine stood when a test hung: the stack shows the loop alone."""
    report = yield
    if call.excinfo is None or "from pytest-timeout" not in str(call.excinfo.value):
        return report
    said = io.StringIO()
    for task in [each for each in gc.get_objects() if isinstance(each, asyncio.Task)]:
        if not task.done():
            task.print_stack(limit=8, file=said)
    report.sections.append(("coroutines that had not ended", said.getvalue()))
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Embedded]:
    """The session's servers, not started: ask for `postgres` or `kafka`.

    A test that kills, wipes or restarts one starts its own `Embedded` instead.
    """
    # Nobody cuts this machine's power: without fsync, dropping a database costs a tenth.
    directory = tmp_path_factory.mktemp("servers")
    embedded = Embedded(directory, postgres_settings={"fsync": "off"})
    try:
        yield embedded
    finally:
        await embedded.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(servers: Embedded) -> str:
    """The superuser's DSN of a running PostgreSQL. One database of others stands for those of all
    tests: no provisioning closes the server as one that is for it alone."""
    dsn = await servers.start_postgres()
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE DATABASE of_other_tests")
    await connection.close()
    return dsn


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka(servers: Embedded) -> KafkaAccess:
    """The operator's access to a running Kafka; take a topic name of your own (`topic`)."""
    return await servers.start_kafka()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def databases(postgres: str) -> AsyncIterator[Databases]:
    """The session's databases and their templates."""
    made = Databases(postgres)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def new_database(databases: Databases) -> AsyncIterator[NewDatabase]:
    """Makes a new database, `Databases.new`; dropped afterwards."""
    yield databases.new
    await databases.drop_all()


@pytest_asyncio.fixture(loop_scope="session")
async def database(new_database: NewDatabase) -> str:
    """The superuser's DSN of a new database, dropped afterwards: empty, unless a directory's
    conftest says otherwise."""
    return await new_database()


@pytest.fixture
def topic() -> str:
    """A topic name no other test uses; the test creates the topic."""
    return f"test.{secrets.token_hex(8)}"
