"""Who is asking: bearer tokens (RFC 6750) that are JWTs (RFC 9068), verified with joserfc.

Claims used: `sub`, `exp`, `iss`, `aud`, `roles` (list) and `orgs` (list of unions, or `["*"]`).
Algorithms are fixed here; a token's own header never chooses (RFC 8725 §3.1).
"""

import asyncio
import time
from collections import OrderedDict
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.contract.envelope import Actor
from shared.errors import NotPermitted, NotYet, Refusal

ALGORITHMS = ["RS256", "ES256"]
LEEWAY_SECONDS = 30
REFETCH_SECONDS = 60.0
CACHED_TOKENS = 1024
SUBJECT_CHARS_MAX = 200
ROLES = ("clerk", "approver", "chair", "cashier", "auditor", "operator", "producer")


class Unauthenticated(Refusal):
    """No token, or one that is not acceptable: `detail` says which check failed."""

    status = 401


class TokenVerifier:
    """Verifies tokens of one issuer for one audience; keys come from its JWKS document."""

    def __init__(self, jwks_url: str, issuer: str, audience: str, keys: KeySet | None = None):
        self._jwks_url = jwks_url
        self._keys = keys
        self._fetched_at = 0.0
        self._fetching = asyncio.Lock()
        self._seen: OrderedDict[str, tuple[float, dict[str, Any]]] = OrderedDict()
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def actor(self, authorization: str | None, *allowed: str) -> Actor:
        """The actor of an Authorization header, acting in the first of `allowed` roles it has.

        Raises Unauthenticated (401) or NotPermitted `role-missing` (403).
        """
        claims = await self._verified(authorization)
        roles = frozenset(claims.get("roles", ()))
        role = next((role for role in allowed if role in roles), None)
        if role is None:
            raise NotPermitted(
                "role-missing",
                f"this needs one of the roles {', '.join(allowed)};"
                f" the token has {', '.join(sorted(roles)) or 'none'}",
            )
        return Actor(claims["sub"], role, roles, frozenset(claims.get("orgs", ())))

    async def _verified(self, authorization: str | None) -> dict[str, Any]:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("no-token", "no bearer token in the Authorization header")
        cached = self._seen.get(token)
        if cached and cached[0] > time.time():
            return cached[1]
        claims = await self._decode(token)
        self._seen[token] = (float(claims["exp"]), claims)
        if len(self._seen) > CACHED_TOKENS:
            self._seen.popitem(last=False)
        return claims

    async def _decode(self, token: str) -> dict[str, Any]:
        keys = self._keys or await self._fetch()
        try:
            try:
                decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                # A key the issuer added since: fetch again, at most once a minute.
                if time.monotonic() - self._fetched_at < REFETCH_SECONDS:
                    raise
                decoded = jwt.decode(token, await self._fetch(), algorithms=ALGORITHMS)
            self._claims.validate(decoded.claims)
            _check_subject(decoded.claims["sub"])
        except (JoseError, ValueError) as why:
            raise Unauthenticated("token-refused", f"the token is not acceptable: {why}") from why
        return decoded.claims

    async def _fetch(self) -> KeySet:
        async with self._fetching:
            if self._keys is None or time.monotonic() - self._fetched_at >= REFETCH_SECONDS:
                try:
                    async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
                        answer = (await client.get(self._jwks_url)).raise_for_status()
                except httpx.HTTPError as why:
                    raise NotYet(
                        "issuer-unreachable", f"no keys from {self._jwks_url}: {why}"
                    ) from why
                self._keys, self._fetched_at = (
                    KeySet.import_key_set(answer.json()),
                    time.monotonic(),
                )
            return self._keys


def _check_subject(subject: object) -> None:
    """It becomes the actor of events: a record's header must be able to carry it."""
    if not isinstance(subject, str) or not subject.isprintable():
        raise ValueError("its sub is not a printable text")
    if not 0 < len(subject) <= SUBJECT_CHARS_MAX:
        raise ValueError(f"its sub has {len(subject)} characters, at most {SUBJECT_CHARS_MAX}")
