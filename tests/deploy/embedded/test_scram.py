"""Passwords in Kafka are set, changed and deleted; a controller sets the first ones."""

import json
import secrets
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError, KafkaError, SaslAuthenticationFailed

from deploy.embedded import Embedded
from deploy.embedded.directory import read_password
from deploy.embedded.manifest import BROKER, OPERATOR
from deploy.embedded.scram import set_passwords, set_passwords_at_controller, users
from shared.kafka.access import KafkaAccess
from tests.journeys.waiting import until

SECONDS = 15.0


@pytest_asyncio.fixture(loop_scope="session")
async def client(kafka: KafkaAccess) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(**kafka.client())
    await client.bootstrap()
    yield client
    await client.close()


async def lets_in(kafka: KafkaAccess, user: str, password: str, file: Path) -> bool:
    file.write_text(password)
    client = AIOKafkaClient(**kafka._replace(user=user, password_file=file).client())
    try:
        await client.bootstrap()
    except KafkaConnectionError:
        return False
    finally:
        await client.close()
    return True


async def test_a_user_has_the_password_that_was_set_last_until_it_is_deleted(
    kafka: KafkaAccess, client: AIOKafkaClient, tmp_path: Path
) -> None:
    user, file = f"u-{secrets.token_hex(4)}", tmp_path / "password"
    await set_passwords(client, {user: "first"})
    await until(lambda: lets_in(kafka, user, "first", file), bool, SECONDS)
    assert user in await users(client)
    await set_passwords(client, {user: "密 second"})
    await until(lambda: lets_in(kafka, user, "密 second", file), bool, SECONDS)
    assert not await lets_in(kafka, user, "first", file)
    await set_passwords(client, {}, [user])
    await until(lambda: users(client), lambda known: user not in known, SECONDS)
    assert not await lets_in(kafka, user, "密 second", file)


async def test_what_kafka_refuses_is_raised(client: AIOKafkaClient) -> None:
    with pytest.raises(KafkaError, match="nobody-of-that-name"):
        await set_passwords(client, {}, ["nobody-of-that-name"])
    await set_passwords(client, {})


async def test_a_lost_password_of_the_operator_is_set_anew_by_the_controller(
    servers: Embedded, kafka: KafkaAccess, tmp_path: Path
) -> None:
    port = json.loads((servers.directory / "ports.json").read_text())["kafka-controller"]
    broker = read_password(servers.directory / "principals" / BROKER)
    kept = read_password(servers.directory / "principals" / OPERATOR)
    address, file = f"127.0.0.1:{port}", tmp_path / "password"
    with pytest.raises(SaslAuthenticationFailed):
        await set_passwords_at_controller(address, (BROKER, "guessed"), {OPERATOR: "mine"})
    for password in ("another", kept):
        assert await set_passwords_at_controller(address, (BROKER, broker), {OPERATOR: password})
        await until(partial(lets_in, kafka, OPERATOR, password, file), bool, SECONDS)
