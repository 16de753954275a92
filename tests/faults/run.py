"""One run, phase by phase: quiet → faults → heal → liveness → final reads → rebuild → compare."""

import asyncio
import random
import time
from pathlib import Path
from typing import NamedTuple

import asyncpg
import httpx

from tests.faults.dump import dump_figures, dump_kafka, dump_projections, dump_stores
from tests.faults.evidence import CAUGHT_UP, SOURCES
from tests.faults.history import History
from tests.faults.load import CLIENTS, Load
from tests.faults.nemesis import Nemesis
from tests.faults.putting_right import forgeries_left, put_right
from tests.faults.rig import Rig

RESOLVED_SECONDS = 120.0
"""How long after healing a command may stay unanswered before the run gives it up as unresolved."""
NEVER = "1000000"


class Plan(NamedTuple):
    """What a run does; with the seed, all that can be repeated."""

    seed: int
    minutes: float
    rate: float
    gap_seconds: float
    quiet_seconds: float
    faults: list[str]
    workers: int = 3
    reconciler: bool = True
    clients: int = CLIENTS
    patience_seconds: float = 240.0
    """How long nothing at all may come in while reporting catches up, before it is given up."""


async def run(plan: Plan, directory: Path) -> None:
    """Run the plan; leaves `history.jsonl` and `dump/` in the directory."""
    worker = {"GUILDHALL_BATCH_RECORDS": "500"}
    if not plan.reconciler:
        worker["GUILDHALL_RECONCILE_SECONDS"] = NEVER
    with History(directory / "history.jsonl") as history:

        def report(sentence: str) -> None:
            history.write("note", says=sentence)

        rng = random.Random(f"{plan.seed}/links")
        rig = Rig(directory, rng, report, {"worker": worker}, plan.workers)
        async with rig:
            await _phases(plan, rig, history, directory / "dump")


async def _phases(plan: Plan, rig: Rig, history: History, dump: Path) -> None:
    def phase(name: str) -> None:
        history.write("phase", name=name)
        print(f"{time.strftime('%H:%M:%S')} {name}", flush=True)

    load = Load(rig, history, plan.seed, plan.rate, plan.clients)
    phase("founding")
    await load.found()
    phase("quiet")
    clients = asyncio.create_task(load.run())
    await asyncio.sleep(plan.quiet_seconds)
    phase("faults")
    nemesis = Nemesis(rig, history, plan.seed, plan.gap_seconds, plan.faults)
    if plan.faults:
        await nemesis.run(plan.minutes * 60)
    phase("healing")
    await nemesis.heal()
    phase("healed")
    await asyncio.sleep(plan.quiet_seconds)
    load.stopping.set()
    try:
        await asyncio.wait_for(clients, RESOLVED_SECONDS)
    except TimeoutError:
        history.write("note", says=f"unresolved: {load.waiting}")
    phase("load stopped")
    await _settle(rig, history, plan.patience_seconds)
    phase("settled")
    await dump_stores(rig, dump)
    await dump_kafka(rig, dump / "kafka.jsonl")
    await dump_figures(rig, dump / "figures.jsonl")
    for name in ("live", "rebuilt", "again"):
        if name != "live":
            phase("rebuild")
            await _rebuild(rig, history)
        await dump_projections(rig, dump / name)
    phase("stopping")


async def _settle(rig: Rig, history: History, patience_seconds: float) -> None:
    """Wait until reporting has everything, stop its workers, and see that it still has.

    The workers raise findings of their own, which are published and read again. A machine may be
    slow: only where nothing at all came in for `patience_seconds` is it given up.
    """
    least, since = await _missing(rig), time.monotonic()
    while time.monotonic() - since < patience_seconds:
        await put_right(rig, history)
        missing = await _missing(rig)
        if missing < least:
            least, since = missing, time.monotonic()
        if missing:
            await asyncio.sleep(0.5)
            continue
        history.write("note", says=CAUGHT_UP)
        for name in rig.replicas_of("worker"):
            await rig.supervisor.stop(name)
        if not await _missing(rig):
            return
        for name in rig.replicas_of("worker"):
            await rig.supervisor.start(name)
        await asyncio.sleep(1.0)
    for name in rig.replicas_of("worker"):
        await rig.supervisor.stop(name)


async def _missing(rig: Rig) -> int:
    """How many steps are left: events not stamped, not published, not in the journal or a copy,
    and forgeries that count."""
    connections = {name: await asyncpg.connect(rig.databases[name]) for name in SOURCES}
    try:
        heads = "SELECT source, shard, sequence FROM shard_heads"
        have = {row[:2]: row[2] for row in await connections["reporting"].fetch(heads)}
        missing = 0
        for name, connection in connections.items():
            missing += await connection.fetchval("SELECT count(*) FROM outbox")
            for shard, head, acked in await connection.fetch(
                "SELECT shard, head, acked FROM shards"
            ):
                missing += head - acked + max(0, head - have.get((f"/guildhall/{name}", shard), 0))
        said = await connections["members"].fetchval("SELECT count(DISTINCT stream) FROM events")
        for name in ("benefits", "events"):
            copied = await connections[name].fetchval("SELECT count(*) FROM members_streams")
            missing += max(0, said - copied)
        return int(missing) + await forgeries_left(rig)
    finally:
        for connection in connections.values():
            await connection.close()


async def _rebuild(rig: Rig, history: History) -> None:
    """Ask for a rebuild; one that fails is noted, and what it left is compared all the same."""
    bearer = {"Authorization": f"Bearer {await rig.token('operator')}"}
    async with httpx.AsyncClient(timeout=600, trust_env=False, headers=bearer) as http:
        try:
            answer = await http.post(f"{rig.urls['reporting-1']}/v1/rebuild")
            answer.raise_for_status()
        except httpx.HTTPError as why:
            history.write("note", says=f"rebuild failed: {why!r}")
