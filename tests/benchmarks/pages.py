"""The console's pages on a long history: what somebody waits for one, with every service's part.

The console runs here and asks a reporting of its own process, as it does anywhere; benefits is not
there, and what waits in it is unknown. A page is asked for a union as often as it has events, of a
year of it; the first time reads from the disk, the second is what is compared.
"""

import random
import time

import httpx

from services.console.app import console_app
from services.console.backend import Backend
from services.console.command_line import CommandLine
from services.console.console import Console
from services.console.founding import Founder
from services.console.importer import Importer
from services.console.papers import Papers
from services.console.provider import Provider
from services.console.session import Sealer, Session
from services.console.uploads import Uploads
from services.reporting.journal import log as journal
from shared.http.auth import TokenVerifier
from shared.http.issuer_keys import IssuerKeys
from shared.testing.http import token
from shared.typesetting.fonts import FontStore
from tests.benchmarks import rebuilding
from tests.benchmarks.history import FIRST_YEAR, INGESTED_MAX, YEARS, History
from tests.benchmarks.process import reporting_settings, serving, settings
from tests.benchmarks.rig import Rig, Sizes
from tests.benchmarks.table import Row
from tests.benchmarks.timing import percentile

PAGE_MS_MAX = 200
TIMES = 12
NOWHERE = "http://127.0.0.1:9"
PAGES = {
    "year": "",
    "figures": "/figures",
    "a figure's list": "/figures/gift_mid_autumn_portions",
    "its list narrowed": "/figures/gift_mid_autumn_portions?signed=no&sort=-amount",
    "rolls": "/rolls",
    "findings": "/findings",
    "verdicts": "/verdicts",
    "differences": "/differences?compare={then}",
    "a difference": "/figures/gift_mid_autumn_portions/difference?compare={then}",
    "report": "/report",
}


async def benchmark(rig: Rig, sizes: Sizes) -> list[Row]:
    """Grow a history, open every page of it."""
    database = await rig.database()
    history = await History.empty(await rig.pool(database))
    await history.ingest_to(min(sizes.history, INGESTED_MAX))
    if sizes.history > INGESTED_MAX:
        await history.clone_to(sizes.history)
        await rebuilding.rebuild(rig, database)
    await history.settle()
    head = await journal.last_index(history.pool)
    chosen = random.Random(4)
    unions = await history.pool.fetch(
        "SELECT org_id FROM journal WHERE log_index = ANY($1)",
        [chosen.randrange(1, head + 1) for _ in range(TIMES)],
    )
    asked = [f"/{row['org_id']}/{FIRST_YEAR + chosen.randrange(YEARS)}" for row in unions]
    with settings(database, rig.kafka) as common:
        async with serving("services.reporting", **reporting_settings(common)) as (_, port):
            return [
                _row(name, history.events, *await _waits(port, asked, page, head))
                for name, page in PAGES.items()
            ]


async def _waits(
    port: int, asked: list[str], page: str, head: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of each answer, asked for the first time and again."""
    path, _, query = page.format(then=head - head // 100).partition("?")
    async with Backend({"reporting": f"http://127.0.0.1:{port}", "benefits": NOWHERE}) as backend:
        console = _console(backend)
        transport = httpx.ASGITransport(console_app(console))
        async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
            for name, part in console.session_cookies(_auditor()).items():
                client.cookies.set(name, part)
            waits = []
            for union in asked * 2:
                began = time.perf_counter()
                answer = await client.get(f"{union}{path}?{query}", timeout=60)
                waits.append((time.perf_counter() - began) * 1000)
                assert answer.status_code == 200, f"{union}{path}: {answer.status_code}"
    return waits[: len(asked)], waits[len(asked) :]


def _auditor() -> Session:
    bearer = token("auditor", orgs=("*",))
    return Session(bearer, "auditor", ("auditor",), ("*",), int(time.time()) + 3600, "csrf")


def _console(backend: Backend) -> Console:
    jwks = f"{NOWHERE}/jwks"
    verifier = TokenVerifier(jwks, NOWHERE, "guildhall")
    provider = Provider(
        NOWHERE, IssuerKeys(jwks), verifier, client_id="c", client_secret="s", redirect_uri=NOWHERE
    )
    line = CommandLine({})
    return Console(
        backend,
        provider,
        Sealer(bytes(32)),
        False,
        Importer(line),
        Uploads(),
        Founder(line, enrols=False),
        Papers(),
        FontStore(),
    )


def _row(name: str, events: int, first: list[float], again: list[float]) -> Row:
    shown = "; ".join(
        f"{title} p50 {percentile(waits, 0.5):.0f}, max {max(waits):.0f} ms"
        for title, waits in (("again", again), ("first", first))
    )
    goal = f"again: max ≤ {PAGE_MS_MAX} ms"
    return Row(f"page: {name}, {events:,} events", shown, "", None, goal, max(again) <= PAGE_MS_MAX)
