"""Who is asking: bearer tokens (RFC 6750) that are JWTs (RFC 9068), verified with joserfc.

Claims used: `sub`, `exp`, `iss`, `aud`, `roles` (list) and `orgs` (list of unions, or `["*"]`).
Algorithms are fixed here; a token's own header never chooses (RFC 8725 §3.1). Its `typ` says that
it is an access token (RFC 9068 §4): an identity token of the same issuer opens nothing.
"""

import time
from collections import OrderedDict
from typing import NamedTuple

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.contract.envelope import Actor
from shared.errors import NotPermitted, Refusal
from shared.http.issuer_keys import IssuerKeys

ALGORITHMS = ["RS256", "ES256"]
TYPES = ("at+jwt", "application/at+jwt")
LEEWAY_SECONDS = 30
CACHED_TOKENS = 1024
TOKEN_CHARS_MAX = 8192
SUBJECT_CHARS_MAX = 200

ROLES = ("clerk", "approver", "chair", "cashier", "auditor", "operator", "producer")


class Unauthenticated(Refusal):
    """No token, or one that is not acceptable: `detail` says which check failed."""

    status = 401


class _Bearer(NamedTuple):
    """What a verified token says, until when, and the keys (by generation) it was verified with."""

    subject: str
    roles: frozenset[str]
    orgs: frozenset[str]
    ends_at: int
    generation: int


class TokenVerifier:
    """Verifies tokens of one issuer for one audience; keys come from its JWKS document."""

    def __init__(self, jwks_url: str, issuer: str, audience: str, keys: KeySet | None = None):
        self._keys = IssuerKeys(jwks_url, keys)
        self._seen: OrderedDict[str, _Bearer] = OrderedDict()
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def actor(self, authorization: str | None, *allowed: str) -> Actor:
        """The actor of an Authorization header, acting in the first of `allowed` roles it has.

        Raises Unauthenticated (401), NotPermitted `role-missing` (403), NotYet
        `issuer-unreachable` (503).
        """
        bearer = await self._verified(authorization)
        role = next((role for role in allowed if role in bearer.roles), None)
        if role is None:
            raise NotPermitted(
                "role-missing",
                f"this needs one of the roles {', '.join(allowed)};"
                f" the token has {', '.join(sorted(bearer.roles)) or 'none'}",
            )
        return Actor(bearer.subject, role, bearer.roles, bearer.orgs)

    async def subject(self, authorization: str | None) -> str:
        """Whose token it is, whatever its roles. Raises Unauthenticated, NotYet."""
        return (await self._verified(authorization)).subject

    async def _verified(self, authorization: str | None) -> _Bearer:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("no-token", "no bearer token in the Authorization header")
        if len(token) > TOKEN_CHARS_MAX:
            raise Unauthenticated("token-refused", f"a token of {len(token)} characters")
        await self._keys.current()
        seen = self._seen.get(token)
        if seen and seen.ends_at > time.time() and seen.generation == self._keys.generation:
            return seen
        bearer = await self._decode(token)
        self._seen[token] = bearer
        if len(self._seen) > CACHED_TOKENS:
            self._seen.popitem(last=False)
        return bearer

    async def _decode(self, token: str) -> _Bearer:
        try:
            keys = await self._keys.having(_key_named(token))
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            self._claims.validate(decoded.claims)
            said = decoded.claims
            return _Bearer(
                _subject(said["sub"]),
                _names("roles", said.get("roles", [])),
                _names("orgs", said.get("orgs", [])),
                int(said["exp"]),
                self._keys.generation,
            )
        except (JoseError, ValueError, TypeError) as why:  # of a header that joserfc does not check
            raise Unauthenticated("token-refused", f"the token is not acceptable: {why}") from why


def _key_named(token: str) -> str | None:
    """The key a token names in its header. Raises JoseError, ValueError for no access token."""
    header = jws.extract_compact(token.encode()).protected
    if not isinstance(header, dict):
        raise ValueError("its header is no JSON object")
    typ, kid = header.get("typ"), header.get("kid")
    if not isinstance(typ, str) or typ.lower() not in TYPES:
        raise ValueError(f"its typ is {typ!r}, not {TYPES[0]}")
    return kid if isinstance(kid, str) else None


def _names(claim: str, said: object) -> frozenset[str]:
    """A claim that is a list of texts. A text alone would be read as its letters: `"a*"` as `*`."""
    if not isinstance(said, list) or not all(isinstance(name, str) for name in said):
        raise ValueError(f"its {claim} is not a list of texts")
    return frozenset(said)


def _subject(subject: object) -> str:
    """It becomes the actor of events: a record's header must be able to carry it."""
    if not isinstance(subject, str) or not subject.isprintable():
        raise ValueError("its sub is not a printable text")
    if not 0 < len(subject) <= SUBJECT_CHARS_MAX:
        raise ValueError(f"its sub has {len(subject)} characters, at most {SUBJECT_CHARS_MAX}")
    return subject
