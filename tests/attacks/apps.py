"""Every app with HTTP routes, in this process, on databases with facts that decisions reach."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, NamedTuple

import asyncpg
import httpx
from fastapi import FastAPI

from services.benefits.__main__ import PARTS as BENEFITS
from services.events.__main__ import PARTS as EVENTS
from services.members.__main__ import parts as members
from services.reporting.api import reporting_app
from services.reporting.api.access import Reporting
from services.reporting.ingest.apply import Ingest
from services.reporting.rebuild.coordinator import rebuild
from services.reporting.reconciliation.reconciler import Reconciler
from shared.clock import SimulatedClock, system_clock
from shared.contract.catalogue import source_of
from shared.eventstore.database import open_pool
from shared.eventstore.store import EventStore
from shared.http.app import build_app
from shared.http.guard import guard
from shared.relay.relay import Relay
from shared.service.context import Parts, add_owner_routes, context_app
from shared.testing.http import END_OF_2022, TEST_ORG, InProcess, token, token_verifier
from tests.benefits.requests import ANN, BO, CORRECTIONS, WITHDRAW_CLAIM
from tests.benefits.requests import BODIES as BENEFITS_BODIES
from tests.databases import NewDatabase
from tests.events.requests import BODIES as EVENTS_BODIES
from tests.events.requests import CANCEL
from tests.examples.members import member_joined, organisation_registered, staff_registered
from tests.members.requests import admissions, staff
from tests.reporting.conftest import live_projections
from tests.reporting.history import with_canteen
from tests.tidy.tree import ROOT

PARTS: dict[str, Parts] = {
    "members": members("0f" * 32),
    "benefits": BENEFITS,
    "events": EVENTS,
}
NAMES = (*PARTS, "reporting", "worker")
EVERY_ROLE = ("clerk", "approver", "chair", "cashier", "auditor", "operator", "producer")

UNION = {
    "name": "天津交通职业学院工会", "kind": "grassroots", "parent_org_id": "jt-group",
    "simulated": True, "registered_on": "2002-05-01",
}  # fmt: skip
_YEAR = {"period_from": "2022-01-01", "period_to": "2022-12-31"}
_WAIVER = {"finding_id": "wel-06-1", "reason": "accepted_risk", "ends_on": "2026-12-31"}
_PERSON = {"person_id": "p-test0001"}
_DAY = "2022-06-30"

RULES = ROOT / "services" / "reporting" / "rules" / "values"
BODIES: dict[str, dict[str, Any]] = {
    "register-organisation": UNION,
    "correct-organisation": {
        "name": "工会", "kind": "group", "reason": "other", "corrected_on": _DAY,
    },
    "declare-staff-count": {"staff": 9, "women_staff": 5, "declared_on": _DAY},
    "register-staff": staff(3),
    "record-staff-left": {"people": [{**_PERSON, "left_on": _DAY, "reason": "resigned"}]},
    "admit-members": admissions(1, 2, 3),
    "transfer-out-member": {**_PERSON, "to_org": "other", "transferred_on": _DAY},
    "record-member-left": {**_PERSON, "left_on": _DAY, "reason": "resigned"},
    "record-member-retired": {**_PERSON, "retired_on": _DAY, "membership_retained": True},
    "record-member-died": {**_PERSON, "died_on": _DAY},
    "declare-dependant": {**_PERSON, "name": "王小", "relation": "child", "declared_on": _DAY},
    "start-affiliation-transfer": {
        "from_parent": "jt-group", "to_parent": "city", "members_due": 3, "started_on": _DAY,
    },
    "record-handover-prepared": {"to_parent": "city", "prepared": 2, "prepared_on": _DAY},
    "complete-affiliation-transfer": {"to_parent": "city", "completed_on": _DAY},
    **{name: body for name, (_, body) in BENEFITS_BODIES.items()},
    "reject-claim": {"claim_id": "care-1", "reason": "too_late", "rejected_on": _DAY},
    "withdraw-claim": WITHDRAW_CLAIM[1],
    **{name: body for name, (_, body) in CORRECTIONS.items()},
    "change-department": {
        "people": [{**_PERSON, "department": "财务处", "changed_on": _DAY}], "reason": "moved",
    },
    "change-member": {
        **_PERSON, "gender": "male", "birth_month": 1, "reason": "other", "changed_on": _DAY,
    },
    "merge-members": {
        **_PERSON, "kept_person_id": "p-test0002", "reason": "other", "merged_on": _DAY,
    },
    "unmerge-members": {**_PERSON, "reason": "other", "unmerged_on": _DAY},
    **EVENTS_BODIES,
    "cancel-activity": CANCEL,
    "lookup": {"employee_nos": ["A-0001"], "purpose": "sign_off_sheet"},
    "names": {"person_ids": ["p-test0001"], "purpose": "sign_off_sheet"},
    "republish": {"shard": 1, "first": 1, "last": 2},
    "digests": {"ranges": [{"shard": 1, "first": 1, "last": 2}]},
    "requeue": {"event_ids": ["017e7624-cbb0-7e08-be4c-2ece180b01e3"]},
    "discard": {"reason": "不是事件", "code": "other"},
    "copies/digests": {
        "source": "/guildhall/members", "ranges": [{"shard": 1, "first": 1, "last": 2}],
    },
    "copies/events": {
        "source": "/guildhall/members", "event_ids": ["017e7624-cbb0-7e08-be4c-2ece180b01e3"],
    },
    "documents": {**_PERSON, "content": "JVBERi0xLjcK"},
    "documents/read": {**_PERSON, "sha256": "0" * 64, "purpose": "claim_handling"},
    "people/masks": {"person_ids": ["p-test0001"]},
    "copies/refill": {"source": "/guildhall/members", "why": "人手改过"},
    "copies/discard": {"record_id": 1, "why": "不是事件"},
    "quarantine/discard": {"records": {"topic": "x"}, "reason": "不是事件", "code": "other"},
    "quarantine/retry": {"records": {"topic": "x"}},
    "disown": {
        "source": "/guildhall/benefits", "event_id": "017e7624-cbb0-7e08-be4c-2ece180b01e3",
        "code": "forged", "reason": "不在其日志中",
    },
    "issue-report": {**_YEAR, "formats": ["md"]},
    "supersede-report": {"report_id": "2022-12-31", "reason": "other", "formats": ["md"]},
    "write-narrative": {**_YEAR, "section": "welfare", "paragraphs": ["一段话。"]},
    "approve-narrative": {"narrative_id": "annual-2022", "text_sha256": "0" * 64},
    "withdraw-narrative": {"narrative_id": "annual-2022"},
    "explain-finding": {"finding_id": "wel-06-1", "words": "见附件"},
    "propose-waiver": {**_WAIVER, "words": "次月重新签发"},
    "approve-waiver": _WAIVER,
    "revoke-waiver": {"finding_id": "wel-06-1", "reason": "declined"},
    "what-if": {"values": (RULES / "wel-04.yaml").read_text(encoding="utf-8")},
}  # fmt: skip
"""An acceptable body of every route that takes one, by the last part of its path, or the last
two."""


def body_of(path: str) -> dict[str, Any] | None:
    """An acceptable body of a route; None where it takes none."""
    *_, before, last = path.split("/")
    return BODIES.get(f"{before}/{last}") or BODIES.get(last)


class _Relay(Relay):
    """There is no Kafka here."""

    async def republish(self, shards: Iterable[int], first: int, last: int) -> int:
        return 0


class App(NamedTuple):
    """One app, asked in this process; `pool` is what it reads and writes, `dsn` its database."""

    name: str
    app: FastAPI
    client: httpx.AsyncClient
    pool: asyncpg.Pool
    dsn: str

    def routes(self) -> list[tuple[str, str]]:
        """Method and path template of every route that its OpenAPI document has."""
        paths = self.app.openapi()["paths"]
        return [(verb.upper(), path) for path, verbs in paths.items() for verb in verbs]


def bearer(orgs: Sequence[str] = ("*",)) -> dict[str, str]:
    """The header of somebody who may everything, so that nothing is refused for their role."""
    return {"Authorization": f"Bearer {token(*EVERY_ROLE, orgs=tuple(orgs), subject='all-1')}"}


@asynccontextmanager
async def running(
    name: str, new_database: NewDatabase, *, through: Mapping[str, str] = {}
) -> AsyncIterator[App]:
    """One of NAMES on a database of its own, with what `_said` says; `through` replaces a DSN's
    host and port, for a proxy in between."""
    context = "reporting" if name in ("reporting", "worker") else name
    prepare = live_projections if context == "reporting" else None
    dsn = await new_database("shared.eventstore", f"services.{context}", prepare=prepare)
    async with AsyncExitStack() as stack:
        pool = await open_pool(_through(dsn, through), size=4)
        stack.push_async_callback(_close, pool)
        store = EventStore(pool, SimulatedClock(END_OF_2022), source_of(context))
        relay = _Relay(pool, context, "127.0.0.1:9", poll_seconds=1.0, batch=100)
        if name == "reporting":
            app = reporting_app(_reporting(pool, _through(dsn, through)))
        elif name == "worker":
            app = build_app("reporting-worker", {}, _ready, token_verifier())
            add_owner_routes(app, store, relay)
            guard(app, token_verifier())
        else:
            app = context_app(PARTS[name], token_verifier(), store, relay)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://service", headers=bearer())
        )
        if name in PARTS:
            await _said(InProcess(PARTS[name], store, client))
        yield App(name, app, client, pool, dsn)


async def _said(service: InProcess) -> None:
    """A union and two people, heard of members by the others."""
    if service.parts.name == "members":
        for name, body in (
            ("register-organisation", UNION),
            ("register-staff", staff(3)),
            ("admit-members", admissions(2, 3)),
        ):
            role = "operator" if name == "register-organisation" else "clerk"
            assert (await service.command(name, body, role=role)).status_code == 201
        return
    await service.hear(f"{TEST_ORG}/organisation", organisation_registered(simulated=True))
    for person in (ANN, BO):
        said = [staff_registered(person_id=person), member_joined(person_id=person)]
        await service.hear(f"{TEST_ORG}/person-{person}", *said)


def _reporting(pool: asyncpg.Pool, dsn: str) -> Reporting:
    async def ends(_: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], int]:
        return {}

    async def a_token() -> str:
        return "a token"

    ingest = Ingest(pool, with_canteen(), system_clock, allow_simulated=True, quarantine_limit=50)
    reconciler = Reconciler(pool, {"benefits": "http://127.0.0.1:9"}, a_token)
    return Reporting(
        pool, token_verifier(), ingest, reconciler, ends, system_clock, partial(rebuild, dsn)
    )


async def _ready() -> dict[str, str]:
    return {}


async def _close(pool: asyncpg.Pool) -> None:
    pool.terminate()


def _through(dsn: str, replaced: Mapping[str, str]) -> str:
    for address, proxy in replaced.items():
        dsn = dsn.replace(address, proxy)
    return dsn
