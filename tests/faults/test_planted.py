"""Each planted bug still applies to the code as it is, and leaves Python behind."""

import ast
import shutil
from pathlib import Path

import pytest

from tests.faults.faults import FAULTS
from tests.faults.planted import NOT_PLANTED, PLANTED, ROOT, Edit, Planted, apply_edits


@pytest.mark.parametrize("bug", PLANTED.values(), ids=[bug.name for bug in PLANTED.values()])
def test_a_planted_bug_applies(bug: Planted, tmp_path: Path) -> None:
    edits = (*bug.aids, *bug.edits)
    for edit in edits:
        (tmp_path / edit.file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / edit.file, tmp_path / edit.file)
    apply_edits(bug, tmp_path)
    for edit in edits:
        planted = (tmp_path / edit.file).read_text(encoding="utf-8")
        assert planted != (ROOT / edit.file).read_text(encoding="utf-8")
        ast.parse(planted)


def test_a_bug_whose_line_is_gone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text("x = 1\n")
    bug = PLANTED[9]._replace(edits=(Edit("some.py", "y = 2", "y = 3"),))
    with pytest.raises(ValueError, match="holds 0 of its line"):
        apply_edits(bug, tmp_path)


def test_every_bug_of_the_list_is_planted_or_named() -> None:
    assert set(PLANTED) | set(NOT_PLANTED) == set(range(1, 17))
    assert {fault for bug in PLANTED.values() for fault in bug.faults} <= set(FAULTS)
