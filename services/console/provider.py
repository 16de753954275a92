"""The OpenID Connect provider: discovery, authorization code with PKCE, tokens looked at.

What a browser brings back is believed only if it answers a question of this console (state), was
exchanged with our secret and verifier, and names who signed in by a signed token for us (nonce).
"""

import asyncio
import base64
import hashlib
import secrets
import time
from functools import cache
from ssl import SSLContext
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError

from services.console.session import SIGN_IN_SECONDS, Session, SigningIn
from shared.contract.envelope import Actor
from shared.http.auth import ALGORITHMS, LEEWAY_SECONDS, ROLES, TokenVerifier
from shared.http.issuer_keys import IssuerKeys

ANSWER_SECONDS = 10.0
DISCOVERED_SECONDS = 300.0
ASKED_AT_ONCE = 8
"""Questions to the provider at once: anybody can come back from it with a code that is none."""
AGAIN_SECONDS = 2.0
"""From one discovery that failed to the next, whoever wants to sign in meanwhile."""


class SignInFailed(Exception):
    """The provider did not say who signed in, or it cannot be believed; `code` names the step."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


class Provider:
    """One provider, and this console as its client. `reached_at` is where this process reaches it,
    where that is another address than the issuer's own, which browsers are sent to."""

    def __init__(
        self,
        issuer: str,
        keys: IssuerKeys,
        tokens: TokenVerifier,
        *,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        scope: str = "openid",
        reached_at: str | None = None,
    ) -> None:
        self._reached_at = (reached_at or issuer).rstrip("/")
        self._issuer, self._keys, self._tokens = issuer, keys, tokens
        self._client_id, self._client_secret = client_id, client_secret
        self._redirect_uri, self._scope = redirect_uri, scope
        self._found: tuple[float, dict[str, Any]] = (0.0, {})
        self._discovering, self._failed = asyncio.Lock(), (float("-inf"), "")
        self._places = asyncio.Semaphore(ASKED_AT_ONCE)
        self._id_claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True},
        )

    def begin(self, following: str) -> SigningIn:
        """A sign-in that leads to the page `following`."""
        ends_at = int(time.time()) + SIGN_IN_SECONDS
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return SigningIn(state, nonce, verifier, following, ends_at)

    async def address(self, signing_in: SigningIn) -> str:
        """Where the browser is sent to sign in. Raises SignInFailed."""
        digest = hashlib.sha256(signing_in.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": self._scope,
            "state": signing_in.state,
            "nonce": signing_in.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        endpoint = await self._endpoint("authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def session(self, signing_in: SigningIn, state: str, code: str) -> Session:
        """The session of who signed in. Raises SignInFailed, NotYet."""
        if not secrets.compare_digest(state.encode(), signing_in.state.encode()):
            raise SignInFailed("state-differs", "the answer is to another question")
        if not code:
            raise SignInFailed("code-refused", "the answer has no code")
        granted = await self._exchanged(code, signing_in.verifier)
        subject = await self._subject(str(granted.get("id_token", "")), signing_in.nonce)
        token = str(granted.get("access_token", ""))
        actor: Actor = await self._tokens.actor(f"Bearer {token}", *ROLES)
        if actor.subject != subject:
            raise SignInFailed("subject-differs", "the two tokens name two people")
        seconds = granted.get("expires_in")
        return Session(
            token=token,
            subject=subject,
            roles=tuple(sorted(actor.roles)),
            orgs=tuple(sorted(actor.orgs)),
            ends_at=int(time.time()) + (seconds if isinstance(seconds, int) else 300),
            csrf=secrets.token_urlsafe(24),
        )

    async def _exchanged(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        endpoint = self._from_here(await self._endpoint("token_endpoint"))
        answer = await self._ask("POST", endpoint, form)
        if not answer.is_success:
            raise SignInFailed("code-refused", answer.text[:200])
        return _object(answer)

    async def _subject(self, token: str, nonce: str) -> str:
        """Whom an ID token names (OpenID Connect Core §3.1.3.7)."""
        try:
            keys = await self._keys.current()
            claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            self._id_claims.validate(claims)
        except (JoseError, ValueError, TypeError) as why:
            raise SignInFailed("id-token-refused", str(why)) from why
        if not secrets.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise SignInFailed("id-token-refused", "its nonce is another")
        return str(claims["sub"])

    async def _endpoint(self, name: str) -> str:
        async with self._discovering:
            found = await self._discovered()
        endpoint = found.get(name)
        if not isinstance(endpoint, str) or not endpoint.startswith(("https://", "http://")):
            raise SignInFailed("discovery-failed", f"the provider names no {name}")
        return endpoint

    def _from_here(self, address: str) -> str:
        """An address of the provider as this process reaches it; browsers have the issuer's."""
        within = address.removeprefix(self._issuer.rstrip("/"))
        return f"{self._reached_at}{within}" if within.startswith("/") else address

    async def _discovered(self) -> dict[str, Any]:
        """What the provider says of itself: asked by one, however many wait for it."""
        found_at, found = self._found
        if found and time.monotonic() - found_at <= DISCOVERED_SECONDS:
            return found
        failed_at, why = self._failed
        if time.monotonic() - failed_at < AGAIN_SECONDS:
            raise SignInFailed("provider-silent", why)
        at = f"{self._reached_at}/.well-known/openid-configuration"
        try:
            answer = await self._ask("GET", at)
        except SignInFailed as failure:
            self._failed = (time.monotonic(), failure.detail)
            raise
        found = _object(answer) if answer.is_success else {}
        if found.get("issuer") != self._issuer:
            raise SignInFailed("discovery-failed", f"{at} does not describe {self._issuer}")
        self._found = (time.monotonic(), found)
        return found

    async def _ask(
        self, method: str, url: str, form: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise SignInFailed("provider-busy", "too many sign in at once") from None
        try:
            async with httpx.AsyncClient(
                trust_env=False, timeout=ANSWER_SECONDS, verify=_trusted()
            ) as client:
                return await client.request(method, url, data=form)
        except httpx.HTTPError as why:
            raise SignInFailed("provider-silent", str(why) or type(why).__name__) from why
        finally:
            self._places.release()


@cache
def _trusted() -> SSLContext:
    """Whose certificates are believed: reading them takes 30 ms, so once."""
    return httpx.create_ssl_context(trust_env=False)


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}
