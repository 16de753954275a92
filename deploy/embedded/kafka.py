"""Apache Kafka 4.3.1 as a child process: a KRaft node that is broker and controller.

It stands alone, or is one of a `Cluster` (deploy/embedded/cluster.py).
"""

import asyncio
import base64
import shutil
import signal
import uuid
from pathlib import Path

from aiokafka.errors import KafkaError

from deploy.embedded.broker_ready import check_kafka
from deploy.embedded.broker_settings import LOGGING, SETTINGS, Seat, as_text, listed, security
from deploy.embedded.child import Child
from deploy.embedded.directory import (
    PORT_ATTEMPTS,
    DataDirectory,
    is_free,
    read_password,
    write_private,
)
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.jars import kafka_jars
from deploy.embedded.java import Java
from deploy.embedded.manifest import BROKER, OPERATOR
from deploy.embedded.pinned import Report
from deploy.embedded.scram import set_passwords_at_controller
from shared.kafka.access import KafkaAccess

START_SECONDS = 60.0
STOP_SECONDS = 30.0
# What a broker returns when its SIGTERM handler has run.
ENDED_NORMALLY = (0, 128 + signal.SIGTERM)


class Kafka:
    """One Kafka broker under a data directory that the caller holds, alone or in its `seat`."""

    def __init__(
        self,
        directory: DataDirectory,
        report: Report,
        proxy_port: int | None = None,
        seat: Seat | None = None,
    ) -> None:
        self._directory = directory
        self._name = seat.name if seat else "kafka"
        self._seat = seat
        self._data = directory.path / self._name
        self._report = report
        self._proxy_port = proxy_port
        self._java: Java | None = None
        self._ports: dict[str, int] = {}
        self._let_in = False
        self.child = self._make_child(self._name)

    def _make_child(self, name: str) -> Child:
        directory = self._directory
        return Child(name, directory.log(name), directory.record(name), signal.SIGTERM)

    @property
    def bootstrap(self) -> str:
        """The address clients start from, ``127.0.0.1:port``, once its ports are chosen."""
        if not self._ports:
            raise EmbeddedError("Kafka has no address yet: it was not started")
        return f"127.0.0.1:{self._ports[self._name]}"

    @property
    def proxied(self) -> str:
        """The address of the second listener, which tells clients to come to the proxy's port."""
        if f"{self._name}-proxied" not in self._ports:
            raise EmbeddedError("Kafka has no second listener: no proxy's port was given")
        return f"127.0.0.1:{self._ports[f'{self._name}-proxied']}"

    def access(self, principal: str = OPERATOR) -> KafkaAccess:
        """How that principal is let in at the first listener, once the ports are chosen."""
        return KafkaAccess(
            self.bootstrap,
            "SASL_PLAINTEXT",
            user=principal,
            password_file=self._directory.principal(principal),
        )

    async def start(self) -> None:
        """Start it, formatting its data the first time; returns once it serves.

        Raises :class:`EmbeddedError` when it does not.
        """
        self._java = java = Java()
        jars, _ = await asyncio.gather(
            kafka_jars(self._report), java.prepare(self._make_child("java-archive"))
        )
        if not self._data.exists():
            await self._format(java, jars)
        for attempt in range(PORT_ATTEMPTS):
            settings = self._write_settings(self._data)
            try:
                await self._run(java, jars, settings)
                break
            except EmbeddedError:
                # Somebody may have taken a port between our look and Kafka's.
                if self._ports_are_free() or attempt + 1 == PORT_ATTEMPTS:
                    raise

    async def _run(self, java: Java, jars: list[Path], settings: Path) -> None:
        logging = f"-Dlog4j2.configurationFile={self._data / 'log4j2.properties'}"
        command = java.command(jars, "kafka.Kafka", logging, learn=self._seat is None)
        self._let_in = False
        await self.child.start([*command, settings])
        await self.child.wait_until_ready(
            f"start Kafka in {self._data} on {self.bootstrap}",
            self._check,
            (OSError, KafkaError),
            START_SECONDS,
        )

    async def _check(self) -> None:
        """Log in as the operator, whose password the active controller sets: ours, or another's."""
        if not self._let_in:
            directory = self._directory
            passwords = {
                name: read_password(directory.principal(name)) for name in (BROKER, OPERATOR)
            }
            # Another's controller may be the active one, or none yet: then this is done again.
            self._let_in = await set_passwords_at_controller(
                self._controller, (BROKER, passwords[BROKER]), passwords
            )
        await check_kafka(self.access())

    async def stop(self) -> None:
        """Stop it with a controlled shutdown."""
        await self.child.stop(signal.SIGTERM, STOP_SECONDS)
        self._keep_learned()

    async def kill(self) -> None:
        """End it at once, as a crash would."""
        await self.child.kill()
        self._keep_learned()

    async def wipe(self, cluster_id: str = "") -> None:
        """Stop it and delete its data: the next start makes a cluster with another id.

        The members of a cluster are all told the same `cluster_id`.
        """
        await self.stop()
        shutil.rmtree(self._data, ignore_errors=True)
        self._seat = self._seat and self._seat._replace(cluster_id=cluster_id or new_cluster_id())

    def _keep_learned(self) -> None:
        if self._java is not None:
            self._java.keep_learned(self.child.exit_status in ENDED_NORMALLY)

    async def _format(self, java: Java, jars: list[Path]) -> None:
        """Format beside the final place, so that half of a node is never taken for one.

        By Kafka's own tool: its files hold feature levels and the voter as metadata records, which
        is not ours to write. It costs half a second, once.
        """
        draft = self._data.with_name(f"{self._name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        settings = self._write_settings(draft)
        tool = self._make_child(f"{self._name}-format")
        command = java.command(jars, "kafka.tools.StorageTool")
        # Where the settings list the voters, each member formats for itself.
        standalone = [] if self._seat else ["--standalone"]
        cluster = self._seat.cluster_id if self._seat else new_cluster_id()
        try:
            await tool.start(
                [*command, "format", *standalone, "--cluster-id", cluster, "--config", settings]
            )
            status = await tool.finish(START_SECONDS)
        finally:
            await tool.kill()
        if status != 0:
            raise tool.failure(f"format Kafka in {self._data}", f"it ended with status {status}")
        draft.rename(self._data)

    def _ports_are_free(self) -> bool:
        return all(map(is_free, self._ports.values()))

    def choose_ports(self) -> None:
        """Choose its ports: those it had before where they are still free."""
        if self._seat and self._ports:
            return  # the other members know them
        roles = ["", "-controller"] + ["-proxied"] * (self._proxy_port is not None)
        names = [f"{self._name}{role}" for role in roles]
        self._ports = {name: self._directory.port(name) for name in names}

    @property
    def _controller(self) -> str:
        return f"127.0.0.1:{self._ports[f'{self._name}-controller']}"

    def _write_settings(self, data: Path) -> Path:
        self.choose_ports()
        listeners = {"CLIENTS": self.bootstrap, "CONTROLLER": self._controller}
        advertised = dict(listeners)
        if self._proxy_port is not None:
            listeners["PROXIED"] = self.proxied
            advertised["PROXIED"] = f"127.0.0.1:{self._proxy_port}"
        settings = SETTINGS | {
            "listeners": listed(listeners),
            "advertised.listeners": listed(advertised),
            "log.dirs": str(data / "data"),
        }
        settings |= security(listeners, read_password(self._directory.principal(BROKER)))
        if self._seat:
            settings |= self._seat.settings
            settings |= {"node.id": str(self._seat.node_id)}
            settings |= {"controller.quorum.voters": self._seat.voters}
        else:
            settings |= {"controller.quorum.bootstrap.servers": self._controller}
        if "," in settings["log.dirs"]:
            raise EmbeddedError(f"Kafka takes no comma in its data directory: {data}")
        path = data / "server.properties"
        write_private(path, as_text(settings))
        (data / "log4j2.properties").write_text(LOGGING)
        return path


def new_cluster_id() -> str:
    """Return a random id in Kafka's form, 16 bytes as base64url without padding."""
    while True:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # Kafka's tools take a leading dash for an option; Kafka itself leaves such ids out too.
        if not cluster.startswith("-"):
            return cluster
