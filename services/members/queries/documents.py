"""Documents about people: kept encrypted, found by person and checksum, read for a purpose.

The event that names one bears its SHA-256; what is read is checked against it. A document that was
changed, moved or encrypted under another key is told so, and never shown.
"""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

import asyncpg
import structlog
from cryptography.exceptions import InvalidTag

from services.members.queries.encryption import RecordCipher
from services.members.queries.person_records import Inquiry, disclose
from shared.contract.envelope import Actor
from shared.errors import Conflict, Invalid, Unknown

log = structlog.get_logger("documents")

STARTS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg",
          b"\x89PNG\r\n\x1a\n": "image/png"}  # fmt: skip
"""The kinds of document, by their first bytes: what somebody says of a file is not believed."""

KEEP = """
INSERT INTO documents (org_id, person_id, sha256, media_type, size, kept_by, kept_at, encrypted)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (org_id, person_id, sha256) DO NOTHING
"""
READ = """
SELECT media_type, encrypted FROM documents WHERE org_id = $1 AND person_id = $2 AND sha256 = $3
"""
KNOWN = "SELECT EXISTS (SELECT FROM person_records WHERE org_id = $1 AND person_id = $2)"


class Kept(NamedTuple):
    """A document as it is answered: its checksum in hex, its kind, its bytes."""

    sha256: str
    media_type: str
    content: bytes


class Deposit(NamedTuple):
    """Who keeps a document, of which union and person, and when (UTC)."""

    actor: Actor
    org_id: str
    person_id: str
    at: datetime


def media_type_of(content: bytes) -> str:
    """What a document is. Raises Invalid `document-type`."""
    for start, media_type in STARTS.items():
        if content.startswith(start):
            return media_type
    raise Invalid("document-type", "a document is a PDF, a JPEG or a PNG")


async def keep(pool: asyncpg.Pool, cipher: RecordCipher, deposit: Deposit, content: bytes) -> Kept:
    """Keep a document; the same one is kept once. Raises Invalid `document-type`, Unknown
    `unknown-person`."""
    media_type = media_type_of(content)
    org_id, person_id = deposit.org_id, deposit.person_id
    if not await pool.fetchval(KNOWN, org_id, person_id):
        raise Unknown("unknown-person", f"nobody is registered as {person_id}")
    digest = sha256(content)
    encrypted = cipher.encrypt_document(org_id, person_id, digest.hexdigest(), content)
    row = (org_id, person_id, digest.digest(), media_type, len(content))
    await pool.execute(KEEP, *row, deposit.actor.subject, deposit.at, encrypted)
    return Kept(digest.hexdigest(), media_type, content)


async def read(
    pool: asyncpg.Pool, cipher: RecordCipher, inquiry: Inquiry, person_id: str, digest: str
) -> Kept:
    """A document as it was kept; the disclosure is recorded before it is made. Raises Unknown
    `unknown-document`, Conflict `document-altered`."""
    row = await pool.fetchrow(READ, inquiry.org_id, person_id, bytes.fromhex(digest))
    await disclose(pool, inquiry, "documents", 1, 0 if row is None else 1)
    if row is None:
        raise Unknown("unknown-document", "no such document of this person is kept")
    try:
        content = cipher.decrypt_document(inquiry.org_id, person_id, digest, row["encrypted"])
    except InvalidTag:
        content = b""
    if sha256(content).hexdigest() != digest:
        log.error("a document is not what was kept", org_id=inquiry.org_id, sha256=digest)
        raise Conflict("document-altered", f"what is kept is not the document {digest}")
    return Kept(digest, row["media_type"], content)
