"""PostgreSQL starts whatever stands in its way, as it is set; what it refuses is said."""

import secrets
import subprocess
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded import Embedded, EmbeddedError
from deploy.embedded.directory import DataDirectory, is_free
from deploy.embedded.postgres import WAL_RESERVED, Postgres


async def test_our_own_postgres_has_the_memory_it_is_given(tmp_path: Path) -> None:
    given = {"GUILDHALL_SHARED_BUFFERS": "48MB"}
    servers = Embedded.from_environment(tmp_path, environment=given)
    try:
        connection = await asyncpg.connect(await servers.start_postgres())
        assert await connection.fetchval("SHOW shared_buffers") == "48MB"
        await connection.close()
    finally:
        await servers.stop()


async def test_no_commit_waits_for_a_wal_segment_to_be_made(tmp_path: Path) -> None:
    servers = Embedded.from_environment(tmp_path, environment={})
    made = "SELECT sum(writes)::int FROM pg_stat_io WHERE object = 'wal' AND context = 'init'"
    try:
        connection = await asyncpg.connect(await servers.start_postgres())
        before = await connection.fetchval(made)
        assert before >= WAL_RESERVED - 1
        for _ in range(WAL_RESERVED - 2):
            await connection.execute("SELECT pg_logical_emit_message(false, 'test', '')")
            await connection.execute("SELECT pg_switch_wal()")
        await connection.execute("SELECT pg_stat_force_next_flush()")
        assert await connection.fetchval(made) == before
        await connection.close()
    finally:
        await servers.stop()


async def test_a_taken_port_gives_way_to_another(tmp_path: Path, postgres: str) -> None:
    """One Postgres: its recorded port is taken, and the new one too, when it comes to listen."""
    taken = int(postgres.rpartition(":")[2].partition("/")[0])
    assert not is_free(taken)
    directory = DataDirectory(tmp_path)
    directory.hold()
    (tmp_path / "ports.json").write_text(f'{{"postgres": {taken}}}')
    given = iter([taken])
    choose = directory.port
    directory.port = lambda name: next(given, None) or choose(name)  # type: ignore[method-assign]
    server = Postgres(directory, {})
    try:
        url = await server.start()
        assert f":{taken}/" not in url
        await (await asyncpg.connect(url)).close()
    finally:
        await server.stop()
        directory.release()


async def test_postgres_starts_though_a_stranger_has_the_id_in_its_pid_file(tmp_path: Path) -> None:
    servers = Embedded(tmp_path)
    try:
        await servers.start_postgres()
        data = tmp_path / "postgres"
        owner = data.stat()
        await servers.restart_postgres("immediate")
        pid_file = (data / "postmaster.pid").read_text()
        await servers.stop()
        with subprocess.Popen(["sleep", "60"], user=owner.st_uid) as stranger:  # noqa: ASYNC220
            lines = pid_file.splitlines()
            (data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:], ""]))
            try:
                await servers.start_postgres()
                assert stranger.poll() is None
            finally:
                stranger.kill()
    finally:
        await servers.stop()


async def test_a_refused_superuser_is_said(tmp_path: Path) -> None:
    servers = Embedded(tmp_path)
    try:
        await servers.start_postgres()
        await servers.stop()
        (tmp_path / "passwords.json").write_text(f'{{"postgres": "{secrets.token_hex(4)}"}}')
        with pytest.raises(EmbeddedError, match="password authentication failed"):
            await servers.start_postgres()
        assert servers.postgres_pid is None
    finally:
        await servers.stop()
