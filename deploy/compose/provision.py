"""Make and migrate databases, make roles, topics and Kafka's principals.

``python -m deploy.compose.provision``. Settings: ``GUILDHALL_KAFKA`` and its like, as the operator;
``GUILDHALL_KAFKA_CONTROLLER``, the controller that lets the operator in, where it is ours;
``GUILDHALL_DATABASE_HOST`` (``postgres:5432``); ``GUILDHALL_SOURCES_FILE``, the register of outside
sources; ``GUILDHALL_SOURCE_PASSWORDS``, a directory with a file for each;
``GUILDHALL_REPLICATION_FACTOR``. Secrets, files in ``/run/secrets``: ``postgres_password``;
``<service>_database_url``, from which each role gets its password; ``<service>_kafka_password``,
``kafka_operator_password`` and ``kafka_broker_password``. It may run any number of times, and ends
when all is there.
"""

import asyncio
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import asyncpg
import yaml
from aiokafka.errors import KafkaError

from deploy.embedded import EmbeddedError, create_topics, provision
from deploy.embedded.broker_ready import wait_for_kafka
from deploy.embedded.manifest import BROKER, OPERATOR, OUTSIDE, PREFIX
from deploy.embedded.rights import grant
from deploy.embedded.scram import set_passwords_at_controller
from shared.contract.contexts import CONTEXTS
from shared.kafka.access import KafkaAccess

SECRETS = Path("/run/secrets")
WAIT_SECONDS = 120.0
FIRST_PASSWORDS = {BROKER: "kafka_broker_password", OPERATOR: "kafka_operator_password"}
"""Secrets of the principals that a controller lets in, before there is an operator to log in."""


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


def kafka_passwords_in(
    directory: Path, sources: Iterable[str], environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the password of each principal that provisioning lets in.

    Raises :class:`EmbeddedError` where a secret is missing.
    """
    outside = Path(environment.get("GUILDHALL_SOURCE_PASSWORDS", "/run/secrets/sources"))
    files = {f"{PREFIX}{name}": directory / f"{name}_kafka_password" for name in CONTEXTS}
    files |= {f"{OUTSIDE}{source}": outside / source for source in sources}
    return {principal: _secret(file) for principal, file in files.items()}


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
    await provision_kafka(environment, secrets)


async def provision_kafka(environment: Mapping[str, str], secrets: Path) -> None:
    """Make topics and principals. Raises as `run` does."""
    kafka = KafkaAccess.from_environment(environment)
    if kafka is None:
        raise EmbeddedError("GUILDHALL_KAFKA names no broker")
    sources = _sources(environment)
    if controller := environment.get("GUILDHALL_KAFKA_CONTROLLER"):
        words = {name: _secret(secrets / file) for name, file in FIRST_PASSWORDS.items()}
        await set_passwords_at_controller(controller, (BROKER, words[BROKER]), words)
    await wait_for_kafka(kafka, WAIT_SECONDS)
    factor = int(environment.get("GUILDHALL_REPLICATION_FACTOR", "1"))
    for topic in await create_topics(kafka, sources, replication_factor=factor):
        print(f"topic {topic}")
    if kafka.keeps_passwords:
        words = kafka_passwords_in(secrets, sources, environment)
        await grant(kafka, words, sources)
        for principal in words:
            print(f"principal {principal}")


if __name__ == "__main__":
    try:
        asyncio.run(run(os.environ, SECRETS))
    except (EmbeddedError, OSError, KafkaError, asyncpg.PostgresError) as why:
        sys.exit(f"provision: {why}")
