"""The image is made of files of the project: a file that moved is missed here, not by a builder."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
COPIED = re.compile(r"^COPY (?!--from)(.+) \S+$", re.MULTILINE)


def test_every_file_that_the_image_copies_is_there() -> None:
    text = (ROOT / "deploy/Dockerfile").read_text("utf-8")
    named = [name for line in COPIED.findall(text) for name in line.split()]
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []
