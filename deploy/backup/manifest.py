"""Is a base backup whole? Every file against PostgreSQL's backup manifest.

This is what pg_verifybackup does; the one in the bundled PostgreSQL 18 ends with a segmentation
fault, even when asked for its version. The format is documented:
https://www.postgresql.org/docs/18/backup-manifest-format.html
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.backup.archive import BackupError

NAME = "backup_manifest"
NOT_LISTED = {NAME, "postgresql.auto.conf", "recovery.signal", "standby.signal"}
"""The manifest lists itself not, and an administrator may change the others."""
FLAWS_SHOWN = 5


def verify(base: Path) -> int:
    """Compare every file of a base backup with its manifest; returns how many files.

    Raises BackupError where one is missing, added or changed, or the manifest itself is."""
    manifest = _manifest(base)
    listed = {_path(entry): entry for entry in manifest["Files"]}
    flaws = [flaw for name, entry in listed.items() if (flaw := _flaw(base / name, entry))]
    flaws += [f"{name} is not in the manifest" for name in _present(base) if name not in listed]
    if flaws:
        more = f" and {len(flaws) - FLAWS_SHOWN} more" if len(flaws) > FLAWS_SHOWN else ""
        raise BackupError(f"{base} is damaged: {'; '.join(flaws[:FLAWS_SHOWN])}{more}")
    return len(listed)


def _manifest(base: Path) -> dict[str, Any]:
    try:
        content = (base / NAME).read_bytes()
        # The last line is the checksum of all before it.
        before = content.rindex(b'"Manifest-Checksum"')
        document: dict[str, Any] = json.loads(content)
    except (OSError, ValueError) as why:
        raise BackupError(f"{base} has no readable manifest: {why}") from why
    if hashlib.sha256(content[:before]).hexdigest() != document["Manifest-Checksum"]:
        raise BackupError(f"{base} is damaged: its manifest was changed")
    return document


def _path(entry: dict[str, Any]) -> str:
    encoded = entry.get("Encoded-Path")
    return bytes.fromhex(encoded).decode(errors="surrogateescape") if encoded else entry["Path"]


def _flaw(file: Path, entry: dict[str, Any]) -> str | None:
    try:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, entry["Checksum-Algorithm"].lower()).hexdigest()
            size = content.tell()
    except OSError as why:
        return f"{entry.get('Path')} cannot be read ({why.strerror})"
    if size != entry["Size"]:
        return f"{entry.get('Path')} has {size} bytes, not {entry['Size']}"
    return None if digest == entry["Checksum"] else f"{entry.get('Path')} was changed"


def _present(base: Path) -> Iterator[str]:
    """The files of the backup, but for the log, which is checked as it is replayed."""
    for path in base.rglob("*"):
        name = path.relative_to(base)
        if path.is_file() and name.parts[0] != "pg_wal" and str(name) not in NOT_LISTED:
            yield str(name)
