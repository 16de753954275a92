"""Routes for the operator: status, quarantine, rebuild, reconcile."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field, model_validator

from services.reporting.api.access import (
    Built,
    Operator,
    RecordReader,
    Settler,
    Watcher,
    scope_of,
)
from services.reporting.api.answers import quarantine_answer, reconciled_answer, settled_answer
from services.reporting.ingest import quarantine, settle, settle_many
from services.reporting.ingest.settle_many import Filter, Page, Place
from services.reporting.queries.status import status
from services.reporting.rebuild.state import RebuildState, rebuild_states
from services.reporting.reconciliation.disown import Disowning, disown
from services.reporting.reconciliation.owner_client import owner_client
from shared.contract.reporting import DiscardReason, DisownReason
from shared.decider.command import Command
from shared.http.problems import Json

router = APIRouter(tags=["operating"])


class Discard(Command):
    """Settle a record as never to be applied, and say why: in words, and as a code."""

    code: DiscardReason = "other"
    reason: Annotated[str, Field(min_length=1, max_length=500)]


@router.get("/v1/status")
async def show_status(built: Built, _: Watcher) -> Json:
    """The journal, what was read from Kafka, what waits, what disagrees."""
    found = await status(built.pool, built.end_offsets, built.clock())
    rebuild = await rebuild_answer(built.pool)
    return Json(found | {"rebuild": {name: rebuild[name] for name in ("running", "ratio")}})


@router.get("/v1/quarantine")
async def list_quarantine(
    built: Built,
    actor: RecordReader,
    state: Literal["open", "applied", "discarded"] = "open",
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> Json:
    """Records that could not be accepted, oldest first, from the id after `after`: of the unions
    that the token covers; for a producer those it sent itself."""
    scope = scope_of(built, actor)
    rows = await quarantine.listed(built.pool, scope, state=state, after=after, limit=limit)
    following = rows[-1]["id"] if len(rows) == limit else None
    return Json({"records": rows, "next": following})


@router.get("/v1/quarantine/{number:int}")
async def show_quarantined(built: Built, actor: RecordReader, number: int) -> Json:
    """One record with its reason and exact bytes."""
    return Json(quarantine_answer(await quarantine.one(built.pool, number, scope_of(built, actor))))


@router.post("/v1/quarantine/{number:int}/retry")
async def retry_quarantined(built: Built, actor: Settler, number: int) -> Json:
    """Try a record again, with those of its stream that wait behind it."""
    scope = scope_of(built, actor)
    return Json((await settle.retry(built.ingest, number, actor.subject, scope))._asdict())


@router.post("/v1/quarantine/{number:int}/discard")
async def discard_quarantined(built: Built, actor: Settler, number: int, command: Discard) -> Json:
    """Settle a record as never to be applied; it stays listed, with who and why.

    Refuses no-such-record, already-settled; idempotent.
    """
    why = settle.Discarding(command.code, command.reason)
    await settle.discard(built.ingest, number, actor, why, scope_of(built, actor))
    return Json({"id": number, "state": "discarded"})


class Named(Command):
    """Open records, by what is given of them: at least one thing, or `everything`."""

    reason: Annotated[str, Field(max_length=60)] | None = None
    source: Annotated[str, Field(max_length=200)] | None = None
    stream: Annotated[str, Field(max_length=500)] | None = None
    topic: Annotated[str, Field(max_length=250)] | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    everything: bool = False

    @model_validator(mode="after")
    def _name_something(self) -> Self:
        if self.everything == any(each is not None for each in self.of()):
            raise ValueError("name which records: by a filter, or everything")
        return self

    def of(self) -> Filter:
        """What of it is asked of the table."""
        return Filter(self.reason, self.source, self.stream, self.topic, self.since, self.until)


class SettleMany(Command):
    """A page of the records that are named, after the place that the page before told."""

    records: Named
    after: Annotated[tuple[str, str, int, int], Field()] = Place()
    limit: Annotated[int, Field(ge=1, le=500)] = 500


class DiscardMany(SettleMany):
    """Settle records as never to be applied, and say why: in words, and as a code."""

    code: DiscardReason = "other"
    reason: Annotated[str, Field(min_length=1, max_length=500)]


@router.post("/v1/quarantine/retry")
async def retry_many(built: Built, actor: Settler, command: SettleMany) -> Json:
    """Try a page of the records that are named again; `next` is where the next page begins."""
    page = Page(scope_of(built, actor), command.records.of(), Place(*command.after), command.limit)
    return Json(settled_answer(await settle_many.retry_many(built.ingest, actor.subject, page)))


@router.post("/v1/quarantine/discard")
async def discard_many(built: Built, actor: Settler, command: DiscardMany) -> Json:
    """Settle a page of the records that are named as never to be applied, as an event each."""
    page = Page(scope_of(built, actor), command.records.of(), Place(*command.after), command.limit)
    why = settle.Discarding(command.code, command.reason)
    return Json(settled_answer(await settle_many.discard_many(built.ingest, actor, page, why)))


@router.post("/v1/rebuild")
async def start_rebuild(
    built: Built,
    _: Operator,
    accept: Annotated[bool, Query(description="also where it is not what is live")] = False,
) -> Json:
    """Fold the whole journal anew and compare with what is live; swap where it is equal, or is
    accepted. Answers when it is done. Refuses rebuild-running."""
    return Json((await built.rebuild(accept="any" if accept else "equal")).document())


@router.get("/v1/rebuild")
async def show_rebuild(built: Built, _: Watcher) -> Json:
    """How far a running rebuild is (`ratio`), and how the last one ended, whoever ran them."""
    return Json(await rebuild_answer(built.pool))


@router.post("/v1/reconcile")
async def reconcile(built: Built, _: Operator) -> Json:
    """Compare every owner's log with the journal, the journal's rows with its head, and the
    partial sums with their lists, all of them."""
    return Json(reconciled_answer(await built.reconciler.once()))


class Disown(Command):
    """Say that an event of the journal is none of its source's: as a code, and in words."""

    source: Annotated[str, Field(min_length=1, max_length=200)]
    event_id: UUID
    code: DisownReason
    reason: Annotated[str, Field(min_length=1, max_length=500)]


@router.post("/v1/disown")
async def disown_event(built: Built, actor: Operator, command: Disown) -> Json:
    """Have an event that its owner's log does not hold count for nothing, as an event, and apply
    what the owner wrote in its place. Refuses no-such-event, the-owners-event, not-disputed,
    numbers-nothing, owner-silent; idempotent."""
    asked = Disowning(command.source, command.event_id, command.code, command.reason)
    async with owner_client(built.reconciler.owners, built.reconciler.token) as client:
        return Json((await disown(built.ingest, client, actor, asked))._asdict())


async def rebuild_answer(pool: asyncpg.Pool) -> dict[str, Any]:
    """Whether a rebuild runs, how far it is, and the last that ended: its outcome, or its error."""
    newest = await rebuild_states(pool)
    runs = next((each for each in newest if each.running), None)
    last = next((each for each in newest if not each.running), None)
    return {
        "running": runs is not None,
        "ratio": runs.progress if runs else None,
        "started_at": runs.started_at if runs else None,
        "last": last and (last.outcome or {}) | _ended(last),
    }


def _ended(state: RebuildState) -> dict[str, Any]:
    return {
        "started_at": state.started_at,
        "finished_at": state.finished_at,
        "log_index": state.up_to,
        "error": state.error,
    }
