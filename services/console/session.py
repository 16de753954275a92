"""The session: who signed in, in an encrypted cookie (RFC 7516, A256GCM). The console holds none.

It ends with the token that it carries. What a browser sends that is no session of ours is nobody's.
"""

import secrets
import time
from pathlib import Path
from typing import NamedTuple, TypeVar

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from shared.service.private_files import check_private, write_private

ALGORITHMS = ["dir", "A256GCM"]
PART_CHARS = 3800
PARTS_MAX = 4
"""A browser keeps 4,096 bytes a cookie: a longer session goes in parts, and none is longer than
what a server takes as a request's head."""
SIGN_IN_SECONDS = 600


class Session(NamedTuple):
    """Somebody signed in: their token, what it says, and what binds their forms to them."""

    token: str
    subject: str
    roles: tuple[str, ...]
    orgs: tuple[str, ...]
    ends_at: int
    csrf: str

    @property
    def bearer(self) -> str:
        """The Authorization header of requests in their name."""
        return f"Bearer {self.token}"

    def may(self, *roles: str) -> bool:
        """Whether they hold one of `roles`."""
        return bool(set(roles) & set(self.roles))


class SigningIn(NamedTuple):
    """A sign-in under way: what its answer must repeat, and where it leads."""

    state: str
    nonce: str
    verifier: str
    following: str
    ends_at: int


Sealed = TypeVar("Sealed", Session, SigningIn)


class Sealer:
    """Seals what a browser keeps for us and cannot read."""

    def __init__(self, key: bytes) -> None:
        self._key = OctKey.import_key(key)

    def seal(self, what: Session | SigningIn) -> str:
        """`what` as text for a cookie, readable and changeable by this key alone."""
        header = {"alg": "dir", "enc": "A256GCM", "typ": type(what).__name__}
        content = orjson.dumps(list(what))
        return jwe.encrypt_compact(header, content, self._key, algorithms=ALGORITHMS)

    def opened(self, kind: type[Sealed], sealed: str) -> Sealed | None:
        """What was sealed as `kind`, unless it has ended; None for what else a browser sends."""
        try:
            found = jwe.decrypt_compact(sealed, self._key, algorithms=ALGORITHMS)
            if found.protected.get("typ") != kind.__name__ or found.plaintext is None:
                return None
            values = [tuple(v) if isinstance(v, list) else v for v in orjson.loads(found.plaintext)]
            what = kind._make(values)
        except (JoseError, ValueError, TypeError):
            return None
        return what if what.ends_at > time.time() else None


def key_in(directory: Path) -> bytes:
    """The key of `session-key` (0600), made at the first start. Raises PermissionError."""
    file = directory / "session-key"
    if not file.exists():
        write_private(file, secrets.token_hex(32).encode())
    check_private(file)
    return bytes.fromhex(file.read_text("ascii").strip())


def parts_of(sealed: str) -> list[str]:
    """What each cookie of a session holds. Raises ValueError where it is too long to be kept."""
    parts = [sealed[at : at + PART_CHARS] for at in range(0, len(sealed), PART_CHARS)]
    if len(parts) > PARTS_MAX:
        raise ValueError(f"a session of {len(sealed)} characters")
    return parts
