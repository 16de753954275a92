"""Kafka and PostgreSQL for one machine: both embedded, or those the environment names."""

import asyncio
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg
from aiokafka.errors import KafkaError

from deploy.embedded.broker_ready import wait_for_kafka
from deploy.embedded.directory import DataDirectory, read_password
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.kafka import Kafka
from deploy.embedded.manifest import PREFIX, principals
from deploy.embedded.pinned import Report
from deploy.embedded.postgres import Mode, Postgres, check_postgres
from deploy.embedded.provision import provision
from deploy.embedded.rights import grant
from deploy.embedded.topics import create_topics
from shared.contract.contexts import CONTEXTS
from shared.kafka.access import KafkaAccess

# A new broker makes the topic of its group offsets when first asked for a coordinator.
OUTSIDE_SECONDS = 30.0


def _silent(_: str) -> None: ...


class Embedded:
    """The two servers under one data directory.

    ``async with Embedded(directory) as servers`` starts both at once and stops both at the end. To
    use PostgreSQL while Kafka is still starting, await :meth:`start_postgres` and
    :meth:`start_kafka` separately, and :meth:`stop` in the end. The servers end with the thread
    that started them, however it ends.

    A server named by ``kafka_outside`` (an operator's access) or ``database_outside`` (DSN of a
    role that may create databases and roles) is used instead of an embedded one, and is neither
    started nor stopped here. ``kafka_proxy_port`` gives our broker a second listener,
    :attr:`kafka_proxied`, that sends its clients to this port: for a proxy in front of it.
    ``report`` is told about long work, such as the first fetch of Kafka.
    """

    def __init__(
        self,
        directory: Path,
        *,
        kafka_outside: KafkaAccess | None = None,
        database_outside: str | None = None,
        kafka_proxy_port: int | None = None,
        postgres_settings: Mapping[str, str] = {},
        report: Report = _silent,
    ) -> None:
        self._directory = DataDirectory(directory)
        self._kafka = Kafka(self._directory, report, kafka_proxy_port)
        self._postgres = Postgres(self._directory, postgres_settings)
        self._kafka_outside = kafka_outside
        self._database_outside = database_outside
        self._starting_kafka = asyncio.Lock()
        self._starting_postgres = asyncio.Lock()

    @classmethod
    def from_environment(
        cls,
        directory: Path,
        *,
        environment: Mapping[str, str] = os.environ,
        report: Report = _silent,
    ) -> Self:
        """Use the servers named by GUILDHALL_KAFKA and GUILDHALL_DATABASE_URL where they are.

        GUILDHALL_SHARED_BUFFERS is how much memory our own PostgreSQL keeps its tables in.
        """
        memory = environment.get("GUILDHALL_SHARED_BUFFERS")
        return cls(
            directory,
            kafka_outside=KafkaAccess.from_environment(environment),
            database_outside=environment.get("GUILDHALL_DATABASE_URL") or None,
            postgres_settings={"shared_buffers": memory} if memory else {},
            report=report,
        )

    @property
    def directory(self) -> Path:
        """The data directory, absolute."""
        return self._directory.path

    @property
    def kafka(self) -> KafkaAccess:
        """The operator's access to Kafka; known once the directory is held."""
        return self._kafka_outside or self._kafka.access()

    def kafka_as(self, principal: str) -> KafkaAccess:
        """A principal's own access to Kafka. An outside broker that keeps no SCRAM credentials
        decides by itself who is who: there everybody has the access that the settings name."""
        if self._kafka_outside is None:
            return self._kafka.access(principal)
        if not self._lets_in:
            return self._kafka_outside
        file = self._directory.principal(principal)
        return self._kafka_outside._replace(user=principal, password_file=file)

    def kafka_of_contexts(self) -> dict[str, KafkaAccess]:
        """How each context is let into Kafka, by its name."""
        return {name: self.kafka_as(f"{PREFIX}{name}") for name in CONTEXTS}

    @property
    def _lets_in(self) -> bool:
        """Whether it is ours to say whom Kafka lets in."""
        return self._kafka_outside is None or self._kafka_outside.keeps_passwords

    @property
    def database_url(self) -> str:
        """The administrator's DSN; known once :meth:`start_postgres` was called."""
        return self._database_outside or self._postgres.url

    @property
    def kafka_proxied(self) -> str:
        """Our broker's second listener, the address a proxy connects to."""
        return self._kafka.proxied

    @property
    def kafka_pid(self) -> int | None:
        """The process id of our broker, None when it is not running or not ours."""
        return self._kafka.child.pid

    @property
    def postgres_pid(self) -> int | None:
        """The process id of our PostgreSQL, None when it is not running or not ours."""
        return self._postgres.child.pid

    def failure(self) -> EmbeddedError | None:
        """Return the error of a server of ours that has ended by itself, None while all is well."""
        for child in (self._kafka.child, self._postgres.child):
            if child.ended_by_itself:
                return child.failure(f"keep {child.name} running", f"status {child.exit_status}")
        return None

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.TaskGroup() as starts:
                starts.create_task(self.start_postgres())
                starts.create_task(self.start_kafka())
        except BaseExceptionGroup as failures:
            await self.stop()
            raise failures.exceptions[0] from None
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def hold(self) -> None:
        """Take the data directory, and settle where Kafka will be, before anything is started.

        Starting does this too. Raises :class:`EmbeddedError` when another process holds it.
        """
        if not self._directory.held:
            self._directory.hold()
            self._kafka.choose_ports()

    def port(self, name: str) -> int:
        """Return a free port of 127.0.0.1 for another process: where it can be, the same again."""
        return self._directory.port(name)

    async def start_postgres(self) -> str:
        """Start PostgreSQL unless it runs; return :attr:`database_url` once it answers a query.

        Raises :class:`EmbeddedError` when it cannot, or another process holds the directory.
        """
        async with self._starting_postgres:
            return await self._start_postgres()

    async def _start_postgres(self) -> str:
        self.hold()
        if self._database_outside:
            try:
                await check_postgres(self._database_outside)
            except (OSError, asyncpg.PostgresError) as error:
                # The DSN holds a password: it is not repeated.
                raise EmbeddedError(
                    f"the PostgreSQL named in GUILDHALL_DATABASE_URL does not answer: {error}"
                ) from error
        elif self._postgres.child.pid is None:
            await self._postgres.start()
        return self.database_url

    async def start_kafka(self) -> KafkaAccess:
        """Start Kafka unless it runs; return :attr:`kafka` once it serves consumer groups.

        Raises :class:`EmbeddedError` when it cannot, or another process holds the directory.
        """
        async with self._starting_kafka:
            return await self._start_kafka()

    async def _start_kafka(self) -> KafkaAccess:
        self.hold()
        if self._kafka_outside:
            try:
                await wait_for_kafka(self._kafka_outside, OUTSIDE_SECONDS)
            except (OSError, ValueError, KafkaError) as error:
                raise EmbeddedError(
                    f"the Kafka named in GUILDHALL_KAFKA, {self.kafka.servers}, does not serve: "
                    f"{error!r}"
                ) from error
        elif self._kafka.child.pid is None:
            await self._kafka.start()
        return self.kafka

    async def start_again(self) -> None:
        """Start each server of ours that has ended by itself."""
        if self._postgres.child.ended_by_itself:
            await self.start_postgres()
        if self._kafka.child.ended_by_itself:
            await self.start_kafka()

    async def stop(self) -> None:
        """Stop Kafka, then PostgreSQL, and let go of the directory."""
        try:
            await self._kafka.stop()
        finally:
            try:
                await self._postgres.stop()
            finally:
                self._directory.release()

    async def provision(self) -> dict[str, str]:
        """Make each service's database and role; return ``{service: DSN}``."""
        passwords = self._directory.passwords(CONTEXTS)
        return await provision(self.database_url, passwords)

    async def provision_kafka(
        self, sources: Collection[str] = (), *, replication_factor: int = 1
    ) -> list[str]:
        """Let the principals in, with those of the outside `sources`, and make the topics that are
        missing; return these. Raises KafkaError and :class:`EmbeddedError`."""
        if self._lets_in:
            file = self._directory.principal
            words = {name: read_password(file(name)) for name in principals(sources)}
            # First: the services are at the door already, and topics take a second.
            await grant(self.kafka, words, sources)
        return await create_topics(self.kafka, sources, replication_factor=replication_factor)

    async def kill_kafka(self) -> None:
        """End our Kafka with SIGKILL; :meth:`start_kafka` starts it again on its data."""
        self._refuse_outside(self._kafka_outside, "kill Kafka")
        await self._kafka.kill()

    async def wipe_kafka(self) -> KafkaAccess:
        """Stop our Kafka, delete its data and start it: an empty cluster with another id."""
        self._refuse_outside(self._kafka_outside, "wipe Kafka")
        await self._kafka.wipe()
        return await self.start_kafka()

    async def restart_postgres(self, mode: Mode = "fast") -> str:
        """Stop our PostgreSQL the given way (``immediate``: as a crash) and start it."""
        self._refuse_outside(self._database_outside, "restart PostgreSQL")
        await self._postgres.stop(mode)
        return await self.start_postgres()

    def _refuse_outside(self, address: object, asked: str) -> None:
        if address is not None:
            raise EmbeddedError(f"cannot {asked}: it is not ours, the environment names it")
