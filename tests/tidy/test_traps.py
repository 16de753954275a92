"""Every trap is closed by a test that exists."""

import ast
import re
from pathlib import Path

from tests.tidy.tree import ROOT, nodes, text

PAGE = Path("docs/traps.md")
CLOSED_BY = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows() -> list[str]:
    """The rows of the page's tables, without their headings."""
    lines = [line for line in text(PAGE).splitlines() if line.startswith("| ")]
    return [line for line in lines if not line.startswith("| trap |")]


def test_every_trap_names_a_test_and_every_test_it_names_exists() -> None:
    assert rows(), f"{PAGE} has no table"
    open_traps = [row.split("|")[1].strip() for row in rows() if not CLOSED_BY.search(row)]
    assert not open_traps, f"{open_traps}: name the test that closes it"
    gone = [
        f"{file}::{name}"
        for file, name in CLOSED_BY.findall(text(PAGE))
        if name not in _named_in(Path(file))
    ]
    assert not gone, f"{gone}: renamed or deleted; what closes the trap now?"


def _named_in(file: Path) -> set[str]:
    if not (ROOT / file).is_file():
        return set()
    return {node.name for node in nodes(file, ast.FunctionDef, ast.AsyncFunctionDef)}
