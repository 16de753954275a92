"""Files, functions and lines stay small enough to be read at once."""

import ast

from tests.tidy.tree import nodes, python_files, text

FILE_LINES_MAX, FUNCTION_LINES_MAX, LINE_CHARACTERS_MAX = 300, 50, 100


def test_a_file_has_at_most_300_lines() -> None:
    long = {str(p): n for p in python_files() if (n := text(p).count("\n")) > FILE_LINES_MAX}
    assert not long, f"{long}: make it a package of the same name, one module per subject"


def test_a_function_has_at_most_50_lines() -> None:
    long = [
        f"{path}:{node.lineno} {node.name} has {lines}"
        for path in python_files()
        for node in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]
    assert not long, f"{long}: name a part of it and take that out"


def test_a_line_has_at_most_100_characters() -> None:
    long = [
        f"{path}:{number}"
        for path in python_files()
        for number, line in enumerate(text(path).splitlines(), start=1)
        if len(line) > LINE_CHARACTERS_MAX
    ]
    assert not long, f"{long}: break it (ruff format), or say it in fewer words"
