"""Each service has its own database and role, cannot enter another's, and owns no table of it."""

import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from deploy.embedded import EmbeddedError, provision
from deploy.embedded.provision import OWNER, service_url
from shared.contract.contexts import CONTEXTS
from shared.eventstore.database import open_pool
from shared.eventstore.migrations import migrate
from tests.deploy.embedded.provisioned import drop

OWNERS = """
SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()
"""


@pytest.fixture
async def prefix(postgres: str) -> AsyncIterator[str]:
    """Names no other test uses; dropped afterwards."""
    prefix = f"p{secrets.token_hex(4)}_"
    yield prefix
    await drop(postgres, prefix)


async def test_every_service_enters_its_database_and_owns_nothing(
    postgres: str, prefix: str
) -> None:
    urls = await provision(postgres, dict.fromkeys(CONTEXTS, "a/b@c:d é"), prefix)
    assert list(urls) == list(CONTEXTS)
    for service, url in urls.items():
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT current_user") == prefix + service
        assert await connection.fetchval("SELECT current_database()") == prefix + service
        assert await connection.fetchval("SELECT count(*) FROM events") == 0
        assert [tuple(row) for row in await connection.fetch(OWNERS)] == [
            (prefix + service + OWNER,)
        ]
        await connection.close()


async def test_a_second_time_keeps_the_data_and_sets_the_password(
    postgres: str, prefix: str
) -> None:
    first = await provision(postgres, {"members": "one"}, prefix)
    connection = await asyncpg.connect(first["members"])
    await connection.execute("INSERT INTO open_transfers VALUES ('tjtc', 'city')")
    await connection.close()

    second = await provision(postgres, {"members": "two"}, prefix)
    connection = await asyncpg.connect(second["members"])
    assert await connection.fetchval("SELECT count(*) FROM open_transfers") == 1
    await connection.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(first["members"])


@pytest_asyncio.fixture(loop_scope="session")
async def plain(postgres: str, prefix: str) -> AsyncIterator[str]:
    """The DSN of an administrator who is no superuser."""
    connection = await asyncpg.connect(postgres)
    name = f"{prefix}admin"
    await connection.execute(f"CREATE ROLE {name} LOGIN CREATEDB CREATEROLE PASSWORD 'pw'")
    yield service_url(postgres, name, "pw").rpartition("/")[0] + "/postgres"
    await drop(postgres, prefix)
    await connection.execute(f"DROP ROLE {name}")
    await connection.close()


@pytest.mark.parametrize("administrator", ["superuser", "plain"])
async def test_a_database_that_its_service_owned_is_given_to_the_owner(
    postgres: str, plain: str, prefix: str, administrator: str
) -> None:
    """As provisioning made it before there were owners, and the service migrated it."""
    name, packages = f"{prefix}reporting", ("shared.eventstore", "services.reporting")
    by = {"superuser": postgres, "plain": plain}[administrator]
    connection = await asyncpg.connect(by)
    await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'pw'")
    await connection.execute(f"GRANT {name} TO CURRENT_USER")
    await connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    await connection.close()
    pool = await open_pool(service_url(postgres, name, "pw"), size=1)
    await migrate(pool, *packages)
    await pool.execute("CREATE SCHEMA projections CREATE TABLE folded (a int)")
    await pool.execute("UPDATE journal_head SET next_index = 7")
    await pool.close()

    urls = await provision(by, {"reporting": "pw"}, prefix)

    connection = await asyncpg.connect(urls["reporting"])
    assert [tuple(row) for row in await connection.fetch(OWNERS)] == [(name + OWNER,)]
    assert await connection.fetchval("SELECT next_index FROM journal_head") == 7
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("ALTER TABLE journal DISABLE TRIGGER USER")
    await connection.execute("DROP SCHEMA projections CASCADE")
    await connection.close()


async def test_what_the_manifest_does_not_say_is_taken_back(postgres: str, prefix: str) -> None:
    urls = await provision(postgres, {"events": "pw"}, prefix)
    administrator = await asyncpg.connect(postgres, database=f"{prefix}events")
    await administrator.execute("GRANT ALL ON events TO PUBLIC")
    await administrator.execute(f"GRANT DELETE, UPDATE (document) ON events TO {prefix}events")
    await provision(postgres, {"events": "pw"}, prefix)
    connection = await asyncpg.connect(urls["events"])
    for statement in ("DELETE FROM events", "UPDATE events SET document = ''"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()
    await administrator.close()


async def test_a_database_of_newer_code_is_refused_by_name(postgres: str, prefix: str) -> None:
    await provision(postgres, {"events": "pw"}, prefix)
    administrator = await asyncpg.connect(postgres, database=f"{prefix}events")
    newer = "INSERT INTO schema_migrations VALUES ('services.events', '0099_newer.sql', '')"
    await administrator.execute(newer)
    await administrator.close()
    with pytest.raises(EmbeddedError, match=f"{prefix}events: the database is newer"):
        await provision(postgres, {"events": "pw"}, prefix)


async def test_a_role_cannot_connect_to_anothers_database(postgres: str, prefix: str) -> None:
    await provision(postgres, {"members": "one", "benefits": "two"}, prefix)
    server = service_url(postgres, prefix + "benefits", "two").rpartition("/")[0]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(f"{server}/{prefix}members")


async def test_an_administrator_need_not_be_a_superuser(plain: str, prefix: str) -> None:
    for _ in range(2):
        urls = await provision(plain, {"members": "one"}, prefix)
    connection = await asyncpg.connect(urls["members"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("ALTER TABLE events DISABLE TRIGGER USER")
    await connection.close()
