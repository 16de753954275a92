"""The `eventsourcing` library as a peer: aggregates saved through its PostgreSQL recorder.

Set up as its documentation recommends: the persistence module for PostgreSQL, its own tables, JSON,
a pool of connections; its transactions are as durable as ours. It runs in this process, without
HTTP, domain checks or an outbox, so that nothing but its saving is measured.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from uuid import uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from tests.benchmarks.timing import Rate

THREADS = 8


class Issue(Aggregate):
    """What the command of the benchmark raises."""

    @event("Raised")
    def __init__(self, issue_id: str, title: str, raised_on: str) -> None:
        self.issue_id, self.title, self.raised_on = issue_id, title, raised_on


class Gift(Aggregate):
    """A delivery with the fields of our GiftIssued."""

    @event("Issued")
    def __init__(  # noqa: PLR0917 - its way: an event has the parameters of the method
        self,
        org_id: str,
        occurred_on: str,
        programme_id: str,
        occasion: str,
        person_id: str,
        capacity: str,
        quantity: int,
        unit_value_fen: int,
        amount_fen: int,
        payment_form: str,
        fund: str,
        payer: str,
        on_roster: bool,
    ) -> None:
        self.person_id, self.programme_id = person_id, programme_id


def application(database: str) -> Application:
    """Its application on a database; it makes its tables."""
    parts = urlsplit(database)
    return Application(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": parts.path.lstrip("/"),
            "POSTGRES_HOST": parts.hostname or "",
            "POSTGRES_PORT": str(parts.port),
            "POSTGRES_USER": parts.username or "",
            "POSTGRES_PASSWORD": parts.password or "",
            "POSTGRES_POOL_SIZE": str(THREADS),
        }
    )


async def commands(database: str, threads: int, seconds: float) -> Rate:
    """One aggregate a save, by so many threads, for so long."""
    app = application(database)

    def save_for(duration: float) -> int:
        until, done = time.perf_counter() + duration, 0
        while time.perf_counter() < until:
            app.save(Issue(f"i{uuid4().hex}", "转隶未完成", "2022-12-15"))
            done += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        loop = asyncio.get_running_loop()

        async def all_for(duration: float) -> int:
            return sum(
                await asyncio.gather(
                    *(loop.run_in_executor(pool, save_for, duration) for _ in range(threads))
                )
            )

        await all_for(0.5)
        started = time.perf_counter()
        done = await all_for(seconds)
        taken = time.perf_counter() - started
    app.close()
    return Rate(f"eventsourcing in process, {threads} threads", done, taken)


async def gifts(database: str, people: int, at_once: int) -> Rate:
    """A gift to so many people, so many aggregates a save."""
    app = application(database)

    def issue() -> None:
        for begin in range(0, people, at_once):
            app.save(*(_gift(n) for n in range(begin, min(begin + at_once, people))))

    started = time.perf_counter()
    await asyncio.to_thread(issue)
    taken = time.perf_counter() - started
    app.close()
    return Rate(f"eventsourcing in saves of {at_once}", people, taken)


def _gift(person: int) -> Gift:
    return Gift(
        org_id="tjtc",
        occurred_on="2022-09-07",
        programme_id="mid-autumn-2022",
        occasion="mid_autumn",
        person_id=f"p-{person:08d}",
        capacity="member",
        quantity=1,
        unit_value_fen=30000,
        amount_fen=30000,
        payment_form="goods",
        fund="union_funds",
        payer="own",
        on_roster=True,
    )
