"""From what a restore to a second starts, and what the archive does not reach."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.backup.archive import BASE_NAME, Archive, BackupError, Mark, Origin, instant

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def archived(archive: Archive, epoch: int, base: float, until: float) -> None:
    """A base backup that ended at a minute past noon, and log up to another."""
    name = after(base).strftime(BASE_NAME)
    (archive.epoch(epoch) / "base" / name).mkdir(parents=True)
    archive.add_mark(epoch, Mark(after(until), {}, {}, 0))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(tmp_path / "archive")
    archive.open_for(7)
    archived(archive, 1, 0, 30)
    return archive


def test_the_newest_base_before_the_second_is_taken(archive: Archive) -> None:
    archived(archive, 1, 20, 40)
    assert archive.choose(after(19)).base.name == "20261123T120000Z"
    assert archive.choose(after(20)).base.name == "20261123T122000Z"
    assert archive.range(1) == (after(0), after(40))


@pytest.mark.parametrize("minutes", [-1, 31])
def test_what_is_not_reached_is_refused_and_the_reach_is_told(
    archive: Archive, minutes: float
) -> None:
    with pytest.raises(BackupError, match="it reaches 2026-11-23T12:00:00Z to 2026-11-23T12:30"):
        archive.choose(after(minutes))


def test_an_epoch_is_restored_from_where_it_was_in_use(archive: Archive) -> None:
    """Restored at minute 40 to minute 10: after that, epoch 2 is the truth."""
    assert archive.begin_epoch(2, Origin(1, after(10), after(40))) == 2
    archived(archive, 2, 45, 60)
    assert [archive.choose(after(n)).epoch for n in (5, 25, 50)] == [1, 1, 2]
    with pytest.raises(BackupError, match="epoch 2"):
        archive.choose(after(42))


def test_no_epoch_is_begun_twice_whatever_the_restored_store_says(archive: Archive) -> None:
    origin = Origin(1, after(10), after(40))
    assert [archive.begin_epoch(2, origin) for _ in range(3)] == [2, 3, 4]
    assert archive.origin(4) == origin
    assert archive.origin(1) is None


def test_the_archive_of_another_server_is_left_alone(archive: Archive) -> None:
    archive.open_for(7)
    with pytest.raises(BackupError, match="the archive of server 7, this is server 8"):
        archive.open_for(8)


def test_a_mark_comes_back_as_it_was_kept(archive: Archive) -> None:
    mark = Mark(after(33), {"members": [3] * 32}, {"members": 97}, 12)
    archive.add_mark(1, mark)
    assert archive.last_mark(1) == mark
    assert archive.last_mark(1, after(32)) == Mark(after(30), {}, {}, 0)


def test_a_moment_without_a_time_zone_is_not_guessed() -> None:
    assert instant("2026-11-23T20:00:00+08:00") == NOON
    with pytest.raises(ValueError, match="names no time zone"):
        instant("2026-11-23T12:00:00")
