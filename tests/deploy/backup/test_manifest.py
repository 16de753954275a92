"""A base backup that lost, gained or changed one byte is found out."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.backup.archive import BackupError
from deploy.backup.manifest import verify

PAGE = b"p" * 8192


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A backup of two files, with the manifest that PostgreSQL would write."""
    (tmp_path / "global").mkdir()
    (tmp_path / "global" / "1260").write_bytes(PAGE)
    (tmp_path / "工会.conf").write_bytes(b"x = 1\n")
    (tmp_path / "pg_wal").mkdir()
    (tmp_path / "pg_wal" / "000000010000000000000001").write_bytes(b"log")
    (tmp_path / "postgresql.auto.conf").write_bytes(b"")
    files = [
        {
            **({"Path": name} if name.isascii() else {"Encoded-Path": name.encode().hex()}),
            "Size": (tmp_path / name).stat().st_size,
            "Checksum-Algorithm": "SHA256",
            "Checksum": hashlib.sha256((tmp_path / name).read_bytes()).hexdigest(),
        }
        for name in ("global/1260", "工会.conf")
    ]
    before = f'{{ "Files": {json.dumps(files)},\n'
    digest = hashlib.sha256(before.encode()).hexdigest()
    (tmp_path / "backup_manifest").write_text(f'{before}"Manifest-Checksum": "{digest}"}}\n')
    return tmp_path


def test_a_whole_backup_is_whole(base: Path) -> None:
    assert verify(base) == 2


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda base: (base / "global/1260").write_bytes(b"q" + PAGE[1:]), "was changed"),
        (lambda base: (base / "global/1260").write_bytes(PAGE[1:]), "8191 bytes, not 8192"),
        (lambda base: (base / "global/1260").unlink(), "cannot be read"),
        (lambda base: (base / "global/1261").touch(), "not in the manifest"),
        (lambda base: (base / "backup_manifest").unlink(), "no readable manifest"),
        (lambda base: (base / "backup_manifest").write_text("{}"), "no readable manifest"),
        (
            lambda base: (base / "backup_manifest").write_text(
                (base / "backup_manifest").read_text().replace("8192", "8191")
            ),
            "its manifest was changed",
        ),
    ],
)
def test_a_harmed_backup_is_refused(base: Path, harm: Callable[[Path], None], said: str) -> None:
    harm(base)
    with pytest.raises(BackupError, match=said):
        verify(base)
