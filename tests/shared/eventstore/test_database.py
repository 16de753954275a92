"""A pool whose server restarts, falls back to read-only or is cut off is used again by itself."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from deploy.embedded import Embedded
from shared.clock import system_clock
from shared.contract.catalogue import source_of
from shared.eventstore import database as shared_database
from shared.eventstore.database import UNREACHABLE, open_pool
from shared.eventstore.request import Reply
from shared.eventstore.store import EventStore, Write
from tests.faults.proxy import Cut, Mode, Proxy
from tests.shared.eventstore.test_store import raised, request

TIMEOUT_SECONDS = 2.0
"""Of a command, here: the real one is too long for a test."""


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[Embedded]:
    """A PostgreSQL that the test may restart and change."""
    server = Embedded(tmp_path)
    await server.start_postgres()
    yield server
    await server.stop()


@pytest.fixture
async def link(database: str) -> AsyncIterator[Proxy]:
    """A link to the session's PostgreSQL that can be cut."""
    proxy = Proxy("postgres", [urlsplit(database).netloc.rpartition("@")[2]], random.Random(1))
    await proxy.start()
    yield proxy
    await proxy.stop()


def through(link: Proxy, database: str) -> str:
    """The database's DSN by way of the link."""
    parts = urlsplit(database)
    person = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{person}@{link.address}"))


async def works(pool: asyncpg.Pool, statement: str) -> None:
    """Wait until the pool does a statement; whatever it raises while its server is away, it must be
    one of UNREACHABLE, because that is what our loops wait out."""
    async with asyncio.timeout(60):
        while True:
            try:
                await pool.execute(statement)
                return
            except UNREACHABLE:
                await asyncio.sleep(0.05)


async def test_a_pool_outlives_its_servers_restart(own_server: Embedded) -> None:
    pool = await open_pool(own_server.database_url, size=4)
    await asyncio.gather(*[pool.execute("SELECT pg_sleep(0.05)") for _ in range(4)])
    await own_server.restart_postgres("immediate")
    await works(pool, "SELECT 1")
    found = await asyncio.gather(*[pool.fetchval("SELECT 1") for _ in range(8)])
    assert found == [1] * 8
    await pool.close()


async def test_a_pool_leaves_a_server_that_fell_back_to_read_only(
    own_server: Embedded, postgres: str
) -> None:
    """A read passes there for ever; the pool is to go where writes pass (SQLSTATE 25006)."""
    administrator = await asyncpg.connect(own_server.database_url)
    old, new = urlsplit(own_server.database_url), urlsplit(postgres)
    for url in (own_server.database_url, postgres):
        connection = await asyncpg.connect(url)
        await connection.execute("DROP ROLE IF EXISTS failover")
        await connection.execute("CREATE ROLE failover LOGIN PASSWORD 'failover'")
        await connection.close()
    hosts = ",".join(parts.netloc.rpartition("@")[2] for parts in (old, new))
    pool = await open_pool(f"postgresql://failover:failover@{hosts}/postgres", size=3)
    write = "CREATE TEMPORARY TABLE written ON COMMIT DROP AS SELECT 1"
    assert await pool.fetchval("SELECT inet_server_port()") == old.port
    await administrator.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    await administrator.execute("SELECT pg_reload_conf()")
    async with asyncio.timeout(60):
        while await pool.fetchval("SELECT inet_server_port()") == old.port:
            await asyncio.sleep(0.05)
    await works(pool, write)
    ports = [pool.fetchval("SELECT inet_server_port()") for _ in range(6)]
    assert set(await asyncio.gather(*ports)) == {new.port}
    await pool.close()
    await administrator.close()
    connection = await asyncpg.connect(postgres)
    await connection.execute("DROP ROLE failover")
    await connection.close()


@pytest.mark.parametrize("cut", ["silent", "mute", "reset"])
async def test_a_link_that_is_cut_hangs_nothing_for_ever(
    database: str, link: Proxy, cut: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_database, "COMMAND_TIMEOUT_SECONDS", TIMEOUT_SECONDS)
    pool = await open_pool(through(link, database), size=2)
    await pool.execute("SELECT 1")
    link.turn(Cut(cut))
    with pytest.raises(UNREACHABLE):
        async with asyncio.timeout(60):
            await pool.execute("SELECT 1")
    link.turn()
    await works(pool, "SELECT 1")
    pool.terminate()


async def test_the_kernel_is_told_to_notice_a_peer_that_is_gone(database: str) -> None:
    pool = await open_pool(database, size=1)
    async with pool.acquire() as connection:
        link = connection._transport.get_extra_info("socket")
        set_to = [link.getsockopt(level, option) for level, option, _ in shared_database.KEEPALIVES]
    assert set_to == [value for *_, value in shared_database.KEEPALIVES]
    await pool.close()


async def test_a_commit_nobody_heard_of_is_resolved_by_its_key_and_never_done_again(
    database: str, link: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_database, "COMMAND_TIMEOUT_SECONDS", TIMEOUT_SECONDS)
    sound = await open_pool(database)
    pool = await open_pool(through(link, database), size=1)
    store, done = EventStore(pool, system_clock, source_of("benefits")), Reply(201, {"id": "i1"})
    # The statement is prepared by now: one message does it, and its answer is what is lost.
    await store.append(request(), [Write("tjtc/issue-0", 0, [raised("i0")])], done)
    asked, writes = request(key="once"), [Write("tjtc/issue-1", 0, [raised()])]
    link.turn(Cut("mute"))
    with pytest.raises(UNREACHABLE):
        await store.append(asked, writes, done)
    assert await sound.fetchval("SELECT count(*) FROM events") == 2
    link.turn()
    await works(pool, "SELECT 1")
    again = await store.append(asked, writes, done)
    assert (again.replayed, again.body) == (True, {"id": "i1"})
    assert await sound.fetchval("SELECT count(*) FROM events") == 2
    pool.terminate()
    await sound.close()
