"""What a directory keeps from one start to the next: its clock, its key, its sources."""

import stat
from pathlib import Path

import pytest

from deploy.stack.state_files import (
    WrongClock,
    clock_of,
    person_key_in,
    source_names,
    sources_file_in,
)


def test_a_directory_keeps_its_clock(tmp_path: Path) -> None:
    assert clock_of(tmp_path, True) is True
    assert clock_of(tmp_path, None) is True
    with pytest.raises(WrongClock, match="simulated clock"):
        clock_of(tmp_path, False)


def test_a_new_directory_runs_on_the_real_clock(tmp_path: Path) -> None:
    assert clock_of(tmp_path, None) is False
    with pytest.raises(WrongClock, match="real clock"):
        clock_of(tmp_path, True)


def test_the_key_of_the_person_records_is_made_once_and_private(tmp_path: Path) -> None:
    key = person_key_in(tmp_path)
    assert person_key_in(tmp_path) == key
    assert len(bytes.fromhex(key)) == 32
    assert stat.S_IMODE((tmp_path / "person-key").stat().st_mode) == 0o600
    (tmp_path / "person-key").chmod(0o640)
    with pytest.raises(PermissionError):
        person_key_in(tmp_path)


def test_the_register_of_sources_is_the_users_to_edit(tmp_path: Path) -> None:
    file = sources_file_in(tmp_path)
    assert source_names(file) == ["canteen"]
    file.write_text("- {name: hospital}\n")
    assert source_names(sources_file_in(tmp_path)) == ["hospital"]
    file.write_text("hospital\n")
    with pytest.raises(ValueError, match="not a list of sources"):
        source_names(file)
