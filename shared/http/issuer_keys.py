"""The keys an issuer signs with, as its JWKS document (RFC 7517) names them now.

A key the issuer has withdrawn is dead within FRESH_SECONDS. A key it has added is asked for when a
token names it, at most once in ASK_AGAIN_SECONDS, whoever sends such tokens. While the issuer does
not answer, the keys it named last are believed for STALE_SECONDS more (ADR 0014).
"""

import asyncio
import time

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, KeySet, RSAKey

from shared.errors import NotYet

REFRESH_SECONDS = 30.0
"""After so long one request asks the issuer again; the others go on with the keys at hand."""

FRESH_SECONDS = 60.0
"""No key older than this is believed while the issuer answers."""

STALE_SECONDS = 600.0
"""How long the last keys are believed while it does not."""

ASK_AGAIN_SECONDS = 5.0
"""From one question of a key that is not there to the next."""

RETRY_SECONDS = 1.0
"""From one question that was not answered to the next."""

FETCH_SECONDS_MAX = 2.0
BYTES_MAX = 1_000_000

log = structlog.get_logger("http")


class IssuerKeys:
    """The keys of one JWKS document; `generation` changes with them, `fixed` ones never do."""

    def __init__(self, jwks_url: str, fixed: KeySet | None = None) -> None:
        self.jwks_url, self.generation = jwks_url, 0
        self._keys, self._fixed = fixed, fixed is not None
        self._fetched_at = self._asked_at = float("-inf")
        self._asking = asyncio.Lock()
        self._failing, self._failure = False, "it was not asked yet"

    async def current(self) -> KeySet:
        """The keys to believe now. Raises NotYet `issuer-unreachable`."""
        if self._fixed and self._keys is not None:
            return self._keys
        age = time.monotonic() - self._fetched_at
        # Who cannot do without the answer waits for it; where there was none before, nobody does.
        waits = not self._asking.locked() or (age >= FRESH_SECONDS and not self._failing)
        if age >= REFRESH_SECONDS and waits:
            await self._ask(older_than=REFRESH_SECONDS)
        return self._believed()

    async def having(self, kid: str | None) -> KeySet:
        """The keys, asked for again where `kid` is not among them. Raises as `current`."""
        keys = await self.current()
        if self._fixed or kid is None or any(key.kid == kid for key in keys):
            return keys
        await self._ask(older_than=ASK_AGAIN_SECONDS)
        return self._believed()

    def _believed(self) -> KeySet:
        if self._keys is None or time.monotonic() - self._fetched_at >= STALE_SECONDS:
            raise NotYet("issuer-unreachable", f"no keys from {self.jwks_url}: {self._failure}")
        return self._keys

    async def _ask(self, older_than: float) -> None:
        """Fetch keys that are `older_than` so many seconds, unless the issuer was just asked."""
        async with self._asking:
            now = time.monotonic()
            again = RETRY_SECONDS if self._failing else 0.0
            if now - self._fetched_at < older_than or now - self._asked_at < again:
                return
            self._asked_at = now
            try:
                found = await self._fetched()
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as why:
                self._failing, self._failure = True, f"{type(why).__name__} {why}".strip()
                log.warning("no keys from the issuer", url=self.jwks_url, error=self._failure)
                return
            self._failing, self._fetched_at = False, time.monotonic()
            if self._keys is None or found.as_dict() != self._keys.as_dict():
                self._keys, self.generation = found, self.generation + 1

    async def _fetched(self) -> KeySet:
        async with (
            asyncio.timeout(FETCH_SECONDS_MAX),
            httpx.AsyncClient(timeout=FETCH_SECONDS_MAX, trust_env=False) as client,
        ):
            answer = (await client.get(self.jwks_url)).raise_for_status()
        if len(answer.content) > BYTES_MAX:
            raise ValueError(f"its document has {len(answer.content)} bytes")
        return KeySet([key for named in answer.json()["keys"] if (key := _signing_key(named))])


def _signing_key(named: object) -> RSAKey | ECKey | None:
    """A key that may sign tokens; None for another: it does no harm to those beside it."""
    try:
        if not isinstance(named, dict) or named.get("use", "sig") != "sig":
            return None
        key = JWKRegistry.import_key(named)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, RSAKey | ECKey) else None
