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
COMPARE_SECONDS = 60.0
"""How often it is asked whether a day has gone by."""
SAY_SECONDS = 30.0
"""How often it is said that a refill has read everything and still is not what the copy has."""
CHANGED = """
SELECT (SELECT count(*) FROM replica_disowned WHERE source = $1) AS disowned,
    (SELECT number FROM replica_refills WHERE source = $1 AND began_at IS NULL) AS number,
    EXISTS (SELECT FROM replica_refills WHERE source = $1
        AND (began_at IS NOT NULL OR why <> '')) AS wanted
"""
DUE = """
SELECT (SELECT max(ended_at) FROM replica_refilled WHERE source = $1)
    < now() - make_interval(secs => $2)
"""
FIRST = """
INSERT INTO replica_refilled (source, number, asked_by, why, began_at, ended_at, changed)
SELECT $1, 0, $2, 'the first look at it', now(), now(), '{}'
WHERE NOT EXISTS (SELECT FROM replica_refilled WHERE source = $1)
"""
CHECK_SECONDS = 24 * 3600.0
"""How old the last refill of a copy gets: then it is compared with its events, by a refill. What a
hand did to its rows is nowhere else to be seen, and is put right by that."""
BY_ITSELF, DAILY = "guildhall", "a day since it was last compared with its events"


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
        self._compare_at = 0.0

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
        await self._compare_daily()
        disowned, number, asked = await replica.pool.fetchrow(CHANGED, replica.source)
        if disowned != self._disowned:
            await refill.settle(replica)
            self._disowned = disowned
        if number != self._number:
            self.forget()
            self._number = number
        wanted = await refill.begin(replica) if disowned or asked else None
        COPY_REFILLING.labels(replica.service, replica.topic).set(wanted is not None)
        if wanted is not None:
            await self._fill(wanted)
            self.forget()

    async def _compare_daily(self) -> None:
        if time.monotonic() < self._compare_at:
            return
        self._compare_at = time.monotonic() + COMPARE_SECONDS
        pool, source = self.replica.pool, self.replica.source
        await pool.execute(FIRST, source, BY_ITSELF)
        if await pool.fetchval(DUE, source, CHECK_SECONDS):
            await refill.ask(pool, source, BY_ITSELF, DAILY)

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
