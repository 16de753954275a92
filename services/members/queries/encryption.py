"""How person records are encrypted at rest: names and numbers, under keys nobody else holds.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, bound to union and person as associated
data, so a record moved to another row is not decrypted. A number is found by HMAC-SHA256 under a
second key: without it, the few possible numbers cannot be tried. Both keys come from one secret by
HKDF (RFC 5869).
"""

import hmac
import os
from hashlib import sha256
from typing import NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
SCHEME = b"\x01"
"""First byte of a ciphertext: scheme and key it was encrypted with, for the day they change."""


class PersonRecord(NamedTuple):
    """What no event may say. A dependant has no employee number."""

    name: str
    employee_no: str | None


class RecordCipher:
    """Encrypts and decrypts person records. `secret`: 32 bytes (OwnerSettings.person_key, hex)."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_derived(secret, b"guildhall person records"))
        self._documents = AESGCM(_derived(secret, b"guildhall documents"))
        self._number_key = _derived(secret, b"guildhall employee numbers")

    def encrypt(self, org_id: str, person_id: str, record: PersonRecord) -> bytes:
        """The record, encrypted for this union and person only."""
        nonce = os.urandom(NONCE_BYTES)
        plain = orjson.dumps({"name": record.name, "employee_no": record.employee_no})
        bound = _bound_to(org_id, person_id)
        return SCHEME + nonce + self._cipher.encrypt(nonce, plain, bound)

    def decrypt(self, org_id: str, person_id: str, ciphertext: bytes) -> PersonRecord:
        """The record as encrypted. Raises cryptography's InvalidTag for another row or key, and for
        what is cut."""
        if len(ciphertext) < len(SCHEME) + NONCE_BYTES:
            raise InvalidTag
        nonce, encrypted = ciphertext[1 : 1 + NONCE_BYTES], ciphertext[1 + NONCE_BYTES :]
        bound = _bound_to(org_id, person_id)
        return PersonRecord(**orjson.loads(self._cipher.decrypt(nonce, encrypted, bound)))

    def encrypt_document(self, org_id: str, person_id: str, digest: str, content: bytes) -> bytes:
        """A document, encrypted for this union, person and checksum only."""
        nonce, bound = os.urandom(NONCE_BYTES), _bound_to(org_id, f"{person_id}/{digest}")
        return SCHEME + nonce + self._documents.encrypt(nonce, content, bound)

    def decrypt_document(self, org_id: str, person_id: str, digest: str, kept: bytes) -> bytes:
        """The document as encrypted. Raises cryptography's InvalidTag as `decrypt`."""
        if len(kept) < len(SCHEME) + NONCE_BYTES:
            raise InvalidTag
        nonce, encrypted = kept[1 : 1 + NONCE_BYTES], kept[1 + NONCE_BYTES :]
        bound = _bound_to(org_id, f"{person_id}/{digest}")
        return self._documents.decrypt(nonce, encrypted, bound)

    def number_hash(self, org_id: str, employee_no: str) -> bytes:
        """What an employee number is found by, within one union."""
        return hmac.digest(self._number_key, f"{org_id}/{employee_no}".encode(), sha256)


def _bound_to(org_id: str, person_id: str) -> bytes:
    return SCHEME + f"{org_id}/{person_id}".encode()


def _derived(secret: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=use).derive(secret)
