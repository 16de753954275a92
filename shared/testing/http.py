"""A context service in this process: real PostgreSQL, real routes and tokens, no socket, no Kafka.

    async with in_process(parts, dsn) as service:
        answer = await service.command("admit-members", {...}, role="clerk")

Tokens are signed by a key made when this module is imported; no server accepts them but this one.
"""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from shared.clock import Clock, SimulatedClock
from shared.contract.catalogue import source_of
from shared.contract.envelope import DomainEvent, Envelope
from shared.eventstore.database import open_pool
from shared.eventstore.event_ids import uuid7
from shared.eventstore.migrations import migrate
from shared.eventstore.store import EventStore
from shared.http.auth import TokenVerifier
from shared.kafka.access import KafkaAccess
from shared.relay.relay import Relay
from shared.service.context import Parts, context_app

ISSUER = "https://issuer.test"
AUDIENCE = "guildhall"
TEST_ORG = "tjtc"
"""The union of the tests: 天津交通职业学院工会."""

END_OF_2022 = datetime(2022, 12, 15, tzinfo=UTC)
"""The day of the annual report: everything it counts has happened by then."""

TEST_KEY = ECKey.generate_key("P-256", {"kid": "test", "alg": "ES256"})


def token(
    *roles: str, orgs: tuple[str, ...] = (TEST_ORG,), subject: str = "", **claims: Any
) -> str:
    """A signed token of `subject` (by default named after its first role); `claims` override."""
    body = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": int(time.time()) + 3600,
        "sub": subject or f"{roles[0] if roles else 'nobody'}-1",
        "roles": list(roles),
        "orgs": list(orgs),
        **claims,
    }
    return jwt.encode({"alg": "ES256", "kid": "test", "typ": "at+jwt"}, body, TEST_KEY)


def token_verifier() -> TokenVerifier:
    """A verifier that accepts what `token` signs."""
    return TokenVerifier("", ISSUER, AUDIENCE, keys=KeySet([TEST_KEY]))


def recorded(
    event: DomainEvent, stream: str, version: int, *, simulated: bool | None = None
) -> Envelope:
    """The envelope of a fact of another context, as a reaction receives it: of a simulated clock,
    unless the event or `simulated` says otherwise."""
    return Envelope(
        event_id=uuid7(),
        source=source_of(event.CONTEXT),
        type=event.type_name(),
        stream=stream,
        stream_version=version,
        org_id=event.org_id,
        recorded_at=END_OF_2022,
        actor="clerk-1",
        role="clerk",
        correlation_id="test",
        causation_id="",
        simulated=getattr(event, "simulated", True) if simulated is None else simulated,
        epoch=1,
        data=event.model_dump_json(exclude_none=True).encode(),
    )


class InProcess:
    """One service: `command` and `get` speak to it over HTTP, `events` and `hear` by its store."""

    def __init__(self, parts: Parts, store: EventStore, client: httpx.AsyncClient) -> None:
        self.parts, self.store, self.client = parts, store, client

    async def command(
        self,
        name: str,
        body: Mapping[str, Any],
        *,
        role: str = "clerk",
        org: str = TEST_ORG,
        subject: str = "",
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """POST a command as a person in `role`, under a fresh idempotency key unless `key`."""
        given = {
            "Authorization": f"Bearer {token(role, subject=subject, orgs=(org,))}",
            "Idempotency-Key": key or str(uuid4()),
            **(headers or {}),
        }
        return await self.client.post(f"/v1/{org}/{name}", json=body, headers=given)

    async def get(
        self,
        path: str,
        *,
        role: str = "clerk",
        org: str = TEST_ORG,
        subject: str = "",
        **query: Any,
    ) -> httpx.Response:
        """GET `/v1/<org>/<path>` as a person in `role`."""
        bearer = {"Authorization": f"Bearer {token(role, subject=subject, orgs=(org,))}"}
        return await self.client.get(f"/v1/{org}/{path}", params=query, headers=bearer)

    async def hear(self, stream: str, *events: DomainEvent, after: int = 0) -> None:
        """Another context said this, in one stream, from version `after` + 1 on: react to it."""
        for version, event in enumerate(events, start=after + 1):
            reaction = self.parts.reactions[event.CONTEXT].get(type(event))
            if reaction is not None:
                statement = reaction(event, recorded(event, stream, version))
                await self.store.pool.executemany(statement.sql, statement.rows)

    async def events(self, stream_prefix: str = "") -> list[DomainEvent]:
        """Every event in the store whose stream begins so, by stream and version."""
        rows = await self.store.pool.fetch(
            "SELECT DISTINCT stream FROM events WHERE starts_with(stream, $1) ORDER BY stream",
            stream_prefix,
        )
        loaded = await self.store.load_many([row["stream"] for row in rows])
        return [event for stream in loaded.values() for event in stream.events]

    async def event_count(self) -> int:
        """How many events the store holds: unchanged by a refusal."""
        return int(await self.store.pool.fetchval("SELECT count(*) FROM events"))


@asynccontextmanager
async def in_process(
    parts: Parts, dsn: str, clock: Clock | None = None
) -> AsyncIterator[InProcess]:
    """Build one context on an empty database, on a clock simulated at END_OF_2022 by default."""
    pool = await open_pool(dsn, size=5)
    try:
        await migrate(pool, "shared.eventstore", f"services.{parts.name}")
        store = EventStore(pool, clock or SimulatedClock(END_OF_2022), source_of(parts.name))
        # The relay is built for the owner routes and never run: these tests have no Kafka.
        relay = Relay(pool, parts.name, KafkaAccess(""), poll_seconds=1.0, batch=100)
        app = context_app(parts, token_verifier(), store, relay)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            yield InProcess(parts, store, client)
    finally:
        await pool.close()
