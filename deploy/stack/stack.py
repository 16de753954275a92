"""A whole Guildhall on one machine, for `guildhall up`, the demo and the journey tests.

    async with Stack(directory, simulated=True) as stack:
        token = await stack.token("clerk")
        await stack.kill_service("worker")

PostgreSQL and Kafka start at once; services start as soon as PostgreSQL answers and do not wait for
Kafka, because commands need none. Stopping is in order: services, Kafka, PostgreSQL.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiokafka.errors import KafkaError

from deploy.embedded import Embedded, EmbeddedError
from deploy.identity import PICK_GRANT
from deploy.identity.registrations import CONSOLE, Clients, passcode_in, registered_console
from deploy.stack.run_file import RunFile, remove_run_file, write_run_file
from deploy.stack.services import SERVICES, Place, environment_of
from deploy.stack.state_files import clock_of, person_key_in, source_names, sources_file_in
from deploy.stack.supervisor import Launch, Report, Supervisor
from shared.kafka.access import KafkaAccess
from shared.tasks import end

CLIENT = "cli"
WATCH_SECONDS = 0.5
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 1.0, 30.0
TOKEN_SPARE_SECONDS = 60.0


def _silent(_: str) -> None: ...


class Stack:
    """Servers, identity provider and services under one directory; an asynchronous context.

    `simulated` is settled at a directory's first start (None: as it is, real for a new one).
    `services` names those to start, `settings` adds settings to single ones. `servers` are started
    and stopped here; by default embedded, or those the environment names. With `wait_for_kafka`
    False the stack is entered when the services are ready, and a Kafka that fails is tried again
    for ever. `report` is told, in sentences, what happens later: deaths, restarts, Kafka's start.

    Raises EmbeddedError, ServiceFailed or WrongClock; nothing is left running then.
    """

    def __init__(
        self,
        directory: Path,
        *,
        simulated: bool | None = None,
        services: Iterable[str] = tuple(SERVICES),
        settings: Mapping[str, Mapping[str, str]] | None = None,
        servers: Embedded | None = None,
        wait_for_kafka: bool = True,
        report: Report = _silent,
    ) -> None:
        self.directory = directory.absolute()
        self.servers = servers or Embedded.from_environment(self.directory, report=report)
        self.services = tuple(services)
        self.urls: dict[str, str] = {}
        self.simulated = bool(simulated)
        self.seconds_to_ready = 0.0
        """How long it took until every service answered /readyz."""
        self._asked_clock = simulated
        self._settings = settings or {}
        self._wait_for_kafka = wait_for_kafka
        self._report = report
        self._started_at = datetime.now(UTC)
        self._supervisor: Supervisor | None = None
        self._place: Place | None = None
        self._clients: Clients = {}
        self._passcode = ""
        self._tokens: dict[str, tuple[float, str]] = {}
        self._kafka_up = False
        self._let_in: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    @property
    def kafka(self) -> KafkaAccess:
        """The operator's access to Kafka; the services have their own."""
        return self.servers.kafka

    @property
    def place(self) -> Place:
        """What the services were told; known once the stack was entered."""
        assert self._place is not None, "the stack was not entered"
        return self._place

    @property
    def supervisor(self) -> Supervisor:
        """What keeps the services running; known once the stack was entered."""
        assert self._supervisor is not None, "the stack was not entered"
        return self._supervisor

    @property
    def running(self) -> RunFile:
        """What `run.json` says."""
        return RunFile(
            pid=os.getpid(),
            started_at=self._started_at.isoformat(),
            simulated=self.simulated,
            urls=dict(self.urls),
            pids=self.supervisor.pids,
            issuer=self.place.issuer,
            client_id=CLIENT,
            client_secret=self._clients[CLIENT].secret,
            kafka=self.kafka.settings if self._kafka_up else None,
            passcode=self._passcode,
        )

    async def token(self, person: str) -> str:
        """A bearer token of a development person, such as `clerk`."""
        import httpx  # noqa: PLC0415 - a quarter of a second that a start does not need

        kept = self._tokens.get(person)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        form = {"grant_type": PICK_GRANT, "person": person, "client_id": CLIENT}
        form["client_secret"] = self._clients[CLIENT].secret
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{self.place.issuer}/token", data=form)
        body = answer.raise_for_status().json()
        ends = time.monotonic() + body["expires_in"] - TOKEN_SPARE_SECONDS
        self._tokens[person] = (ends, body["access_token"])
        return self._tokens[person][1]

    async def start_service(self, name: str) -> None:
        """Start a service that was stopped or killed; returns when it is ready."""
        await self.supervisor.start(name)
        await self.supervisor.ready([name])

    async def stop_service(self, name: str) -> None:
        """Stop a service as an operator would; it stays down until it is started."""
        await self.supervisor.stop(name)

    async def kill_service(self, name: str, *, restart: bool = True) -> None:
        """SIGKILL a service. The supervisor starts it again, unless `restart` is False."""
        await self.supervisor.kill(name, restart=restart)

    async def ready(self) -> None:
        """Wait until every service answers, such as after a kill. Raises ServiceFailed."""
        await self.supervisor.ready(self.services)

    async def create_topics(self) -> None:
        """Create the topics that are missing and let the principals in, such as after Kafka was
        wiped."""
        await self.servers.provision_kafka(source_names(self.place.sources_file))

    async def _start(self) -> None:
        started = time.perf_counter()
        self.servers.hold()
        self.simulated = clock_of(self.directory, self._asked_clock)
        self._supervisor = Supervisor(self.directory / "logs", self._report, self._keep_running)
        await self._supervisor.open()
        self.urls = {name: f"http://127.0.0.1:{self.servers.port(name)}" for name in SERVICES}
        # Chosen now, so that the services can be told before Kafka listens there.
        kafka = self.servers.kafka_of_contexts()
        kafka_starting = self._begin(self._start_kafka())
        await self.servers.start_postgres()
        identity = self.directory / "identity"
        self._passcode = passcode_in(identity)
        self._clients = registered_console(identity, f"{self.urls['console']}/sign-in/callback")
        self._place = Place(
            directory=self.directory,
            urls=self.urls,
            databases=await self.servers.provision(),
            kafka=kafka,
            person_key=person_key_in(self.directory),
            reporting_secret=self._clients["reporting"].secret,
            console_secret=self._clients[CONSOLE].secret,
            sources_file=sources_file_in(self.directory),
            simulated=self.simulated,
        )
        for name in self.services:
            await self._supervisor.start(name, self._launch(name))
        await self._supervisor.ready(self.services)
        self.seconds_to_ready = time.perf_counter() - started
        self._keep_running()
        if self._wait_for_kafka:
            await kafka_starting
        self._begin(self._watch_servers())

    def _launch(self, name: str) -> Launch:
        environment = environment_of(name, self.place, self._settings.get(name, {}))
        log = self.directory / "logs" / f"{name}.log"
        return Launch(SERVICES[name].module, environment, log, self.urls[name])

    def _begin(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.append(task)
        return task

    async def _start_kafka(self) -> None:
        """Start Kafka and make its topics; keep trying, unless the caller waits for it."""
        pause = FIRST_RETRY_SECONDS
        while True:
            try:
                await self.servers.start_kafka()
                await self._kafka_is_up()
                return
            except (EmbeddedError, KafkaError, ValueError) as why:
                if self._wait_for_kafka:
                    raise
                self._report(f"Kafka does not start, next attempt in {pause:.0f} s: {why}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_RETRY_SECONDS)

    async def _kafka_is_up(self) -> None:
        self._let_in = source_names(sources_file_in(self.directory))
        await self.servers.provision_kafka(self._let_in)
        self._kafka_up = True
        self._keep_running()
        kafka = self.servers.kafka_of_contexts()
        if self._place is not None and kafka != self._place.kafka:
            await self._move_services(self._place._replace(kafka=kafka))
        self._report(f"Kafka serves at {self.kafka.servers}")

    async def _move_services(self, place: Place) -> None:
        """Somebody took Kafka's port between our look and its start: tell every service."""
        self._place = place
        for name in self.services:
            await self.supervisor.stop(name)
            await self.supervisor.start(name, self._launch(name))
        await self.supervisor.ready(self.services)

    async def _watch_servers(self) -> None:
        """Start a server again that died; one that a test stopped or killed is left alone."""
        pause = FIRST_RETRY_SECONDS
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            failure = self.servers.failure()
            if failure is None:
                pause = FIRST_RETRY_SECONDS
                await self._let_sources_in()
                continue
            self._report(f"{failure}\nit is started again")
            try:
                await self.servers.start_again()
            except EmbeddedError as why:
                self._report(f"next attempt in {pause:.0f} s: {why}")
                await asyncio.sleep(pause)
                pause = min(pause * 2, LAST_RETRY_SECONDS)

    async def _let_sources_in(self) -> None:
        """Make the topic and the principal of a source that was registered since; whose
        registration cannot be read, the services tell."""
        file = sources_file_in(self.directory)
        with contextlib.suppress(ValueError, KafkaError, EmbeddedError, OSError):
            names = source_names(file) if self._kafka_up else self._let_in
            if names != self._let_in:
                made = await self.servers.provision_kafka(names)
                self._let_in = names
                self._report(f"sources {', '.join(names) or 'none'}; new: {', '.join(made) or '-'}")

    def _keep_running(self) -> None:
        """Write `run.json` again; process ids change when services are started again."""
        if self.seconds_to_ready:
            write_run_file(self.directory, self.running)

    async def _stop(self) -> None:
        await end(*self._tasks)
        if self.seconds_to_ready:
            remove_run_file(self.directory)
        try:
            if self._supervisor is not None:
                await self._supervisor.close()
        finally:
            await self.servers.stop()
