"""What judges and counts takes no connection, typed or not: it awaits nothing and is told all."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from services.reporting.rules import FORMULAS
from services.reporting.rules.dated import RuleValues
from services.reporting.rules.facts import Facts
from tests.tidy.tree import nodes, python_files

PURE = ("services/reporting/rules/", "services/reporting/figures/")
READ_YAML = ("plain_yaml.py", "register.py", "values_file.py")
"""Modules that are given what a YAML file holds, which may be anything."""


def pure_files() -> list[Path]:
    return [path for path in python_files("services") if str(path).startswith(PURE)]


def parameters(path: Path) -> Iterator[tuple[str, ast.arg]]:
    for function in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef):
        given = function.args
        for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs):
            yield f"{path}:{function.lineno} {function.name}({arg.arg})", arg


def test_nothing_pure_awaits() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in pure_files()
        for node in nodes(path, ast.AsyncFunctionDef, ast.Await, ast.AsyncWith, ast.AsyncFor)
    ]
    assert not found, f"{found}: read it in services/reporting/queries and hand it over"


def test_nothing_pure_takes_what_it_knows_no_type_of() -> None:
    found = [
        where
        for path in pure_files()
        if path.name not in READ_YAML
        for where, arg in parameters(path)
        if arg.annotation is not None and "Any" in ast.unparse(arg.annotation).split(".")
    ]
    assert not found, f"{found}: say what it is"


def test_a_formula_is_given_facts_and_values_alone() -> None:
    for formula in FORMULAS:
        given = inspect.signature(formula.judge, eval_str=True).parameters.values()
        assert [each.annotation for each in given] == [Facts, RuleValues], formula.__name__
