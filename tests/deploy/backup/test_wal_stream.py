"""The log in an archive is found by the names PostgreSQL asks for; the last file is a partial one.

That the log is streamed without a gap is shown by tests/journeys/test_restore.py.
"""

from pathlib import Path

import pytest

from deploy.backup.wal_stream import wal_files

ONE, TWO = "000000010000000000000001", "000000010000000000000002"


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ([], {}),
        ([ONE], {ONE: ONE}),
        ([ONE, f"{TWO}.partial"], {ONE: ONE, TWO: f"{TWO}.partial"}),
        ([ONE, f"{ONE}.partial"], {ONE: ONE}),
        ([f"{ONE}.tmp", "00000002.history"], {}),
    ],
)
def test_each_file_is_there_under_its_name_and_a_whole_one_before_a_partial(
    tmp_path: Path, there: list[str], found: dict[str, str]
) -> None:
    for name in there:
        (tmp_path / name).touch()
    assert wal_files(tmp_path) == {name: tmp_path / file for name, file in found.items()}
