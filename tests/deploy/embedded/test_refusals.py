"""What goes wrong is said: what was asked, where, what is true."""

import os
import secrets
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from signal import SIGTERM

import asyncpg
import pytest
from aiokafka.errors import GroupCoordinatorNotAvailableError

from deploy.embedded import Embedded, EmbeddedError
from deploy.embedded.child import OWN_ACCOUNT, Child
from deploy.embedded.directory import DataDirectory, is_free
from deploy.embedded.fetch import fetch_jars
from deploy.embedded.jars import VERSION, cache_directory, kafka_jars, read_lock
from deploy.embedded.java import Java
from deploy.embedded.postgres import WAL_RESERVED, Postgres


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Maven repository where nobody listens."""
    settings = tmp_path / "jgo.conf"
    settings.write_text("[repositories]\ncentral = http://127.0.0.1:1/maven2\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))


def test_every_jar_of_kafka_is_pinned_and_of_its_version() -> None:
    jars = read_lock()
    assert len({jar.file_name for jar in jars}) == len(jars) > 40
    assert all(len(jar.sha256) == 64 for jar in jars)
    kafka = [jar for jar in jars if jar.group == "org.apache.kafka"]
    assert {jar.version for jar in kafka} == {VERSION}


async def test_a_jar_changed_in_the_cache_is_not_run_but_fetched_again(
    kafka: str, nowhere: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`kafka` is asked for because its start has filled the cache this copies."""
    source, copy = cache_directory() / f"kafka-{VERSION}", tmp_path / f"kafka-{VERSION}"
    copy.mkdir()
    for jar in read_lock():
        (copy / jar.file_name).symlink_to(source / jar.file_name)
    monkeypatch.setenv("GUILDHALL_CACHE", str(tmp_path))
    assert len(await kafka_jars(print)) == len(read_lock())

    changed = next(path for path in copy.iterdir() if path.name.startswith("re2j-"))
    changed.unlink()
    changed.write_bytes((source / changed.name).read_bytes() + b"\0")
    with pytest.raises(EmbeddedError, match=f"cannot fetch {changed.name}"):
        await kafka_jars(print)


def test_a_jar_that_is_not_the_pinned_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    jar = replace(read_lock()[0], sha256="0" * 64)
    sent = tmp_path / "sent.jar"
    sent.write_bytes(b"not the jar")
    monkeypatch.setattr("jgo.maven.Artifact.resolve", lambda _: sent)
    with pytest.raises(EmbeddedError, match=f"refused {jar.file_name}: .* SHA-256 is not the one"):
        fetch_jars([jar], tmp_path, lambda _: None, threading.Event())
    assert not (tmp_path / jar.file_name).exists()


def test_an_unreachable_repository_is_named_with_the_way_out(nowhere: None, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"(?s)cannot fetch .*127\.0\.0\.1.*GUILDHALL_KAFKA"):
        fetch_jars(read_lock()[:1], tmp_path, lambda _: None, threading.Event())


def test_without_a_home_of_ones_own_the_cache_is_in_the_virtual_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GUILDHALL_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_directory() == tmp_path / ".cache" / "guildhall"
    ours = Path(sys.prefix) / "cache"
    with monkeypatch.context() as another:
        another.setattr(os, "geteuid", lambda: os.getuid() + 4242)
        assert cache_directory() == ours
    monkeypatch.setenv("HOME", "/proc/nowhere")
    assert cache_directory() == ours
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", lambda _: {}["no such account"])
    assert cache_directory() == ours


async def test_a_cache_that_cannot_be_written_is_named_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GUILDHALL_CACHE", "/proc/nowhere")
    with pytest.raises(EmbeddedError, match=r"/proc/nowhere/.* writable directory in GUILDHALL_C"):
        await kafka_jars(print)
    with pytest.raises(EmbeddedError, match=r"/proc/nowhere/.* writable directory in GUILDHALL_C"):
        await Java().prepare(Child("java", tmp_path / "log", tmp_path / "record", SIGTERM))


def test_a_java_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUILDHALL_JAVA", "/no/java")
    with pytest.raises(EmbeddedError, match="GUILDHALL_JAVA names /no/java"):
        Java()


async def test_a_broker_that_cannot_start_shows_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kafka: str
) -> None:
    monkeypatch.setenv("GUILDHALL_JAVA", "/bin/false")
    with pytest.raises(EmbeddedError, match=r"cannot format Kafka in .*status 1"):
        await _start_and_stop(Embedded(tmp_path))


async def test_outside_servers_are_used_and_left_alone(
    kafka: str, postgres: str, tmp_path: Path
) -> None:
    environment = {"GUILDHALL_KAFKA": kafka, "GUILDHALL_DATABASE_URL": postgres}
    async with Embedded.from_environment(tmp_path, environment=environment) as servers:
        assert (servers.kafka, servers.database_url) == (kafka, postgres)
        assert (servers.kafka_pid, servers.postgres_pid) == (None, None)
        for action in (servers.kill_kafka, servers.wipe_kafka, servers.restart_postgres):
            with pytest.raises(EmbeddedError, match="it is not ours"):
                await action()
    assert not (tmp_path / "postgres").exists()
    await (await asyncpg.connect(postgres)).close()


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


async def test_an_outside_kafka_goes_with_an_embedded_postgres(kafka: str, tmp_path: Path) -> None:
    async with Embedded.from_environment(tmp_path, environment={"GUILDHALL_KAFKA": kafka}) as both:
        assert both.kafka == kafka
        assert both.postgres_pid is not None


async def test_an_outside_kafka_may_need_a_moment_for_its_first_group(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = iter([GroupCoordinatorNotAvailableError(), GroupCoordinatorNotAvailableError(), None])

    async def check(_: str) -> None:
        if error := next(answers):
            raise error

    monkeypatch.setattr("deploy.embedded.broker_ready.check_kafka", check)
    servers = Embedded(tmp_path, kafka_outside="broker:9092")
    assert await servers.start_kafka() == "broker:9092"
    await servers.stop()


async def test_an_outside_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    servers = Embedded(
        tmp_path,
        kafka_outside="127.0.0.1:1",
        database_outside="postgresql://someone:topsecret@127.0.0.1:1/postgres",
    )
    with pytest.raises(EmbeddedError, match=r"GUILDHALL_KAFKA, 127\.0\.0\.1:1, does not serve"):
        await servers.start_kafka()
    with pytest.raises(EmbeddedError, match="GUILDHALL_DATABASE_URL") as refusal:
        await servers.start_postgres()
    assert "topsecret" not in str(refusal.value)
    await servers.stop()


def test_an_address_is_not_given_before_the_start(tmp_path: Path) -> None:
    servers = Embedded(tmp_path)
    with pytest.raises(EmbeddedError, match="not started"):
        _ = servers.kafka
    with pytest.raises(EmbeddedError, match="not started"):
        _ = servers.database_url


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmbeddedError, match=r"cannot use .*/file/data as data directory"):
        DataDirectory(tmp_path / "file" / "data").hold()


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


async def _start_and_stop(servers: Embedded) -> None:
    try:
        await servers.start_kafka()
    finally:
        await servers.stop()


def test_our_own_account_is_the_default() -> None:
    assert OWN_ACCOUNT.words == ["-1"] * 5
