"""Words that events name by their checksum, kept beside the log: what a report says beside its
numbers, why a finding is borne. Rows are added and no more; the table refuses anything else."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from shared.eventstore.store import Also

KEEP = """
INSERT INTO kept_texts (org_id, sha256, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
TEXTS = "SELECT sha256, content FROM kept_texts WHERE org_id = $1 AND sha256 = ANY($2)"


def checksum(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hex: what an event bears of it."""
    return sha256(text.encode()).hexdigest()


def insert_text(org_id: str, text: str) -> Also:
    """A text is kept in the transaction of the event that names its checksum."""
    return Also(KEEP, [(org_id, bytes.fromhex(checksum(text)), text)])


async def kept_texts(connection: Any, org_id: str, digests: Iterable[str]) -> dict[str, str]:
    """The texts of these checksums (hex), those that are there."""
    asked = [bytes.fromhex(digest) for digest in digests]
    rows = await connection.fetch(TEXTS, org_id, asked)
    return {row["sha256"].hex(): row["content"] for row in rows}
