"""Let Kafka's principals in: each with its password and the rights of the manifest, nobody else."""

import asyncio
import time
from collections.abc import Collection, Iterable, Mapping

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError

from deploy.embedded.acls import binding, bindings, set_acls
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.manifest import OUTSIDE, acls
from deploy.embedded.scram import set_passwords, users
from shared.kafka.access import KafkaAccess

VISIBLE_SECONDS = 15.0


async def grant(
    kafka: KafkaAccess, passwords: Mapping[str, str], sources: Iterable[str] = ()
) -> None:
    """Set the password of each principal in `passwords`, and every ACL of the manifest.

    An outside source that is no longer among `sources` loses its password and its rights. `kafka`
    is the operator's access; returns when its broker has heard of everything. Raises KafkaError,
    and :class:`EmbeddedError` when it does not hear.
    """
    wanted = acls(sources)
    held = {acl.principal for acl in wanted}
    client = AIOKafkaClient(**kafka.client())
    try:
        await client.bootstrap()
        gone = {name for name in await users(client) if name.startswith(OUTSIDE)} - held
        await set_passwords(client, passwords, gone)
        await set_acls(client, wanted)
        stated = {binding(acl) for acl in wanted}
        deadline = time.monotonic() + VISIBLE_SECONDS
        while await bindings(client) != stated or not _known(await users(client), passwords, gone):
            if time.monotonic() > deadline:
                raise EmbeddedError("Kafka does not say that it knows its principals")
            await asyncio.sleep(0.02)
        if kafka.keeps_passwords:
            await asyncio.gather(
                *(_let_in(kafka, *each, deadline=deadline) for each in passwords.items())
            )
    finally:
        await client.close()


async def _let_in(kafka: KafkaAccess, user: str, password: str, *, deadline: float) -> None:
    """Wait until a principal is let in by its password: its name is known before a new password
    is. Raises EmbeddedError."""
    said = {"sasl_plain_username": user, "sasl_plain_password": password}
    while True:
        client = AIOKafkaClient(**{**kafka.client(), **said})
        try:
            await client.bootstrap()
        except KafkaConnectionError:
            if time.monotonic() > deadline:
                raise EmbeddedError(f"Kafka does not let in {user} by its password") from None
        else:
            return
        finally:
            await client.close()
        await asyncio.sleep(0.05)


def _known(users: set[str], wanted: Collection[str], gone: set[str]) -> bool:
    return users.issuperset(wanted) and users.isdisjoint(gone)
