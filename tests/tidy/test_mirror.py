"""Every source module has its tests where one looks for them, and every test runs."""

import ast

from tests.tidy.tree import ROOT, SERVICES, files, nodes, python_files

ELSEWHERE = {
    "__main__": "the composition root runs in tests/journeys",
    "commands": "each context's test_api.py sends every one of them",
    "worker": "the worker's composition root runs in tests/journeys",
    "handlers": "each context's test_api.py runs every one of them",
}
"""Modules of a context that have no test file of their own, and where they are tested."""


def test_every_module_of_a_service_has_a_test_file_or_package_of_its_name() -> None:
    missing = sorted(
        f"services/{service}/{name}"
        for service in SERVICES
        for name in _modules(service) - set(ELSEWHERE)
        if not _mirrored(service, name) and f"services.{service}.{name}" not in _tested(service)
    )
    assert not missing, f"{missing}: write tests/<service>/test_<name>.py, or a package of its name"


def _modules(service: str) -> set[str]:
    inside = [path.parts[2] for path in python_files("services") if path.parts[1] == service]
    return {name.removesuffix(".py") for name in inside} - {"__init__"}


def _mirrored(service: str, name: str) -> bool:
    at = ROOT / "tests" / service
    return (at / f"test_{name}.py").exists() or any((at / name).glob("test_*.py"))


def _tested(service: str) -> set[str]:
    """Modules that a test of the service names itself, where its own file would say no more."""
    tests = [path for path in python_files("tests") if path.parts[1] == service]
    return {
        module
        for path in tests
        if path.name.startswith("test_")
        for node in nodes(path, ast.ImportFrom)
        for module in (node.module or "", *(f"{node.module}.{name.name}" for name in node.names))
    }


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    words = {"skip", "skipif", "xfail", "importorskip", "skipTest"}
    found = [
        f"{path}:{node.lineno} {node.attr}"
        for path in python_files("tests")
        for node in nodes(path, ast.Attribute)
        if node.attr in words and ast.unparse(node.value).split(".")[0] in ("pytest", "unittest")
    ]
    assert not found, f"{found}: mend what it shows, or delete the test"


def test_every_test_file_holds_a_test() -> None:
    empty = [
        str(path)
        for path in python_files("tests")
        if path.name.startswith("test_")
        and not any(
            node.name.startswith("test_")
            for node in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef)
        )
    ]
    assert not empty, f"{empty}: a test file without a test proves nothing"


def test_every_yaml_case_file_of_the_rules_has_its_values() -> None:
    cases = {path.stem for path in files() if path.parts[:2] == ("tests", "rules")}
    values = {
        path.stem
        for path in files()
        if path.parts[:4] == ("services", "reporting", "rules", "values")
    }
    assert cases == values, f"{cases ^ values}: values and cases are neighbours, one file each"
