"""The archive: the files of issued reports, kept beside their events. Rows are added and no more;
the table refuses anything else."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from shared.contract.reporting import Format
from shared.errors import Unknown
from shared.eventstore.store import Also

KEEP_FILE = """
INSERT INTO report_files (org_id, report_id, format, sha256, content) VALUES ($1, $2, $3, $4, $5)
"""
FILE = """
INSERT INTO report_files (org_id, report_id, format, sha256, content) VALUES ($1, $2, $3, $4, $5)
"""
KEEP_TEXT = """
INSERT INTO kept_texts (org_id, sha256, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
FILE = "SELECT content FROM report_files WHERE org_id = $1 AND report_id = $2 AND format = $3"


def insert_files(org_id: str, report_id: str, files: Mapping[Format, bytes]) -> Also:
    """A report's files are kept in the transaction of its event."""
    return Also(
        KEEP_FILE,
        [
            (org_id, report_id, format_, sha256(content).digest(), content)
            for format_, content in files.items()
        ],
    )


async def kept_file(connection: Any, org_id: str, report_id: str, format_: str) -> bytes:
    """A file as it was issued. Raises Unknown `unknown-report-file`."""
    content = await connection.fetchval(FILE, org_id, report_id, format_)
    if content is None:
        raise Unknown("unknown-report-file", f"no {format_} file of {report_id} is kept")
    return bytes(content)
