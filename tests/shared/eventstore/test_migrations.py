"""Migrations: an empty database and an upgraded one end equal; each file once, whole, unedited."""

import asyncio
import hashlib
import os
import secrets
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded.postgres import programs_directory
from shared.contract.contexts import CONTEXTS
from shared.eventstore.database import UNREACHABLE, open_pool
from shared.eventstore.migrations import (
    MigrationRefused,
    NotMigrated,
    check_migrated,
    migrate,
    migrations,
)
from tests.databases import NewDatabase

BEFORE = Path(__file__).with_name("before_migrations")
"""The repeatable `schema.sql` of each package as the last code without migrations had it."""
EVENT_STORE = "shared.eventstore"
SERVICES = tuple(CONTEXTS)

Package = Callable[..., str]


@pytest.fixture
async def database(new_database: NewDatabase) -> str:
    return await new_database()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(database)
    yield pool
    await pool.close()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """Makes a package of migrations, and changes it: its name, then name and text of each file."""
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f"package_{secrets.token_hex(4)}"
    schema = tmp_path / name / "schema"
    schema.mkdir(parents=True)
    (tmp_path / name / "__init__.py").touch()

    def write(**files: str) -> str:
        for path in schema.iterdir():
            path.unlink()
        for file, sql in files.items():
            (schema / f"{file[1:]}.sql").write_text(sql, encoding="utf-8")
        return name

    return write


async def make_as_before(pool: asyncpg.Pool, service: str) -> None:
    """A service's database as the code before migrations left it."""
    await pool.execute(
        "CREATE TABLE schema_applied (package text, sha256 text,"
        " applied_at timestamptz DEFAULT now(), PRIMARY KEY (package, sha256))"
    )
    for package, file in ((EVENT_STORE, "eventstore"), (f"services.{service}", service)):
        sql = (BEFORE / f"{file}.sql").read_text(encoding="utf-8")
        await pool.execute(sql)
        digest = hashlib.sha256(sql.encode()).hexdigest()
        await pool.execute(
            "INSERT INTO schema_applied (package, sha256) VALUES ($1, $2)", package, digest
        )


async def dump(dsn: str) -> list[str]:
    """Everything in a database: schema and rows, but for the instants of its migrations."""
    done = await asyncio.to_thread(
        subprocess.run,
        [programs_directory() / "pg_dump", "--dbname", dsn, "--exclude-table-data=*migrations"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env=os.environ | {"PGCONNECT_TIMEOUT": "10"},
    )
    # Since 18.0's first update a dump is wrapped in \restrict and \unrestrict with a random word.
    lines = [line for line in done.stdout.splitlines() if "restrict " not in line]
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("SELECT package, name, sha256 FROM schema_migrations ORDER BY 1")
    await connection.close()
    return lines + [" ".join(row) for row in rows]


@pytest.mark.parametrize("service", SERVICES)
async def test_an_empty_database_and_an_upgraded_one_end_equal(
    new_database: NewDatabase, service: str
) -> None:
    dumps = []
    for before in (False, True):
        dsn = await new_database()
        pool = await open_pool(dsn)
        if before:
            await make_as_before(pool, service)
        await migrate(pool, EVENT_STORE, f"services.{service}")
        await pool.close()
        dumps.append(await dump(dsn))
    empty, upgraded = dumps
    assert "CREATE TABLE public.events (" in empty
    assert empty == upgraded


async def test_an_upgraded_database_keeps_its_rows(pool: asyncpg.Pool) -> None:
    await make_as_before(pool, "reporting")
    await pool.execute("UPDATE store_epoch SET epoch = 7")
    await migrate(pool, EVENT_STORE, "services.reporting")
    assert await pool.fetchval("SELECT epoch FROM store_epoch") == 7


async def test_a_database_of_older_code_that_is_not_known_is_refused_and_left(
    pool: asyncpg.Pool,
) -> None:
    await make_as_before(pool, "events")
    await pool.execute("UPDATE schema_applied SET sha256 = 'other' WHERE package = $1", EVENT_STORE)
    with pytest.raises(MigrationRefused, match="start the last code without migrations"):
        await migrate(pool, EVENT_STORE, "services.events")
    assert await pool.fetchval("SELECT count(*) FROM schema_applied") == 2


async def test_a_file_is_applied_once_and_what_is_new_after_it(
    pool: asyncpg.Pool, package: Package
) -> None:
    name = package(_0001_one="CREATE TABLE one (n int); INSERT INTO one VALUES (1)")
    await migrate(pool, name)
    await migrate(pool, name)
    files = {"_0001_one": "CREATE TABLE one (n int); INSERT INTO one VALUES (1)"}
    await migrate(pool, package(**files, _0002_two="UPDATE one SET n = n + 1"))
    assert await pool.fetchval("SELECT sum(n) FROM one") == 2
    applied = await pool.fetch("SELECT name, sha256 FROM schema_migrations ORDER BY name")
    assert [row["name"] for row in applied] == ["0001_one.sql", "0002_two.sql"]
    assert applied[0]["sha256"] == hashlib.sha256(files["_0001_one"].encode()).hexdigest()


async def test_an_edited_migration_is_refused_before_anything_is_applied(
    pool: asyncpg.Pool, package: Package
) -> None:
    await migrate(pool, package(_0001_one="CREATE TABLE one ()"))
    name = package(_0001_one="CREATE TABLE other ()", _0002_two="CREATE TABLE two ()")
    with pytest.raises(MigrationRefused, match=r"0001_one\.sql was edited after it was applied"):
        await migrate(pool, name)
    assert await pool.fetchval("SELECT to_regclass('two')") is None


async def test_a_database_that_newer_code_migrated_is_refused(
    pool: asyncpg.Pool, package: Package
) -> None:
    await migrate(pool, package(_0001_one="CREATE TABLE one ()", _0002_two="CREATE TABLE two ()"))
    with pytest.raises(MigrationRefused, match=r"newer than this code: .* 0002_two\.sql"):
        await migrate(pool, package(_0001_one="CREATE TABLE one ()"))


async def test_services_that_start_at_once_apply_a_file_once(
    database: str, package: Package
) -> None:
    name = package(_0001_slow="SELECT pg_sleep(0.3); CREATE TABLE one ()")
    pools = [await open_pool(database) for _ in range(3)]
    await asyncio.gather(*(migrate(pool, name) for pool in pools))
    assert await pools[0].fetchval("SELECT count(*) FROM schema_migrations") == 1
    for pool in pools:
        await pool.close()


async def test_who_dies_within_a_file_leaves_nothing_of_it_and_what_came_before(
    pool: asyncpg.Pool, package: Package
) -> None:
    one = {"_0001_one": "CREATE TABLE one ()"}
    name = package(**one, _0002_two="CREATE TABLE two (); SELECT pg_sleep(60)")
    migrating = asyncio.create_task(migrate(pool, name))
    while not migrating.done() and not await pool.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event = 'PgSleep'"
    ):
        await asyncio.sleep(0.01)
    with pytest.raises(UNREACHABLE):
        await migrating
    assert await pool.fetchval("SELECT to_regclass('two')") is None
    await migrate(pool, package(**one, _0002_two="CREATE TABLE two ()"))
    assert await pool.fetchval("SELECT count(*) FROM schema_migrations") == 2


async def test_a_file_that_cannot_be_recorded_leaves_nothing(
    pool: asyncpg.Pool, package: Package
) -> None:
    name = package()
    takes_its_row = f"INSERT INTO schema_migrations VALUES ('{name}', '0001_one.sql', '')"
    with pytest.raises(asyncpg.UniqueViolationError):
        await migrate(pool, package(_0001_one=f"CREATE TABLE one (); {takes_its_row}"))
    assert await pool.fetchval("SELECT to_regclass('one')") is None


async def test_a_file_may_take_longer_than_a_command(
    database: str, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.eventstore.database.COMMAND_TIMEOUT_SECONDS", 0.2)
    pool = await open_pool(database)
    await migrate(pool, package(_0001_slow="SELECT pg_sleep(0.5)"))
    await pool.close()


@pytest.mark.parametrize("second", ["_0003_gap", "_0001_twice", "_0002_Words", "_2_short"])
def test_numbers_count_up_from_one(package: Package, second: str) -> None:
    name = package(_0001_one="", **{second: ""})
    with pytest.raises(ValueError, match="is not migration 000"):
        migrations(name)


async def test_a_service_only_looks_and_says_what_is_missing(
    pool: asyncpg.Pool, package: Package
) -> None:
    one = {"_0001_one": "CREATE TABLE one ()"}
    name = package(**one)
    with pytest.raises(NotMigrated, match=f"{name} 0001_one.sql was not applied.*provision"):
        await check_migrated(pool, name)
    await migrate(pool, name)
    await check_migrated(pool, name)
    package(**one, _0002_two="CREATE TABLE two ()")
    with pytest.raises(NotMigrated, match="0002_two"):
        await check_migrated(pool, name)
    assert await pool.fetchval("SELECT to_regclass('two')") is None
    package(_0001_one="CREATE TABLE one (a int)")
    with pytest.raises(MigrationRefused, match="edited after it was applied"):
        await check_migrated(pool, name)
