"""What pages load is here, pinned, and of other people's only what the list names."""

import hashlib
from pathlib import Path

from services.console.assets import STATIC, read_assets

VENDORED = {
    "htmx-2.0.11.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
}
"""Files of other projects, by SHA-256: those of the published package, unchanged."""
OURS = {"console.css", "console.js", "seal.svg"}


def test_what_is_not_ours_is_as_it_was_published() -> None:
    found = {name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest() for name in VENDORED}
    assert found == VENDORED
    assert {file.name for file in STATIC.iterdir()} == {*VENDORED, *OURS}


def test_another_content_is_another_address(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("b{}")
    (tmp_path / "a.txt").write_text("no page loads it")
    first = read_assets(tmp_path)
    (tmp_path / "a.css").write_text("i{}")
    assert list(first) == ["a.css"]
    assert first["a.css"].address != read_assets(tmp_path)["a.css"].address


def test_no_file_of_ours_names_another_host() -> None:
    for name in OURS - {"seal.svg"}:
        assert "://" not in (STATIC / name).read_text("utf-8"), name
