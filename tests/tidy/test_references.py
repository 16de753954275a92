"""What the project says stands in the project: no file leans on a document that is not here."""

import os
import re
from pathlib import Path

from tests.tidy.tree import CODE, files, text

NAMED = re.compile(r"(?<![\w-])[\w-]+\.md\b")
"""Documents named anywhere, by their last name."""
WRITTEN = {"report.md", "report-2022.md", "page.md"}
"""Names of files that a command or a test writes."""
MODULE = re.compile(r"`((?:[\w.]+/)*\w+\.py)`")
"""Modules named between backticks, by a path or by their last name."""
OTHERS = "docs/traps.md"
"""It cites modules of Faust and aiokafka."""
POINT = re.compile(r"\bDESIGN\b|[A-Z]{4,}, point \d+")
"""A document that is called by a word in capitals, by the number of its point."""
KEY = re.compile(r"\bsource: .*\b[ST]\d\d\b")
"""A source that an auditor is shown, by a key into a list that is not here."""
OURS = "tests/tidy/test_references.py"


def readable() -> list[tuple[str, str]]:
    kinds = (".md", ".py", ".sql", ".yaml", ".yml", ".toml", ".sh")
    return [(str(path), text(path)) for path in files() if path.suffix in kinds]


def test_every_document_that_is_named_is_here() -> None:
    here = {path.name for path in files()} | WRITTEN | {"NNNN-what-was-decided.md"}
    found = sorted(
        f"{path}: {name}"
        for path, written in readable()
        if path != OURS
        for name in set(NAMED.findall(written)) - here
    )
    assert not found, f"{found}: say what it says, or name where anybody can read it"


def is_here(module: str, path: Path) -> bool:
    """Whether a module that `path` names exists; in code a last name alone is of its package."""
    if Path(os.path.normpath(path.parent / module)) in files():
        return True
    package = "/".join(path.parts[:2]) if path.parts[0] in CODE and "/" not in module else ""
    return any(
        str(here).startswith(package) and f"/{here}".endswith(f"/{module}") for here in files()
    )


def test_every_module_that_is_named_is_here() -> None:
    found = sorted(
        f"{path}: {name}"
        for path, written in readable()
        if path not in {OURS, OTHERS} and not path.startswith("tests/")
        for name in set(MODULE.findall(written))
        if not is_here(name, Path(path))
    )
    assert not found, f"{found}: name the module as it is called now"


def test_no_point_of_a_document_is_cited_by_number_alone() -> None:
    found = sorted(
        f"{path}: {match[0]}"
        for path, written in readable()
        if path != OURS
        for match in POINT.finditer(written)
    )
    assert not found, f"{found}: say what it says"


def test_every_source_of_a_value_can_be_looked_up() -> None:
    found = [
        f"{path}: {match[0].strip()}"
        for path, written in readable()
        if "/rules/values/" in path
        for match in KEY.finditer(written)
    ]
    assert not found, f"{found}: name the page, its publisher and its day"


def test_the_searches_see_what_they_look_for() -> None:
    assert POINT.search("as it must (GUIDE, " + "point 5)")
    assert KEY.search("source: " + "S12, a page") and not KEY.search("source: 央视新闻 2019-08-29")
    assert MODULE.findall("`a/b.py`, `c.py` and d.py") == ["a/b.py", "c.py"]
    assert is_here("engine.py", Path("services/reporting/README.md"))
    assert not is_here("fold.py", Path("services/reporting/README.md"))
    assert not is_here("gone/engine.py", Path("docs/tour.md"))
    assert NAMED.findall("see docs/over-there.md") == ["over-there.md"]
