"""Each service has its own database and role, and cannot enter another's."""

import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.embedded import provision
from deploy.embedded.provision import service_url
from shared.contract.contexts import CONTEXTS


@pytest.fixture
async def prefix(postgres: str) -> AsyncIterator[str]:
    """Names no other test uses; dropped afterwards."""
    prefix = f"p{secrets.token_hex(4)}_"
    yield prefix
    connection = await asyncpg.connect(postgres)
    for service in CONTEXTS:
        await connection.execute(f"DROP DATABASE IF EXISTS {prefix}{service} WITH (FORCE)")
        await connection.execute(f"DROP ROLE IF EXISTS {prefix}{service}")
    await connection.close()


async def test_every_service_owns_its_database(postgres: str, prefix: str) -> None:
    urls = await provision(postgres, dict.fromkeys(CONTEXTS, "a/b@c:d é"), prefix)
    assert list(urls) == list(CONTEXTS)
    for service, url in urls.items():
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE mine (a int)")
        assert await connection.fetchval("SELECT current_user") == prefix + service
        assert await connection.fetchval("SELECT current_database()") == prefix + service
        await connection.close()


async def test_a_second_time_keeps_the_data_and_sets_the_password(
    postgres: str, prefix: str
) -> None:
    first = await provision(postgres, {"members": "one"}, prefix)
    connection = await asyncpg.connect(first["members"])
    await connection.execute("CREATE TABLE mine (a int)")
    await connection.close()

    second = await provision(postgres, {"members": "two"}, prefix)
    connection = await asyncpg.connect(second["members"])
    assert await connection.fetchval("SELECT count(*) FROM mine") == 0
    await connection.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(first["members"])


async def test_a_role_cannot_connect_to_anothers_database(postgres: str, prefix: str) -> None:
    await provision(postgres, {"members": "one", "benefits": "two"}, prefix)
    server = service_url(postgres, prefix + "benefits", "two").rpartition("/")[0]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(f"{server}/{prefix}members")


async def test_an_administrator_need_not_be_a_superuser(postgres: str, prefix: str) -> None:
    connection = await asyncpg.connect(postgres)
    name = f"{prefix}admin"
    await connection.execute(f"CREATE ROLE {name} LOGIN CREATEDB CREATEROLE PASSWORD 'pw'")
    try:
        administrator = service_url(postgres, name, "pw").rpartition("/")[0] + "/postgres"
        for _ in range(2):
            urls = await provision(administrator, {"members": "one"}, prefix)
        await (await asyncpg.connect(urls["members"])).close()
    finally:
        await connection.execute(f"DROP DATABASE IF EXISTS {prefix}members WITH (FORCE)")
        await connection.execute(f"DROP ROLE IF EXISTS {prefix}members")
        await connection.execute(f"DROP ROLE {name}")
        await connection.close()
