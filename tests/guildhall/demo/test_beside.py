"""The demo beside one's own: made anew where it was cut short, and never where records are real."""

from pathlib import Path

import pytest

from deploy.embedded import EmbeddedError
from deploy.embedded.directory import DataDirectory
from guildhall.demo.beside import ENTERED, begin_anew


def begun(directory: Path, clock: str = "simulated") -> Path:
    for part in ("postgres", "kafka", "identity", "logs"):
        (directory / part).mkdir(parents=True)
        (directory / part / "file").touch()
    (directory / "clock").write_text(f"{clock}\n")
    (directory / "ports.json").write_text("{}")
    return directory


def test_one_that_was_cut_short_is_made_anew_where_it_was(tmp_path: Path) -> None:
    begin_anew(begun(tmp_path))
    assert not (tmp_path / "postgres").exists() and not (tmp_path / "kafka").exists()
    assert (tmp_path / "identity" / "file").exists() and (tmp_path / "ports.json").exists()


def test_a_whole_one_and_a_fresh_directory_are_left_alone(tmp_path: Path) -> None:
    begin_anew(tmp_path / "fresh")
    whole = begun(tmp_path / "whole")
    (whole / ENTERED).touch()
    begin_anew(whole)
    assert (whole / "postgres" / "file").exists()


def test_records_of_a_real_clock_are_never_removed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="real clock"):
        begin_anew(begun(tmp_path, "real"))
    assert (tmp_path / "postgres" / "file").exists()


def test_one_in_which_a_process_runs_is_not_removed(tmp_path: Path) -> None:
    begun(tmp_path)
    held = DataDirectory(tmp_path)
    held.hold()
    try:
        with pytest.raises(EmbeddedError, match="holds this directory"):
            begin_anew(tmp_path)
    finally:
        held.release()
    assert (tmp_path / "postgres" / "file").exists()
