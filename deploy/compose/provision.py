"""Make databases, roles and topics: ``python -m deploy.compose.provision``, then end.

Settings: ``GUILDHALL_KAFKA``; ``GUILDHALL_DATABASE_HOST`` (``postgres:5432``);
``GUILDHALL_SOURCES_FILE``, the register of outside sources; ``GUILDHALL_REPLICATION_FACTOR`` (1).
Secrets, files in ``/run/secrets``: ``postgres_password``, and ``<service>_database_url``, from
which each role gets its password. It may run any number of times.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import asyncpg
import yaml
from aiokafka.errors import KafkaError

from deploy.embedded import EmbeddedError, create_topics, provision
from deploy.embedded.broker_ready import wait_for_kafka
from shared.contract.contexts import CONTEXTS

SECRETS = Path("/run/secrets")
WAIT_SECONDS = 120.0


def passwords_in(directory: Path) -> dict[str, str]:
    """Return each service's password, from the DSN in its secret.

    Raises :class:`EmbeddedError` where a secret is missing or is no DSN with a password.
    """
    passwords = {}
    for service in CONTEXTS:
        password = urlsplit(_secret(directory / f"{service}_database_url")).password
        if not password:
            raise EmbeddedError(f"{directory / service}_database_url is no DSN with a password")
        passwords[service] = unquote(password)
    return passwords


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise EmbeddedError(f"cannot read a secret: {error}") from error


def _sources(environment: Mapping[str, str]) -> list[str]:
    file = environment.get("GUILDHALL_SOURCES_FILE")
    if not file:
        return []
    return [source["name"] for source in yaml.safe_load(Path(file).read_text("utf-8")) or []]


async def run(environment: Mapping[str, str], secrets: Path) -> None:
    """Provision; wait for Kafka while it starts.

    Raises :class:`EmbeddedError`, and what aiokafka and asyncpg raise where a server refuses.
    """
    host = environment.get("GUILDHALL_DATABASE_HOST", "postgres:5432")
    password = quote(_secret(secrets / "postgres_password"), safe="")
    administrator = f"postgresql://postgres:{password}@{host}/postgres"
    for service in await provision(administrator, passwords_in(secrets)):
        print(f"database and role of {service}")
    kafka = environment["GUILDHALL_KAFKA"]
    await wait_for_kafka(kafka, WAIT_SECONDS)
    factor = int(environment.get("GUILDHALL_REPLICATION_FACTOR", "1"))
    for topic in await create_topics(kafka, _sources(environment), replication_factor=factor):
        print(f"topic {topic}")


if __name__ == "__main__":
    try:
        asyncio.run(run(os.environ, SECRETS))
    except (EmbeddedError, OSError, KafkaError, asyncpg.PostgresError) as why:
        sys.exit(f"provision: {why}")
