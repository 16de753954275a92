"""What the journeys do to a running stack: ask, enter, publish by hand, count."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaProducer

from deploy.embedded.manifest import OPERATOR, writer_of
from deploy.stack.stack import Stack
from guildhall.demo.loader import Place
from guildhall.demo.queries import Queries, wait_for_arrival
from guildhall.demo.script import ORG
from shared.contract.catalogue import source_of
from shared.contract.contexts import FACT_CONTEXTS
from shared.kafka.cloudevents import Record

OWNERS = FACT_CONTEXTS
AFTER_THE_YEAR = "2023-01-10T10:00:00+08:00"
"""The simulated moment of what the journeys enter."""

SECONDS = 60.0


class Journey:
    """A stack with the demo year in it. Every journey leaves it running."""

    def __init__(self, stack: Stack, place: Place) -> None:
        self.stack, self.place = stack, place
        self.queries = Queries(place, ORG)

    async def get(self, service: str, path: str, person: str = "auditor", **query: Any) -> Any:
        """The JSON a service answers."""
        answer = await self.place.http.get(
            f"{self.place.urls[service]}{path}", params=query, headers=self._as(person)
        )
        return answer.raise_for_status().json()

    async def post(self, service: str, path: str, person: str = "operator") -> Any:
        """The JSON a service answers to an operator's action, repeated while it cannot do it."""
        url, deadline = f"{self.place.urls[service]}{path}", time.monotonic() + SECONDS
        while True:
            answer = await self.place.http.post(url, json={}, headers=self._as(person))
            if answer.status_code < 500 or time.monotonic() > deadline:
                return answer.raise_for_status().json()
            await asyncio.sleep(0.5)

    async def command(
        self,
        service: str,
        name: str,
        body: Mapping[str, Any],
        person: str = "clerk",
        org: str = ORG,
    ) -> Any:
        """Enter a command after the year, until the service has heard of whom it concerns."""
        headers = {
            **self._as(person),
            "Idempotency-Key": str(uuid4()),
            "Guildhall-Simulated-Now": AFTER_THE_YEAR,
        }
        url = f"{self.place.urls[service]}/v1/{org}/{name}"
        deadline = time.monotonic() + SECONDS
        while True:
            answer = await self.place.http.post(url, json=body, headers=headers)
            if answer.status_code != 404 or time.monotonic() > deadline:
                assert answer.is_success, answer.text
                return answer.json()
            await asyncio.sleep(0.1)

    async def wait_for_arrival(self) -> int:
        """Wait until everything entered is in the journal; its head."""
        return await wait_for_arrival(self.place)

    async def figures(self, org: str = ORG, as_of: int | None = None) -> dict[str, int]:
        """Every figure of 2022 by name, as known now or at a log_index."""
        query: dict[str, Any] = {"year": 2022} if as_of is None else {"year": 2022, "as_of": as_of}
        answer = await self.get("reporting", f"/v1/{org}/figures", **query)
        return {figure["figure"]: figure["value"] for figure in answer["figures"]}

    async def head(self) -> int:
        """The journal's last log_index."""
        status = await self.get("reporting", "/v1/status", "operator")
        return int(status["journal"]["log_index"])

    async def journalled(self) -> dict[str, int]:
        """How many events of each owner the journal holds."""
        connection = await asyncpg.connect(self.stack.place.databases["reporting"])
        try:
            rows = await connection.fetch("SELECT source, count(*) FROM journal GROUP BY source")
        finally:
            await connection.close()
        counts = {row["source"]: row["count"] for row in rows}
        return {owner: counts[source_of(owner)] for owner in OWNERS}

    async def stamped(self) -> dict[str, int]:
        """How many events each owner holds."""
        heads = await asyncio.gather(*map(self.heads, OWNERS))
        return {
            owner: sum(shard["head"] for shard in found["shards"])
            for owner, found in zip(OWNERS, heads, strict=True)
        }

    async def heads(self, owner: str) -> Any:
        """How far an owner's shards are stamped and acknowledged."""
        return await self.get(owner, "/v1/relay/heads", "operator")

    async def drained(self) -> bool:
        """Whether Kafka has acknowledged everything the owners hold."""
        heads = await asyncio.gather(*map(self.heads, OWNERS))
        return all(
            not owner["unstamped"]
            and all(shard["acked"] == shard["head"] for shard in owner["shards"])
            for owner in heads
        )

    async def publish(self, topic: str, records: Iterable[Record]) -> None:
        """Put records into Kafka by hand, past every check, as the program would that owns it."""
        access = self.stack.servers.kafka_as(writer_of(topic) or OPERATOR)
        producer = AIOKafkaProducer(**access.client(), acks="all")
        await producer.start()
        try:
            for record in records:
                await producer.send_and_wait(
                    topic, record.value, record.key or None, headers=record.headers
                )
        finally:
            await producer.stop()

    def _as(self, person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.place.tokens[person]}"}


async def until(condition: Callable[[], Any], seconds: float = SECONDS) -> None:
    """Wait until an asynchronous condition holds. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not so within {seconds:.0f} s")
        await asyncio.sleep(0.1)
