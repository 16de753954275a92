"""A private file is never readable by others, and is replaced in one step."""

import os
import stat
from pathlib import Path

import pytest

from shared.service.private_files import check_private, write_private


@pytest.mark.parametrize("content", [b"", "密钥".encode(), bytes(100_000)])
def test_what_was_written_is_there_for_its_owner_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "新" / "目录" / "key.json"
    write_private(file, content)
    assert file.read_bytes() == content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["key.json"]
    check_private(file)


def test_an_open_file_becomes_private_when_it_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text("a longer text than the new one")
    file.chmod(0o666)
    write_private(file, b"new")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"new", 0o600)


def test_a_file_that_cannot_be_replaced_keeps_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key.json"
    write_private(file, b"old")

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_private(file, b"new")
    assert file.read_bytes() == b"old"


def test_what_a_crash_or_another_left_there_is_not_written_into(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    left = tmp_path / f".key.json.{os.getpid()}"
    left.write_bytes(b"half of something longer")
    left.chmod(0o644)
    write_private(file, b"new")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"new", 0o600)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"not ours")
    left.symlink_to(elsewhere)
    write_private(file, b"newer")
    assert (file.read_bytes(), elsewhere.read_bytes()) == (b"newer", b"not ours")


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o602, 0o610, 0o644, 0o777])
def test_whatever_others_could_do_with_it_is_too_much(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "key.json"
    file.touch()
    file.chmod(mode)
    with pytest.raises(PermissionError, match=f"mode {mode:o}.*chmod 600"):
        check_private(file)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_its_owner_may_do_with_it_as_they_like(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "key.json"
    file.touch()
    file.chmod(mode)
    check_private(file)
