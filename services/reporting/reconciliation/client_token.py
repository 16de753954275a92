"""Reporting's own token, from the identity provider's client-credentials grant (RFC 6749 §4.4)."""

import asyncio
import time

import httpx

from shared.errors import Refusal
from shared.health import reason_of

RENEW_BEFORE_SECONDS = 60.0
ANSWER_SECONDS = 5.0


class ClientToken:
    """A token that is fetched when first asked for and renewed before it ends."""

    def __init__(self, token_url: str, client_id: str, client_secret: str) -> None:
        self._token_url, self._client_id, self._secret = token_url, client_id, client_secret
        self._token, self._ends_at = "", 0.0

    async def __call__(self, refused: str | None = None) -> str:
        """The token; another than the one just `refused`, whose key was withdrawn, say.

        Raises Refusal `issuer-unreachable` where none can be had.
        """
        if self._token != refused and time.monotonic() < self._ends_at - RENEW_BEFORE_SECONDS:
            return self._token
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._secret,
        }
        try:
            async with (
                asyncio.timeout(ANSWER_SECONDS),
                httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client,
            ):
                answer = (await client.post(self._token_url, data=form)).raise_for_status().json()
        except (httpx.HTTPError, TimeoutError, ValueError) as why:
            said = f"no token from {self._token_url}: {reason_of(why)}"
            raise Refusal("issuer-unreachable", said) from why
        self._token = str(answer["access_token"])
        self._ends_at = time.monotonic() + float(answer.get("expires_in", 300))
        return self._token
