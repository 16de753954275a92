"""What an idempotency key was answered: a reply or a refusal, once, for ever (ADR 0006).

The row is written in the transaction of the events (shared/eventstore/store.py), or alone for a
refusal; the primary key decides between two attempts of one command, wherever each of them hangs.
"""

from typing import Any

import asyncpg
import orjson

from shared.errors import Invalid, Refusal, SaidBefore
from shared.eventstore.request import Reply, Request

SETTLE = """
INSERT INTO idempotency (client, key, body_hash, status, reply) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING true
"""

REFUSED_FROM = 400
"""From this HTTP status on, what a key was answered is a refusal."""


async def save_refusal(pool: asyncpg.Pool, request: Request, refusal: Refusal) -> Reply | None:
    """Settle the request's key with `refusal`, durably, so that no earlier attempt of the same
    command can still commit; or return the reply that is there already.

    Waits for an attempt that is just committing. Raises as `saved_reply` does.
    """
    if request.key is None:
        return None
    said = {
        "code": refusal.code,
        "detail": refusal.detail,
        "errors": refusal.errors,
        "facts": refusal.facts,
    }
    settled = await pool.fetchval(
        SETTLE,
        request.actor.subject,
        request.key,
        request.body_hash,
        refusal.status,
        orjson.dumps(said, default=str),
    )
    return None if settled else await saved_reply(pool, request)


async def saved_reply(pool: asyncpg.Pool, request: Request) -> Reply | None:
    """The reply saved under the request's key, or None.

    Raises Invalid `idempotency-key-reused` when the key was used with another body
    (draft-ietf-httpapi-idempotency-key-header-07 §2.7), SaidBefore where it was refused.
    """
    if request.key is None:
        return None
    row = await pool.fetchrow(
        "SELECT body_hash, status, reply FROM idempotency WHERE client = $1 AND key = $2",
        request.actor.subject,
        request.key,
    )
    if row is None:
        return None
    if row["body_hash"] != request.body_hash:
        raise Invalid(
            "idempotency-key-reused",
            f"Idempotency-Key {request.key!r} was used before with another body",
        )
    saved = orjson.loads(row["reply"])
    if row["status"] >= REFUSED_FROM:
        raise SaidBefore(row["status"], saved)
    return Reply(row["status"], saved["body"], replayed=True, position=saved["position"])


def as_saved(request: Request, reply: Reply) -> tuple[Any, ...]:
    """The row of `idempotency` that keeps a reply."""
    body = orjson.dumps({"body": reply.body, "position": reply.position})
    return (request.actor.subject, request.key, request.body_hash, reply.status, body)
