"""Signs tokens (RFC 9068) with one RS256 key, made at first start and kept in its directory."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from shared.eventstore.event_ids import uuid7
from shared.service.private_files import check_private, write_private

ALGORITHM = "RS256"
KEY_BITS = 2048
LIFETIME_SECONDS = 3600


class Issuer:
    """Issues tokens for one audience; `lifetime_seconds` is how long they are good for."""

    def __init__(self, issuer: str, audience: str, key: RSAKey) -> None:
        self.issuer, self.audience, self._key = issuer, audience, key
        self.lifetime_seconds = LIFETIME_SECONDS

    def token(self, subject: str, roles: Sequence[str], orgs: Sequence[str], client: str) -> str:
        """A signed token of `subject`, asked for by `client`."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "client_id": client,
            "iat": now,
            "exp": now + self.lifetime_seconds,
            "jti": str(uuid7()),
            "roles": list(roles),
            "orgs": list(orgs),
        }
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def identity_token(self, subject: str, client: str, nonce: str) -> str:
        """An ID token (OpenID Connect Core §2): who signed in at `client`, for it alone."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": client,
            "sub": subject,
            "iat": now,
            "exp": now + self.lifetime_seconds,
            "nonce": nonce,
        }
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def claims(self, token: str) -> dict[str, Any]:
        """What an access token of this issuer says, if it is one and is good now; else nothing."""
        try:
            decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.audience},
                exp={"essential": True},
            ).validate(decoded.claims)
        except (JoseError, ValueError):
            return {}
        return dict(decoded.claims) if decoded.header.get("typ") == "at+jwt" else {}

    def public_keys(self) -> dict[str, Any]:
        """The JWKS document (RFC 7517): public parts only."""
        return dict(KeySet([self._key]).as_dict(private=False))


def signing_key(directory: Path) -> RSAKey:
    """The key of `signing-key.json` (0600), generated where there is none yet.

    Raises PermissionError where others could read it.
    """
    file = directory / "signing-key.json"
    if not file.exists():
        made = RSAKey.generate_key(KEY_BITS, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        write_private(file, orjson.dumps(made.as_dict(private=True)))
    check_private(file)
    return RSAKey.import_key(orjson.loads(file.read_bytes()))
