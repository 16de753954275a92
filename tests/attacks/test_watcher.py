"""The watcher is watched: what reporting looks at by itself, it looks at whoever else is away.

On 2026-11-29 a round asked for a token first: without one it ended, and with it the gauges of
reporting's own database, the watchdog, the scrub, the journal check, healing, and what figures are
proven by, which for two minutes went on saying that every owner was complete.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from services.reporting.ingest.apply import Ingest
from services.reporting.ingest.publishers import publishers
from services.reporting.reconciliation import owner_client, owner_heads, reconciler
from services.reporting.reconciliation.reconciler import PARTS, Reconciled, Reconciler
from services.reporting.reconciliation.watchdog import Watchdog
from shared.clock import system_clock
from shared.errors import Refusal
from shared.eventstore.database import open_pool
from shared.metrics import PARKED, QUARANTINED, SEAL_AHEAD
from shared.testing.author import Author
from tests.databases import NewDatabase
from tests.reporting.conftest import live_projections
from tests.reporting.records import Partition, gift, gift_stream

OWNERS = {name: f"http://{name}.test" for name in ("members", "benefits", "events", "reporting")}
SOURCES = {f"/guildhall/{name}" for name in OWNERS}
OWN = set(PARTS) - {"owners", "comparison"}


@pytest.fixture
async def pool(new_database: NewDatabase) -> AsyncIterator[asyncpg.Pool]:
    """Reporting's database, with a record that waits behind a gap and one in quarantine."""
    dsn = await new_database("shared.eventstore", "services.reporting", prepare=live_projections)
    made = await open_pool(dsn, size=4)
    ingest = Ingest(
        made, publishers(None), system_clock, allow_simulated=True, quarantine_limit=100
    )
    author, partition = Author(), Partition()
    first, _, third = (author.write(gift_stream(0), gift(0)) for _ in range(3))
    raws = [partition.raw(first), partition.raw(third), partition.junk(b"not json")]
    await ingest.apply(raws, partition.move(raws))
    # The last comparison found every owner complete.
    await made.execute(
        "INSERT INTO source_checks (source, complete, checked_at, reasons)"
        " SELECT source, true, now(), '{}' FROM unnest($1::text[]) source",
        list(SOURCES),
    )
    yield made
    made.terminate()


async def refused(refused: str | None = None) -> str:
    raise Refusal("issuer-unreachable", "no token from anybody")


async def hanging(refused: str | None = None) -> str:
    await asyncio.Event().wait()
    raise AssertionError("nobody wakes it")


async def given(refused: str | None = None) -> str:
    return "token"


def silent(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectTimeout("", request=request)


def rubbish(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"source": "/guildhall/members"})


async def drip(request: httpx.Request) -> httpx.Response:
    await asyncio.Event().wait()
    raise AssertionError("nobody wakes it")


AWAY: dict[str, tuple[Callable[..., Awaitable[str]], Any]] = {
    "the provider refuses": (refused, silent),
    "the provider hangs": (hanging, silent),
    "no owner answers": (given, silent),
    "every owner hangs": (given, drip),
    "an owner answers rubbish": (given, rubbish),
}


async def round_of(
    pool: asyncpg.Pool, token: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> tuple[Reconciler, Reconciled]:
    answering = httpx.MockTransport(owner)
    client = httpx.AsyncClient

    def made(**asked: Any) -> httpx.AsyncClient:
        return client(transport=answering, **asked)

    monkeypatch.setattr(owner_client.httpx, "AsyncClient", made)
    monkeypatch.setattr(owner_client, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(owner_heads, "OWNERS_SECONDS", 2.0)
    PARKED.set(-1)
    SEAL_AHEAD.set(-1)
    QUARANTINED.clear()
    one = Reconciler(pool, OWNERS, token, watchdog=Watchdog(60.0, lambda _: 1))
    async with asyncio.timeout(20):
        return one, await one.once()


@pytest.mark.parametrize("away", AWAY)
async def test_what_needs_no_owner_goes_on_and_no_source_is_complete(
    pool: asyncpg.Pool, away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, found = await round_of(pool, *AWAY[away], monkeypatch)
    assert (PARKED._value.get(), SEAL_AHEAD._value.get()) == (1, 0)
    assert [sample.value for family in QUARANTINED.collect() for sample in family.samples] == [1]
    assert {part for part in OWN if one.health.parts[part].last_success} == OWN
    rows = await pool.fetch("SELECT * FROM source_checks WHERE source = ANY($1)", list(SOURCES))
    assert {row["source"] for row in rows if "unreachable" in row["reasons"]} == SOURCES
    assert (found.complete, found.watermark) == (False, None)
    for name in OWNERS:
        state = one.health.parts[f"reconcile-{name}"]
        assert (state.last_success, bool(state.reason.strip())) == (None, True), name
        assert state.reason != "OwnerSilent", "it says why"


PIECES = {
    "watchdog": "_watch",
    "gauges": "_observe",
    "ahead-of-owner": "_ahead",
    "sums": "_stop_sums",
}


@pytest.mark.parametrize("how", ["fails", "hangs"])
@pytest.mark.parametrize("part", [*PIECES, "scrub", "journal-check"])
async def test_a_part_that_fails_or_hangs_keeps_no_other_from_running(
    pool: asyncpg.Pool, part: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        if how == "hangs":
            await asyncio.Event().wait()
        raise TimeoutError

    monkeypatch.setattr(reconciler, "PART_SECONDS", 0.3)
    if part in PIECES:
        monkeypatch.setattr(Reconciler, PIECES[part], broken)
    else:
        one_of = reconciler.Scrub if part == "scrub" else reconciler.JournalCheck
        monkeypatch.setattr(one_of, "round", broken)
    one, found = await round_of(pool, refused, silent, monkeypatch)
    states = one.health.parts
    assert {each for each in OWN if states[each].last_success} == OWN - {part}
    assert states[part].reason.startswith("TimeoutError")
    assert found.failed[part] == states[part].reason
    kept = await pool.fetchval("SELECT reasons FROM source_checks WHERE source = 'reporting'")
    assert ("not-checked" in kept) == (part in reconciler.PROVING)
