"""The servers' life: start, stop, restart on the same data, crash, wipe; one holder at a time."""

import asyncio
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError

from deploy.embedded import Embedded, EmbeddedError, create_topics
from deploy.embedded.directory import PRINCIPALS
from shared.kafka.access import KafkaAccess

TOPIC = "guildhall.events.v1"
PROXY_PORT = 9  # nobody listens there: only what the broker tells its clients is looked at


@pytest.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Embedded]:
    """Servers this module may stop, kill and wipe; every test leaves them running.

    The name of the directory is one a user might choose: Java and PostgreSQL must cope.
    """
    directory = tmp_path_factory.mktemp("own") / "工会 数据"
    async with Embedded(directory, kafka_proxy_port=PROXY_PORT) as servers:
        yield servers


async def test_a_restart_keeps_data_addresses_and_cluster(own: Embedded) -> None:
    await create_topics(own.kafka)
    await _write(own, b"before")
    await _execute(own, "CREATE TABLE kept AS SELECT 42 AS answer")
    addresses, cluster = (own.kafka, own.database_url), await _cluster_id(own)
    running = [own.kafka_pid, own.postgres_pid]

    await own.stop()
    assert (own.kafka_pid, own.postgres_pid) == (None, None)
    assert not any(pid and Path(f"/proc/{pid}").exists() for pid in running)
    await own.start_postgres()
    await own.start_kafka()

    assert (own.kafka, own.database_url) == addresses
    assert await _cluster_id(own) == cluster
    assert await _read(own, 1) == [b"before"]
    assert await _fetch(own, "SELECT answer FROM kept") == 42


async def test_a_second_start_is_refused_and_names_the_holder(own: Embedded) -> None:
    with pytest.raises(EmbeddedError, match=rf"process {os.getpid()} .* holds this directory"):
        await Embedded(own.directory).start_postgres()
    script = Path(__file__).with_name("holder.py")
    other = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, script, own.directory],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert other.returncode == 1
    assert f"process {os.getpid()} " in other.stderr
    assert await _fetch(own, "SELECT 1") == 1


async def test_starting_what_runs_changes_nothing(own: Embedded) -> None:
    before = own.kafka_pid, own.postgres_pid
    await asyncio.gather(own.start_kafka(), own.start_kafka(), own.start_postgres())
    assert (own.kafka_pid, own.postgres_pid) == before
    assert own.failure() is None


async def test_two_side_by_side_share_nothing(
    own: Embedded, kafka: KafkaAccess, postgres: str
) -> None:
    assert own.kafka != kafka
    assert await _cluster_id(own) != await _cluster_id_at(kafka)
    assert own.database_url != postgres
    name = "only_here"
    await _execute(own, f"CREATE DATABASE {name}")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(postgres.rpartition("/")[0] + f"/{name}")


async def test_a_crash_of_postgres_loses_nothing_committed(own: Embedded) -> None:
    await _execute(own, "CREATE TABLE committed AS SELECT 7 AS answer")
    before = own.postgres_pid
    await own.restart_postgres("immediate")
    assert own.postgres_pid != before
    assert await _fetch(own, "SELECT answer FROM committed") == 7


async def test_a_killed_kafka_comes_back_with_its_records(own: Embedded) -> None:
    await _write(own, b"acknowledged")
    cluster = await _cluster_id(own)
    await own.kill_kafka()
    assert own.kafka_pid is None
    await own.start_kafka()
    assert await _cluster_id(own) == cluster
    assert (await _read(own, 2))[-1] == b"acknowledged"


async def test_passwords_that_were_lost_are_made_anew_and_the_old_ones_let_nobody_in(
    own: Embedded, tmp_path: Path
) -> None:
    await own.provision_kafka()
    access = own.kafka_as("guildhall-members")
    old = tmp_path / "password"
    old.write_text(access.client()["sasl_plain_password"])
    assert await _cluster_id_at(access)
    await own.stop()
    shutil.rmtree(own.directory / PRINCIPALS)
    await own.start_postgres()
    await own.start_kafka()
    await own.provision_kafka()
    assert await _cluster_id_at(access)
    with pytest.raises(KafkaConnectionError):
        await _cluster_id_at(access._replace(password_file=old))


async def test_a_wiped_kafka_is_another_cluster_without_topics(own: Embedded) -> None:
    cluster = await _cluster_id(own)
    await own.wipe_kafka()
    assert await _cluster_id(own) != cluster
    assert TOPIC not in await _topics(own)
    assert await _fetch(own, "SELECT 1") == 1


async def test_a_server_that_ends_by_itself_is_reported_with_its_log(own: Embedded) -> None:
    assert own.postgres_pid is not None
    os.kill(own.postgres_pid, 9)
    while own.postgres_pid is not None:
        await asyncio.sleep(0.01)
    failure = own.failure()
    assert failure is not None
    assert "cannot keep PostgreSQL running: status -9" in str(failure)
    assert "database system is ready to accept connections" in str(failure)
    await own.start_postgres()
    assert own.failure() is None


async def test_the_terminals_ctrl_c_does_not_reach_the_servers(own: Embedded) -> None:
    for pid in (own.kafka_pid, own.postgres_pid):
        assert pid is not None
        assert os.getsid(pid) == pid != os.getsid(0)


async def test_postgres_never_runs_as_root_and_secrets_are_private(own: Embedded) -> None:
    status = Path(f"/proc/{own.postgres_pid}/status").read_text()
    assert "Uid:\t0" not in status
    assert stat.S_IMODE((own.directory / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((own.directory / "passwords.json").stat().st_mode) == 0o600
    assert not (own.directory / "postgres.password").exists()


async def test_the_second_listener_sends_its_clients_to_the_proxy(own: Embedded) -> None:
    for address, port in ((own.kafka_proxied, PROXY_PORT), (own.kafka.servers, None)):
        client = AIOKafkaClient(**own.kafka._replace(servers=address).client())
        try:
            await client.bootstrap()
            told = {broker.port for broker in client.cluster.brokers()}
        finally:
            await client.close()
        assert told == {port or int(own.kafka.servers.rpartition(":")[2])}


async def test_settings_are_the_stated_ones(own: Embedded) -> None:
    expected = {
        "server_encoding": "UTF8",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        "fsync": "on",
        "max_connections": "200",
        "data_checksums": "on",
        "TimeZone": "UTC",
    }
    for name, value in expected.items():
        assert await _fetch(own, f"SELECT current_setting('{name}')") == value
    assert await _fetch(own, "SELECT DISTINCT auth_method FROM pg_hba_file_rules") == (
        "scram-sha-256"
    )


async def _execute(servers: Embedded, statement: str) -> None:
    connection = await asyncpg.connect(servers.database_url)
    await connection.execute(statement)
    await connection.close()


async def _fetch(servers: Embedded, query: str) -> object:
    connection = await asyncpg.connect(servers.database_url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def _cluster_id(servers: Embedded) -> str:
    return await _cluster_id_at(servers.kafka)


async def _cluster_id_at(kafka: KafkaAccess) -> str:
    client = AIOKafkaAdminClient(**kafka.client())
    await client.start()
    try:
        return str((await client.describe_cluster())["cluster_id"])
    finally:
        await client.close()


async def _topics(servers: Embedded) -> list[str]:
    client = AIOKafkaAdminClient(**servers.kafka.client())
    await client.start()
    try:
        return list(await client.list_topics())
    finally:
        await client.close()


async def _write(servers: Embedded, value: bytes) -> None:
    producer = AIOKafkaProducer(**servers.kafka.client(), enable_idempotence=True)
    await producer.start()
    await producer.send_and_wait(TOPIC, value, partition=0)
    await producer.stop()


async def _read(servers: Embedded, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(TOPIC, **servers.kafka.client(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


async def test_nobody_but_an_administrator_connects_elsewhere(own: Embedded) -> None:
    """From `postgres` a login fills the disk, and one in `template1` keeps databases from being
    made; a database that is not ours leaves it to whoever made that."""
    by_hand = await asyncpg.connect(own.database_url)
    await by_hand.execute("DROP DATABASE IF EXISTS only_here")
    urls = await own.provision()
    place = own.database_url.rpartition("/")[0]
    for name in ("postgres", "template1"):
        elsewhere = f"{urls['members'].rpartition('/')[0]}/{name}"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(elsewhere)
        await (await asyncpg.connect(f"{place}/{name}")).close()
    await by_hand.execute("CREATE DATABASE of_others")
    await by_hand.execute("GRANT CONNECT ON DATABASE postgres TO PUBLIC")
    await own.provision()
    await by_hand.close()
    await (await asyncpg.connect(f"{urls['members'].rpartition('/')[0]}/postgres")).close()
