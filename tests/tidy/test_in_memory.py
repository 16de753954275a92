"""The tests' directory in memory: one of each run, never another's, and none where there is no
room."""

from pathlib import Path

from tests.in_memory import PREFIX, in_memory_directory


def test_each_run_has_its_own_and_leaves_another_s_alone(tmp_path: Path) -> None:
    one, other = (in_memory_directory(tmp_path, room_bytes=0) for _ in range(2))
    assert one is not None and other is not None
    assert one.path != other.path and one.path.is_dir()
    one.remove()
    assert [*tmp_path.iterdir()] == [other.path]
    other.remove()


def test_what_a_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left = in_memory_directory(tmp_path, room_bytes=0)
    assert left is not None
    (left.path / "log").write_text("why it failed")
    left.let_go()
    following = in_memory_directory(tmp_path, room_bytes=0)
    assert following is not None
    assert [*tmp_path.iterdir()] == [following.path]
    following.remove()


def test_without_room_there_is_none(tmp_path: Path) -> None:
    stranger = tmp_path / "of-somebody-else"
    stranger.mkdir()
    assert in_memory_directory(tmp_path, room_bytes=1 << 60) is None
    assert in_memory_directory(tmp_path / "nowhere") is None
    assert [*tmp_path.iterdir()] == [stranger]
    assert not stranger.name.startswith(PREFIX)
