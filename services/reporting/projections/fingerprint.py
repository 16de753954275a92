"""The definition of a projection as a hash: of its columns, keys and indexes, and of its code.

Code is the syntax tree of the module its row stands in and of every module of projections and
figures that one imports: a comment or a docstring changes nothing, whatever else does is another
definition. The contract is not in it: a published event type keeps its meaning.
"""

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from services.reporting.projections.definition import Projection

HASHED = ("services.reporting.projections.", "services.reporting.figures")
ENGINE = "services.reporting.projections.engine"


def definition_of(projection: Projection, *modules: str) -> str:
    """The SHA-256 of a projection's definition, in hex. `modules` are what it folds by besides."""
    told = [projection.ddl("s"), *projection.index_ddl("s")]
    told += sorted(event_class.type_name() for event_class in projection.on)
    return digest(told, (projection.row.__module__, *modules))


def digest(told: Iterable[str], modules: Iterable[str]) -> str:
    """The SHA-256 of what is told and of the code of modules, in hex."""
    parts = [*told, *(_code(name) for name in sorted(_closure({*modules, ENGINE})))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _closure(modules: Iterable[str]) -> set[str]:
    """The modules, and all of HASHED that they import."""
    waiting, found = list(modules), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [each for each in _imported(name) if each.startswith(HASHED)]
    return found


@cache
def _tree(module: str) -> ast.Module:
    source = sys.modules[module].__file__
    assert source is not None
    tree = ast.parse(Path(source).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):  # a docstring, of an attribute too, is a string on its own
            node.body = [each for each in body if not _is_text(each)]  # type: ignore[attr-defined]
    return tree


def _code(module: str) -> str:
    return f"{module}\n{ast.dump(_tree(module))}"


def _imported(module: str) -> Iterator[str]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module in sys.modules:
            yield node.module


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
