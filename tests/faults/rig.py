"""The rig: three brokers, PostgreSQL, two replicas of every owner and several reporting workers.

Every service reaches PostgreSQL through a proxy of its own and the brokers through one proxy each.
`stack` composes the same pieces for one machine; here each has replicas, and every link a proxy.
"""

import asyncio
import json
import random
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import httpx

from deploy.embedded import Embedded, create_topics
from deploy.embedded.cluster import BROKERS, Cluster
from deploy.embedded.directory import DataDirectory, read_password
from deploy.embedded.manifest import PREFIX, principals
from deploy.embedded.rights import grant
from deploy.identity import PICK_GRANT
from deploy.identity.registrations import CONSOLE, registered_console
from deploy.stack.services import SERVICES, Place, environment_of
from deploy.stack.state_files import person_key_in, source_names, sources_file_in
from deploy.stack.supervisor import Launch, Report, Supervisor
from shared.contract.contexts import CONTEXTS, FACT_CONTEXTS
from shared.kafka.access import KafkaAccess
from shared.service.private_files import write_private
from tests.faults.proxy import Proxy

CLIENT = "cli"
OWNERS = FACT_CONTEXTS
EVERYWHERE = ["*"]
PEOPLE = {
    role: {"roles": [role], "orgs": EVERYWHERE}
    for role in ("clerk", "approver", "chair", "cashier", "auditor", "operator")
} | {"stranger": {"roles": ["clerk"], "orgs": ["elsewhere"]}}

Sizes = Mapping[str, int]


def sizes(workers: int) -> Sizes:
    """How many processes of each service there are."""
    return {
        "identity": 1,
        **dict.fromkeys(OWNERS, 2),
        "worker": workers,
        "reporting": 1,
        "console": 1,
    }


class Rig:
    """Everything that runs, by name: `members-1`, `worker-2` …; an asynchronous context.

    `settings` adds settings by service. `report` is told of every death.
    """

    def __init__(
        self,
        directory: Path,
        rng: random.Random,
        report: Report,
        settings: Mapping[str, Mapping[str, str]],
        workers: int = 3,
    ) -> None:
        self.directory, self.rng, self.report = directory, rng, report
        self.settings = settings
        self.sizes = sizes(workers)
        self.disks = {"postgres": directory / "postgres", "kafka": directory / "kafka"}
        self.servers = Embedded(self.disks["postgres"], report=report)
        self.supervisor = Supervisor(directory / "logs", report, lambda: None)
        self.postgres_links: dict[str, Proxy] = {}
        self.broker_links: list[Proxy] = []
        self.urls: dict[str, str] = {}
        self.launches: dict[str, Launch] = {}
        self.databases: dict[str, str] = {}
        """The owners' DSNs, past every proxy: for reading when all is over."""
        self._parts = AsyncExitStack()
        self._tokens: dict[str, tuple[float, str]] = {}

    @property
    def sources(self) -> list[str]:
        """The outside sources that are registered."""
        return source_names(sources_file_in(self.directory))

    @property
    def replicas(self) -> list[str]:
        """Every process a fault may meet."""
        return [name for name in self.urls if not name.startswith("identity")]

    def replicas_of(self, service: str) -> list[str]:
        """The processes of one service."""
        return [f"{service}-{number}" for number in range(1, self.sizes[service] + 1)]

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._parts.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._parts.aclose()

    async def _start(self) -> None:
        (self.directory / "logs").mkdir(parents=True, exist_ok=True)
        identity = self.directory / "identity"
        identity.mkdir()
        write_private(identity / "people.json", json.dumps(PEOPLE).encode())
        self._parts.push_async_callback(self.supervisor.close)
        await self.supervisor.open()
        await self._start_servers()
        self.databases = await self.servers.provision()
        place = await self._place()
        for service, count in self.sizes.items():
            for number in range(1, count + 1):
                await self._start_replica(place, service, f"{service}-{number}")
        await self.supervisor.ready(self.urls)

    async def _start_servers(self) -> None:
        self.servers.hold()
        self._parts.push_async_callback(self.servers.stop)
        held = self._kafka_directory = DataDirectory(self.disks["kafka"])
        held.hold()
        self._parts.callback(held.release)
        for number in range(1, BROKERS + 1):
            self.broker_links.append(await self._proxy(f"kafka-{number}", []))
        self.cluster = Cluster(held, self.report, [link.port for link in self.broker_links])
        self._parts.push_async_callback(self.cluster.stop)
        await asyncio.gather(self.servers.start_postgres(), self.cluster.start())
        for link, broker in zip(self.broker_links, self.cluster.brokers, strict=True):
            link.targets = [broker.proxied]
        await self.create_topics()

    async def create_topics(self) -> None:
        """The topics that are missing, on all three brokers, and whom they let in."""
        directory, kafka, sources = self._kafka_directory, self.cluster.access(), self.sources
        await create_topics(kafka, sources, replication_factor=BROKERS)
        passwords = {name: read_password(directory.principal(name)) for name in principals(sources)}
        await grant(kafka, passwords, sources)

    async def _proxy(self, name: str, targets: list[str]) -> Proxy:
        proxy = Proxy(name, targets, self.rng)
        await proxy.start()
        self._parts.push_async_callback(proxy.stop)
        return proxy

    async def _place(self) -> Place:
        """What all services are told: each owner's address is a front of its replicas."""
        fronts = {}
        for service in self.sizes:
            for name in self.replicas_of(service):
                self.urls[name] = f"http://127.0.0.1:{self.servers.port(name)}"
            targets = [urlsplit(self.urls[name]).netloc for name in self.replicas_of(service)]
            fronts[service] = f"http://{(await self._proxy(service, targets)).address}"
        fronts["identity"] = self.urls["identity-1"]
        back = f"{fronts['console']}/sign-in/callback"
        self.clients = registered_console(self.directory / "identity", back)
        (self.directory / "console").mkdir(exist_ok=True)
        return Place(
            directory=self.directory,
            urls=fronts,
            databases=self.databases,
            kafka=self._kafka_of_contexts(),
            person_key=person_key_in(self.directory),
            reporting_secret=self.clients["reporting"].secret,
            console_secret=self.clients[CONSOLE].secret,
            sources_file=sources_file_in(self.directory),
            simulated=False,
        )

    def _kafka_of_contexts(self) -> dict[str, KafkaAccess]:
        """How each context is let into Kafka, by way of the proxies."""
        links = ",".join(link.address for link in self.broker_links)
        return {
            name: self.cluster.access(f"{PREFIX}{name}")._replace(servers=links)
            for name in CONTEXTS
        }

    async def _start_replica(self, place: Place, service: str, name: str) -> None:
        more = {
            "GUILDHALL_HTTP_PORT": str(urlsplit(self.urls[name]).port),
            **self.settings.get(service, {}),
        }
        environment = environment_of(service, place, more)
        if dsn := environment.get("GUILDHALL_DATABASE_URL"):
            parts = urlsplit(dsn)
            secret, _, server = parts.netloc.rpartition("@")
            link = self.postgres_links[name] = await self._proxy(f"{name} to postgres", [server])
            proxied = parts._replace(netloc=f"{secret}@{link.address}")
            environment["GUILDHALL_DATABASE_URL"] = urlunsplit(proxied)
        log = self.directory / "logs" / f"{name}.log"
        launch = Launch(SERVICES[service].module, environment, log, self.urls[name])
        self.launches[name] = launch
        await self.supervisor.start(name, launch)

    async def token(self, person: str) -> str:
        """A bearer token of one of PEOPLE; new when the old one runs out."""
        kept = self._tokens.get(person)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        form = {
            "grant_type": PICK_GRANT,
            "person": person,
            "client_id": CLIENT,
            "client_secret": self.clients[CLIENT].secret,
        }
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            answer = await client.post(f"{self.urls['identity-1']}/token", data=form)
        body = answer.raise_for_status().json()
        self._tokens[person] = (time.monotonic() + body["expires_in"] / 2, body["access_token"])
        return self._tokens[person][1]
