"""Kafka lets in whom it knows.

Shown on 2026-11-29: an anonymous client of this machine published as an owner (a forged
`ExpenditurePaid` entered the journal), published to an outside source's topic, read, created and
deleted topics, deleted records, altered configurations, ACLs and a group's offsets: nine of nine.
"""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import create_conn
from aiokafka.errors import (
    IncompatibleBrokerVersion,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from deploy.embedded import Embedded
from deploy.embedded.acls import bindings
from deploy.embedded.manifest import BROKER, OPERATOR, Topic, acls, principals, topics
from deploy.embedded.scram import users
from shared.kafka.access import KafkaAccess
from tests.attacks.kafka_requests import GROUP, MADE, OPERATIONS, refusals

OWNED, OUTSIDE = "guildhall.members.v1", "guildhall.ext.canteen.v1"
SOURCES = ("canteen", "printer")
REFUSED: dict[str, tuple[type[KafkaError], ...]] = {
    "clients": (KafkaConnectionError,),
    "controller": (KafkaConnectionError, IncompatibleBrokerVersion),
}
"""How a listener refuses: it hangs up; a controller has no answer for what concerns records."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provisioned(servers: Embedded, kafka: KafkaAccess) -> Embedded:
    """The session's Kafka with every topic and principal."""
    await servers.provision_kafka(SOURCES)
    return servers


def address(servers: Embedded, listener: str) -> tuple[str, int]:
    ports = json.loads((servers.directory / "ports.json").read_text())
    return "127.0.0.1", ports["kafka" if listener == "clients" else "kafka-controller"]


async def state(servers: Embedded) -> tuple[Any, ...]:
    """What an attacker would change: topics, ends and starts of their logs, ACLs, users."""
    names = [topic.name for topic in topics(SOURCES)]
    client = AIOKafkaClient(**servers.kafka.client())
    async with AIOKafkaConsumer(**servers.kafka.client(), group_id=GROUP) as consumer:
        await client.bootstrap()
        known = sorted(await consumer.topics())
        logs = [TopicPartition(name, 0) for name in names]
        starts, ends = await consumer.beginning_offsets(logs), await consumer.end_offsets(logs)
        offsets = [await consumer.committed(log) for log in logs]
        rights, held = await bindings(client), await users(client)
    await client.close()
    return known, starts, ends, offsets, rights, held


@pytest.mark.parametrize("listener", REFUSED)
async def test_who_does_not_log_in_is_refused_everything(
    provisioned: Embedded, listener: str
) -> None:
    before, answered = await state(provisioned), []
    for operation, make in OPERATIONS.items():
        for topic in (OWNED, OUTSIDE):
            connection = await create_conn(
                *address(provisioned, listener), request_timeout_ms=10_000
            )
            try:
                answered.append((operation, topic, await connection.send(make(topic))))
            except REFUSED[listener]:
                pass
            finally:
                connection.close()
    assert not answered
    assert await state(provisioned) == before


@pytest.mark.parametrize("user", [OPERATOR, BROKER, "guildhall-members", "admin", "ANONYMOUS"])
@pytest.mark.parametrize(
    ("listener", "mechanism"),
    [("clients", "SCRAM-SHA-512"), ("controller", "PLAIN")],
)
async def test_a_wrong_password_lets_nobody_in(
    provisioned: Embedded, user: str, listener: str, mechanism: str
) -> None:
    with pytest.raises(SaslAuthenticationFailed):
        await log_in(address(provisioned, listener), mechanism, user, "guessed")


@pytest.mark.parametrize(
    ("listener", "mechanism"),
    [("clients", "PLAIN"), ("clients", "SCRAM-SHA-256"), ("controller", "SCRAM-SHA-512")],
)
async def test_there_is_one_way_in_at_each_listener(
    provisioned: Embedded, listener: str, mechanism: str
) -> None:
    password = (provisioned.directory / "principals" / BROKER).read_text()
    with pytest.raises(UnsupportedSaslMechanismError):
        await log_in(address(provisioned, listener), mechanism, BROKER, password)


async def test_a_service_s_password_opens_no_controller(provisioned: Embedded) -> None:
    password = (provisioned.directory / "principals" / "guildhall-members").read_text()
    with pytest.raises(SaslAuthenticationFailed):
        await log_in(address(provisioned, "controller"), "PLAIN", "guildhall-members", password)


async def log_in(where: tuple[str, int], mechanism: str, user: str, password: str) -> None:
    connection = await create_conn(
        *where,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism=mechanism,
        sasl_plain_username=user,
        sasl_plain_password=password,
    )
    connection.close()


# Principal by operation by topic.
ALLOWED: dict[str, tuple[str, ...]] = {
    "produce": ("write",),
    "consume": ("read",),
    "describe": ("read", "write"),
    "list offsets": ("read", "write"),
}
"""Operations on a topic by what the manifest may say of it; none is given a right to any other."""
IN_GROUP = {"join group", "find group"}


def may(principal: str, operation: str, topic: str) -> bool:
    """Whether the manifest gives it."""
    given = {(acl.operation, acl.name) for acl in acls(SOURCES) if acl.principal == principal}
    in_group = ("read", GROUP) in given
    if operation in IN_GROUP:
        return in_group
    if operation == "commit offsets":
        return in_group and ("read", topic) in given
    if operation == "become a producer":
        return any(right == "write" for right, _ in given)
    return any((right, topic) in given for right in ALLOWED.get(operation, ()))


@pytest.mark.parametrize("principal", principals(SOURCES))
async def test_each_principal_may_do_what_the_manifest_says_and_nothing_else(
    provisioned: Embedded, principal: str
) -> None:
    client = AIOKafkaClient(**provisioned.kafka_as(principal).client())
    await client.bootstrap()
    wrong = []
    try:
        for topic in [each.name for each in topics(SOURCES)]:
            for operation, make in OPERATIONS.items():
                answer = await client.send(client.get_random_node(), make(topic))
                if (not refusals(answer)) != may(principal, operation, topic):
                    wrong.append((operation, topic, refusals(answer)))
    finally:
        await client.close()
    assert not wrong


async def test_the_table_is_no_empty_promise(provisioned: Embedded) -> None:
    """Where everybody is refused everything, the table would hold as well."""
    allowed = {
        principal: {
            operation
            for operation in OPERATIONS
            if any(may(principal, operation, topic.name) for topic in topics(SOURCES))
        }
        for principal in principals(SOURCES)
    }
    writing = {"produce", "describe", "list offsets", "become a producer"}
    following = writing | {"consume"}
    assert allowed == {
        "guildhall-members": writing,
        "guildhall-benefits": following,
        "guildhall-events": following,
        "guildhall-reporting": following | {"commit offsets", "join group", "find group"},
        "guildhall-ext-canteen": writing,
        "guildhall-ext-printer": writing,
    }
    assert MADE not in (await state(provisioned))[0]


@pytest.mark.parametrize("topic", topics(SOURCES), ids=lambda topic: topic.name)
async def test_a_topic_s_owner_publishes_as_an_idempotent_producer(
    provisioned: Embedded, topic: Topic
) -> None:
    access = provisioned.kafka_as(topic.writes)
    async with AIOKafkaProducer(**access.client(), enable_idempotence=True, acks="all") as producer:
        await producer.send_and_wait(topic.name, b"mine", partition=0)


async def test_a_source_that_is_no_longer_registered_is_let_in_no_more(
    provisioned: Embedded,
) -> None:
    gone = provisioned.kafka_as("guildhall-ext-printer")
    await provisioned.provision_kafka(["canteen"])
    client = AIOKafkaClient(**gone.client())
    with pytest.raises(KafkaConnectionError):
        await client.bootstrap()
    await client.close()
    operator = AIOKafkaClient(**provisioned.kafka.client())
    await operator.bootstrap()
    held = {binding[3] for binding in await bindings(operator)}
    await operator.close()
    assert "User:guildhall-ext-printer" not in held
    await provisioned.provision_kafka(SOURCES)
    client = AIOKafkaClient(**gone.client())
    await client.bootstrap()
    await client.close()


async def test_passwords_are_files_of_their_owner_and_stand_nowhere_else(
    provisioned: Embedded,
) -> None:
    files = list((provisioned.directory / "principals").iterdir())
    assert {file.name for file in files} >= {BROKER, OPERATOR, *principals(SOURCES)}
    assert stat.S_IMODE((provisioned.directory / "principals").stat().st_mode) == 0o700
    passwords = [file.read_bytes() for file in files]
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    settings = provisioned.directory / "kafka" / "server.properties"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    process = Path(f"/proc/{provisioned.kafka_pid}")
    seen = [process / "cmdline", process / "environ", *(provisioned.directory / "logs").iterdir()]
    for place in seen:
        text = place.read_bytes()
        assert not any(password in text for password in passwords), place
    assert not any(os.fsencode(value) in passwords for value in os.environ.values())
