"""Every refusal a person can meet has a title in Chinese, and every title a refusal."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from shared import errors
from shared.http import problems
from shared.http.auth import Unauthenticated
from shared.service import context
from tests.tidy.tree import ROOT, SERVICES, nodes, python_files

REFUSALS = {
    name
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, errors.Refusal)
} | {Unauthenticated.__name__}


def codes_raised(path: Path) -> Iterator[str]:
    """Codes of refusals made in a file, and of the rows they list."""
    for call in nodes(path, ast.Call):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name in REFUSALS and call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)
    for row in nodes(path, ast.Dict):
        for key, value in zip(row.keys, row.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "code":
                either = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
                yield from (str(one.value) for one in either if isinstance(one, ast.Constant))


def files_of(service: str) -> list[Path]:
    return [path for path in python_files("services") if path.parts[1] == service]


SHARED = {**problems.TITLES, **context.SHARED_REFUSALS}


def titles(service: str) -> dict[str, str]:
    found: dict[str, str] = import_module(f"services.{service}.api").REFUSALS
    return found


def title_file(service: str) -> Path:
    """Where a service's titles stand: `api.py`, or reporting's package `api`."""
    return Path(str(import_module(f"services.{service}.api").__file__)).relative_to(ROOT)


@pytest.mark.parametrize("service", SERVICES)
def test_every_refusal_of_a_service_has_a_title(service: str) -> None:
    raised = {code for path in files_of(service) for code in codes_raised(path)}
    untitled = sorted(raised - set(titles(service)) - set(SHARED))
    assert raised and not untitled, f"{untitled}: title them in REFUSALS, {title_file(service)}"


def test_every_refusal_of_shared_has_a_title() -> None:
    raised = {code for path in python_files("shared") for code in codes_raised(path)}
    untitled = sorted(raised - set(SHARED))
    assert not untitled, f"{untitled}: title them in shared/http/problems.py TITLES"


@pytest.mark.parametrize("service", SERVICES)
def test_no_title_stands_for_a_refusal_that_is_gone(service: str) -> None:
    words: set[str] = set()
    for path in files_of(service):
        words |= set(codes_raised(path))
        if path != title_file(
            service
        ):  # codes handed on as plain values, never the titles themselves
            words |= {str(node.value) for node in nodes(path, ast.Constant)}
    left_over = sorted(set(titles(service)) - words)
    assert not left_over, f"{left_over}: no code raises them; delete the titles"


@pytest.mark.parametrize("service", SERVICES)
def test_titles_are_chinese_and_codes_are_kebab_case(service: str) -> None:
    for code, title in titles(service).items():
        assert code == code.lower() and " " not in code and "_" not in code, code
        assert any("一" <= character <= "鿿" for character in title), f"{code}: {title}"


def test_a_code_has_one_title_wherever_it_is_raised() -> None:
    found: dict[str, set[str]] = {code: {title} for code, title in SHARED.items()}
    for service in SERVICES:
        for code, title in titles(service).items():
            found.setdefault(code, set()).add(title)
    several = {code: sorted(titled) for code, titled in found.items() if len(titled) > 1}
    assert not several, f"{several}: title it once, in shared/http/problems.py if shared raises it"
