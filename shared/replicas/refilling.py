"""The part of a service that watches whether one of its copies must be refilled, and refills it."""

import asyncio
import time
from collections.abc import Callable

import structlog

from shared.eventstore.database import UNREACHABLE
from shared.health import Health
from shared.kafka.access import KafkaAccess
from shared.metrics import COPY_REFILLING
from shared.replicas import refill
from shared.replicas.apply import Refill, RefillEnded, Replica
from shared.replicas.subscription import Log, Subscription

log = structlog.get_logger("refill")

LOOK_SECONDS = 0.5
SAY_SECONDS = 30.0
"""How often it is said that a refill has read everything and still is not what the copy has."""
CHANGED = """
SELECT (SELECT count(*) FROM replica_disowned WHERE source = $1) AS disowned,
    (SELECT number FROM replica_refills WHERE source = $1 AND began_at IS NULL) AS number,
    EXISTS (SELECT FROM replica_refills WHERE source = $1 AND began_at IS NOT NULL) AS under_way
"""


class Refilling:
    """Refills one copy whenever it holds what was disowned. `forget` is called when it was, by this
    process or by another: what was concluded from the copy before is to be looked up anew."""

    def __init__(
        self, replica: Replica, kafka: KafkaAccess, health: Health, forget: Callable[[], None]
    ) -> None:
        self.replica, self.kafka, self.health, self.forget = replica, kafka, health, forget
        self._part = f"refill-of-{replica.topic.split('.')[1]}"
        self._disowned = 0
        self._number: int | None = None

    async def run(self) -> None:
        """Watch until cancelled; what is away is waited out, and a refill goes on where it was."""
        while True:
            try:
                await self.look()
                self.health.succeeded(self._part)
            except RefillEnded as why:
                log.info("a refill was begun anew, or ended by another", why=str(why))
            except UNREACHABLE as why:
                self.health.failed(self._part, why)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Do what there is to do for what was disowned since the last look, to its end. Raises
        RefillEnded."""
        replica = self.replica
        disowned, number, under_way = await replica.pool.fetchrow(CHANGED, replica.source)
        if disowned != self._disowned:
            await refill.settle(replica)
            self._disowned = disowned
        if number != self._number:
            self.forget()
            self._number = number
        wanted = await refill.begin(replica) if disowned or under_way else None
        COPY_REFILLING.labels(replica.service, replica.topic).set(wanted is not None)
        if wanted is not None:
            await self._fill(wanted)
            self.forget()

    async def _fill(self, wanted: Refill) -> None:
        beside = self.replica.beside(wanted)
        await refill.settle(beside)
        said = time.monotonic()

        async def done(read: Log) -> bool:
            nonlocal said
            ended = await refill.end(self.replica, wanted, read)
            if not ended and time.monotonic() - said >= SAY_SECONDS:
                said = time.monotonic()
                log.warning("a refill waits for what the copy has", topic=self.replica.topic)
            return ended

        await Subscription(beside, self.kafka, self.health, done).run()
