"""What pages load is here, pinned, and of other people's only what the list names."""

import hashlib
from pathlib import Path

from services.console.assets import STATIC, read_assets

VENDORED = {
    "htmx-2.0.11.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "echarts.simple-6.1.0.min.js": (
        "5eef51bee09fb9cc234c4179a58ae0150126f49f88c992efe2d6bca81d8dd03b"
    ),
    "echarts-LICENSE.txt": "634293835b43a6dd2094fa39182a3d9a6b9ca43b7fdb9ac354e8037af2a3093a",
    "echarts-LICENSE-d3.txt": "e1211892da0b0e0585b7aebe8f98c1274fba15bafe47fa1f4ee8a7a502c06304",
    "echarts-NOTICE.txt": "d491d358344f842685c1b1585970999db65fe30ecf7ef3867af8814f4016c016",
}
"""Files of other projects, by SHA-256: those of the published package, unchanged."""
OURS = {"charts.js", "console.css", "console.js", "seal.svg"}


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


def test_no_script_asks_for_what_the_policy_refuses() -> None:
    for name in ("htmx-2.0.11.min.js", "echarts.simple-6.1.0.min.js", *OURS - {"seal.svg"}):
        text = (STATIC / name).read_text("utf-8")
        if name.startswith("echarts") or name in OURS:
            assert "new Function" not in text and "eval(" not in text, name
