"""Questions to a long history, by the query functions and over HTTP, beside DuckDB.

Each asks a random figure of a random union and year (a union as often as it has events); DuckDB
holds the same lines in memory and is asked the very same questions. Its answers must be ours. All
are asked once, which reads what they need from the disk, and then again: the first time is shown,
the second is what is compared.
"""

import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import asyncpg
import httpx

from services.reporting.figures.definition import Figure
from services.reporting.journal import log as journal
from services.reporting.queries.figure_events import Cursor, events_of
from services.reporting.queries.figures import figure_named, values_at, values_now
from services.reporting.queries.knowledge import Period
from shared.testing.http import token
from tests.benchmarks.history import YEARS, History, year
from tests.benchmarks.peers.columnar import Columnar
from tests.benchmarks.process import reporting_settings, serving, settings
from tests.benchmarks.rig import Rig
from tests.benchmarks.table import Row
from tests.benchmarks.timing import percentile

QUESTIONS = 200
PAGE = 100
VALUE_MS_MAX, PAGE_MS_MAX, TIMES_DUCKDB_MAX = 20, 50, 2.0
FIRST_TIME = "the three, asked for the first time: from the disk"
FIGURES = (
    "gift_spring_festival_members",
    "gift_spring_festival_portions",
    "gift_mid_autumn_amount",
    "gift_mid_autumn_others",
    "birthday_cakes",
)

Ask = Callable[["Question"], Awaitable[object]]


class Waits(NamedTuple):
    """Milliseconds each question took when it was first asked, and asked again."""

    first: list[float]
    again: list[float]


class Question(NamedTuple):
    """A figure of a union's period, and a log_index at which it may be asked."""

    org_id: str
    figure: Figure
    period: Period
    at: int


async def measure(rig: Rig, history: History, database: str, pool: asyncpg.Pool) -> list[Row]:
    """The rows of the table: value, first page, as known at any T."""
    head = await journal.last_index(pool)
    asked = await _questions(history, head)
    with TemporaryDirectory() as directory:
        duck = Columnar()
        async with pool.acquire() as connection:
            lines = await duck.fill(connection, Path(directory))

    async def value(q: Question) -> object:
        _, values = await values_now(pool, q.org_id, q.period, [q.figure])
        return values[q.figure.name].value

    async def known(q: Question) -> object:
        return (await values_at(pool, q.org_id, q.period, q.at, [q.figure]))[q.figure.name].value

    async def page(q: Question) -> object:
        first = Cursor(head, 0, "")
        return await events_of(pool, q.org_id, q.figure, q.period, after=first, limit=PAGE)

    async def duck_known(q: Question) -> object:
        return duck.value(q.org_id, q.figure, q.period, q.at)

    async def duck_value(q: Question) -> object:
        return duck.value(q.org_id, q.figure, q.period, head)

    async def duck_page(q: Question) -> object:
        return duck.page(q.org_id, q.figure, q.period, head)

    for one in asked[:20]:
        if await known(one) != await duck_known(one) or await value(one) != await duck_value(one):
            raise AssertionError(f"DuckDB and we differ on {one}")
    named = f"{history.events:,} events, {lines:,} lines"
    peers = {ask: (await _asked(asked, ask)).again for ask in (duck_value, duck_page, duck_known)}
    values, pages, knowns = [await _asked(asked, ask) for ask in (value, page, known)]
    return [
        _under(f"a figure, {named}", values.again, peers[duck_value], VALUE_MS_MAX),
        _under("its first list page", pages.again, peers[duck_page], PAGE_MS_MAX),
        _times("the same as known at any T", knowns.again, peers[duck_known]),
        Row(FIRST_TIME, "; ".join(_shown(waits.first) for waits in (values, pages, knowns))),
        *await _over_http(rig, database, asked),
    ]


async def _questions(history: History, head: int) -> list[Question]:
    chosen = random.Random(4)
    rows = await history.pool.fetch(
        "SELECT org_id FROM journal WHERE log_index = ANY($1)",
        [chosen.randrange(1, head + 1) for _ in range(QUESTIONS)],
    )
    return [
        Question(
            row["org_id"],
            figure_named(chosen.choice(FIGURES)),
            year(chosen.randrange(YEARS)),
            chosen.randrange(head // 10, head + 1),
        )
        for row in rows
    ]


async def _asked(questions: list[Question], ask: Ask) -> Waits:
    """One after the other, twice."""
    waits: list[float] = []
    for question in questions * 2:
        began = time.perf_counter()
        await ask(question)
        waits.append((time.perf_counter() - began) * 1000)
    return Waits(waits[: len(questions)], waits[len(questions) :])


async def _over_http(rig: Rig, database: str, asked: list[Question]) -> list[Row]:
    bearer = {"Authorization": f"Bearer {token('auditor', orgs=('*',))}"}
    with settings(database, rig.kafka) as common:
        async with serving("services.reporting", **reporting_settings(common)) as (_, port):
            base = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=base, headers=bearer, timeout=60) as client:

                async def page(q: Question, **more: int) -> None:
                    query = {"from": str(q.period.first), "to": str(q.period.last), **more}
                    path = f"/v1/{q.org_id}/figures/{q.figure.name}"
                    (await client.get(path, params=query)).raise_for_status()

                async def known(q: Question) -> None:
                    await page(q, as_of=q.at)

                now, then = await _asked(asked, page), await _asked(asked, known)
    return [
        _under("over HTTP: a figure and its first page", now.again, None, PAGE_MS_MAX),
        _under("over HTTP: the same as known at any T", then.again, None, PAGE_MS_MAX),
    ]


def _shown(waits: list[float]) -> str:
    return f"p50 {percentile(waits, 0.5):.1f}, p99 {percentile(waits, 0.99):.1f} ms"


def _under(what: str, ours: list[float], duck: list[float] | None, most: float) -> Row:
    told = f"DuckDB: {_shown(duck)}" if duck else ""
    ratio = percentile(ours, 0.99) / percentile(duck, 0.99) if duck else None
    met = percentile(ours, 0.99) <= most
    return Row(what, _shown(ours), told, ratio, f"p99 ≤ {most:g} ms", met)


def _times(what: str, ours: list[float], duck: list[float]) -> Row:
    ratio = percentile(ours, 0.99) / percentile(duck, 0.99)
    goal = f"p99 ≤ {TIMES_DUCKDB_MAX:g} × DuckDB"
    return Row(
        what, _shown(ours), f"DuckDB: {_shown(duck)}", ratio, goal, ratio <= TIMES_DUCKDB_MAX
    )
