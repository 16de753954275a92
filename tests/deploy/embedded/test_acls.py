"""The ACLs of our principals are those that are wanted; other people's are left alone."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from deploy.embedded import acls as module
from deploy.embedded.acls import Binding, binding, bindings, set_acls
from deploy.embedded.manifest import Acl
from shared.kafka.access import KafkaAccess
from tests.journeys.waiting import until

ONE = Acl("guildhall-members", "topic", "guildhall.members.v1", "write")
OTHER = Acl("guildhall-reporting", "group", "guildhall-reporting", "read")
SECONDS = 15.0
THEIRS = Acl("somebody-else", "topic", "guildhall.members.v1", "read")


@pytest_asyncio.fixture(loop_scope="session")
async def client(kafka: KafkaAccess) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(**kafka.client())
    await client.bootstrap()
    yield client
    await client.close()


async def shown(client: AIOKafkaClient, wanted: set[Binding]) -> None:
    """The controller answers before a broker has replayed its metadata log."""
    await until(lambda: bindings(client), lambda seen: seen == wanted, SECONDS)


async def test_what_is_wanted_is_given_and_what_is_not_is_taken_back(
    client: AIOKafkaClient,
) -> None:
    for wanted in ([ONE], [ONE, OTHER], [OTHER], [OTHER], []):
        await set_acls(client, wanted)
        await shown(client, {binding(acl) for acl in wanted})


async def test_acls_of_others_are_not_ours_to_take_back(
    client: AIOKafkaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_acls(client, [THEIRS])
    await set_acls(client, [])
    monkeypatch.setattr(module, "PREFIX", "somebody-")
    await shown(client, {binding(THEIRS)})
    await set_acls(client, [])
    await shown(client, set())


async def test_what_kafka_refuses_is_raised(client: AIOKafkaClient) -> None:
    with pytest.raises(KafkaError):
        await set_acls(client, [ONE._replace(name="")])
