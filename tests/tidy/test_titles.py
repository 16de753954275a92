"""Chinese that a person reads on a page has full-width punctuation: titles of refusals, of every
context and of the importer, and what to do about them."""

import ast
import re

import pytest

from tests.tidy.tree import ROOT

HALF_WIDTH = re.compile(r"[一-鿿」”）][,;:](?=[一-鿿「“（]|$)")
SAID = (
    *(f"services/{context}/api.py" for context in ("members", "benefits", "events")),
    "services/reporting/api/__init__.py",
    "shared/http/problems.py",
    *(f"guildhall/imports/{name}.py" for name in ("rows", "what_to_do", "upload", "passed_over")),
)


def strings(path: str) -> list[str]:
    """The texts of a module, but for its docstrings."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    told = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    constants = (each for each in ast.walk(tree) if isinstance(each, ast.Constant))
    return [str(e.value) for e in constants if isinstance(e.value, str) and id(e) not in told]


@pytest.mark.parametrize("path", SAID)
def test_titles_have_full_width_punctuation(path: str) -> None:
    found = strings(path)
    assert any(re.search("[一-鿿]", each) for each in found), "the module says something"
    assert [each for each in found if HALF_WIDTH.search(each)] == []
