"""A drill takes a second the archive reaches, and what became of the last is remembered.

A whole drill is in tests/journeys/test_restore.py.
"""

import json
import random
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.backup.archive import Archive, BackupError
from deploy.backup.drill import LOG, any_second, drill, last_drill
from tests.deploy.backup.test_archive import NOON, after, archived


@given(st.integers())
def test_any_second_is_one_that_the_newest_archived_epoch_reaches(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    archived(archive, 1, 0, 30)
    archived(archive, 2, 60, 90)
    (archive.epoch(3) / "base").mkdir(parents=True)
    moment = any_second(archive, random.Random(seed))
    assert after(60) <= moment <= after(90)
    assert archive.choose(moment).epoch == 2
    assert (moment - NOON) % timedelta(seconds=1) == timedelta()


def test_an_archive_that_holds_nothing_says_what_to_do_first(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="run `guildhall backup` first"):
        any_second(Archive(tmp_path), random.Random(1))


def test_before_the_first_drill_there_is_none_and_later_the_last_counts(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    assert last_drill(archive) is None
    (tmp_path / LOG).touch()
    assert last_drill(archive) is None
    lines = [json.dumps({"held": held, "note": "演练"}) for held in (True, False)]
    (tmp_path / LOG).write_text("\n".join([*lines, ""]), encoding="utf-8")
    assert last_drill(archive) == {"held": False, "note": "演练"}


async def test_a_drill_that_cannot_be_done_is_logged_as_one_that_failed(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.path.mkdir()
    with pytest.raises(BackupError, match="does not reach"):
        await drill(archive, NOON, scratch=tmp_path)
    last = last_drill(archive)
    assert last is not None
    assert (last["held"], last["at"]) == (False, NOON.isoformat())
    assert "does not reach" in last["failures"][0]
    assert [path.name for path in tmp_path.iterdir()] == ["archive"], "the copy is thrown away"
