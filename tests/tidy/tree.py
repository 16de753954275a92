"""The project's files, as the tidy tests look at them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

from shared.contract import contexts
from shared.contract.contexts import FACT_CONTEXTS

Node = TypeVar("Node", bound=ast.AST)

ROOT = Path(__file__).parents[2]
CODE = ("services", "shared", "guildhall", "deploy", "tests")
CONTEXTS = FACT_CONTEXTS
SERVICES = tuple(contexts.CONTEXTS)


@cache
def files() -> tuple[Path, ...]:
    """Every file git tracks or would track, relative to the root; outside git, every file."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        named = [Path(name) for name in listed.stdout.split("\0") if name]
    else:
        hidden = (".venv", ".data", "__pycache__")
        named = [
            path.relative_to(ROOT)
            for path in ROOT.rglob("*")
            if path.is_file() and not any(part in hidden for part in path.parts)
        ]
    return tuple(sorted(path for path in named if (ROOT / path).is_file()))


def python_files(*under: str) -> list[Path]:
    """Python files below some of the top folders (all of CODE by default)."""
    return [p for p in files() if p.suffix == ".py" and p.parts[0] in (under or CODE)]


def text(path: Path) -> str:
    """A file's text; bytes that are not UTF-8 are replaced."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


@cache
def tree(path: Path) -> ast.Module:
    """A Python file's syntax tree."""
    return ast.parse(text(path), filename=str(path))


def nodes(path: Path, *kinds: type[Node]) -> Iterator[Node]:
    """Every node of some kinds in a Python file."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, kinds))
