"""Authorization codes with PKCE (RFC 6749 §4.1, RFC 7636 S256): made when a person is picked, spent
once, at the client and the address they were made for."""

import base64
import hashlib
import secrets
import time
from typing import NamedTuple

CODE_SECONDS = 60.0
CODES_MAX = 1000
"""Codes that wait; the oldest is forgotten."""


class Asked(NamedTuple):
    """What a browser was sent here with: the client, where the code goes, and what binds it."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str


class Codes:
    """The codes that were given and not spent, in this process alone."""

    def __init__(self) -> None:
        self._given: dict[str, tuple[float, Asked, str]] = {}

    def give(self, asked: Asked, person: str) -> str:
        """A code for `person`, who was picked just now."""
        code = secrets.token_urlsafe(32)
        self._given[code] = (time.monotonic() + CODE_SECONDS, asked, person)
        while len(self._given) > CODES_MAX:
            del self._given[next(iter(self._given))]
        return code

    def spend(self, code: str, client: str, redirect_uri: str, verifier: str) -> tuple[Asked, str]:
        """What the code was given for, and the person. It is spent, whatever comes of it.

        Raises ValueError, in words, where it is unknown, too old, or of somebody else.
        """
        ends_at, asked, person = self._given.pop(code, (0.0, None, ""))
        if asked is None or ends_at < time.monotonic():
            raise ValueError("the code is unknown, spent or older than a minute")
        if (asked.client_id, asked.redirect_uri) != (client, redirect_uri):
            raise ValueError("the code was given to another client or address")
        if not secrets.compare_digest(challenge_of(verifier), asked.code_challenge):
            raise ValueError("the code_verifier is not the one of the code_challenge")
        return asked, person


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
