"""Routes for the operator: status, quarantine, rebuild, reconcile."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from services.reporting.api.access import Built, Operator, Watcher
from services.reporting.api.answers import quarantine_answer, reconciled_answer
from services.reporting.ingest import quarantine, settle
from services.reporting.queries.status import status
from services.reporting.rebuild.coordinator import Rebuilt
from shared.contract.reporting import DiscardReason
from shared.decider.command import Command
from shared.http.problems import Json
from shared.metrics import JOURNAL_HEAD, REBUILD_PROGRESS

router = APIRouter(tags=["operating"])


class Discard(Command):
    """Settle a record as never to be applied, and say why: in words, and as a code."""

    code: DiscardReason = "other"
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class LastRebuild:
    """The rebuild of this process: whether one runs, and how the last one ended."""

    def __init__(self) -> None:
        self.running = False
        self.last: dict[str, Any] | None = None


LAST = LastRebuild()


@router.get("/v1/status")
async def show_status(built: Built, _: Watcher) -> Json:
    """The journal, what was read from Kafka, what waits, what disagrees."""
    found = await status(built.pool, built.end_offsets, built.clock())
    JOURNAL_HEAD.set(found["journal"]["log_index"])
    return Json(found | {"rebuild": _rebuilding()})


@router.get("/v1/quarantine")
async def list_quarantine(
    built: Built,
    _: Watcher,
    state: Literal["open", "applied", "discarded"] = "open",
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> Json:
    """Records that could not be accepted, oldest first, from the id after `after`."""
    rows = await quarantine.listed(built.pool, state=state, after=after, limit=limit)
    following = rows[-1]["id"] if len(rows) == limit else None
    return Json({"records": rows, "next": following})


@router.get("/v1/quarantine/{number:int}")
async def show_quarantined(built: Built, _: Watcher, number: int) -> Json:
    """One record with its reason and exact bytes."""
    return Json(quarantine_answer(await quarantine.one(built.pool, number)))


@router.post("/v1/quarantine/{number:int}/retry")
async def retry_quarantined(built: Built, actor: Operator, number: int) -> Json:
    """Try a record again, with those of its stream that wait behind it."""
    return Json((await settle.retry(built.ingest, number, actor.subject))._asdict())


@router.post("/v1/quarantine/{number:int}/discard")
async def discard_quarantined(built: Built, actor: Operator, number: int, command: Discard) -> Json:
    """Settle a record as never to be applied; it stays listed, with who and why.

    Refuses no-such-record, already-settled; said again alike it is answered alike.
    """
    why = settle.Discarding(command.code, command.reason)
    await settle.discard(built.ingest, number, actor, why)
    return Json({"id": number, "state": "discarded"})


@router.post("/v1/rebuild")
async def start_rebuild(built: Built, _: Operator) -> Json:
    """Fold the whole journal anew, compare with what is live, swap; answers when it is done.

    Refuses rebuild-running.
    """
    LAST.running = True
    try:
        LAST.last = _rebuilt(await built.rebuild())
    finally:
        LAST.running = False
    return Json(LAST.last)


@router.get("/v1/rebuild")
async def show_rebuild(_: Watcher) -> Json:
    """How far a running rebuild is (`ratio`), and how the last one of this process ended."""
    return Json(_rebuilding() | {"last": LAST.last})


@router.post("/v1/reconcile")
async def reconcile(built: Built, _: Operator) -> Json:
    """Compare every owner's log with the journal, the journal's rows with its head, and the
    partial sums with their lists, all of them."""
    return Json(reconciled_answer(await built.reconciler.once()))


def _rebuilding() -> dict[str, Any]:
    ratio = next(iter(REBUILD_PROGRESS.collect())).samples[0].value
    return {"running": LAST.running, "ratio": ratio if LAST.running else None}


def _rebuilt(outcome: Rebuilt) -> dict[str, Any]:
    return outcome._asdict() | {"tables": [table._asdict() for table in outcome.tables]}
