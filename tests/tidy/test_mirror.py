"""Every source module has its tests where one looks for them, and every test runs."""

import ast
from fnmatch import fnmatch
from pathlib import Path

from tests.tidy.tree import ROOT, files, nodes, python_files

ELSEWHERE = {
    "services/*/commands*": "the context's test_api.py sends every one",
    "services/*/handlers*": "the context's test_api.py and test_races.py run every one",
    "services/benefits/queries/*": "test_queries.py asks every one",
    "services/events/queries/*": "test_queries.py asks every one",
    "services/members/queries/*": "test_queries.py and test_person_records.py ask every one",
    "services/*/domain/*": "the context's domain/, test_domain.py and test_union.py",
    "services/reporting/figures/*": "test_every_figure.py holds each to one whole year",
    "services/reporting/rules/formulas/*": "tests/rules/*.yaml, a file of cases for each",
    "services/reporting/reports/*": "test_annual.py reads every chapter of the report",
    "services/reporting/api/freshness": "attacks/test_dropped_projections.py asks each",
    "services/reporting/rebuild/comparison": "test_coordinator.py and test_keeper.py compare",
    "services/reporting/rebuild/outcome": "test_coordinator.py and test_keeper.py",
    "services/reporting/rebuild/processes": "test_coordinator.py and test_worker.py run them",
    "services/reporting/worker": "the composition root runs in tests/journeys",
    "guildhall/demo/*": "test_year.py, test_loader.py and test_answers.py run the script",
    "services/console/*_form": "test_office_forms.py holds every form to its command",
    "services/console/finding_forms": "test_office_forms.py holds every form to its command",
    "services/console/code_words": "test_office_forms.py asks a word for every choice",
    "services/console/sign_off": "pages/test_office_programmes.py reads both sheets",
    "services/console/pages/office_facts": "pages/test_office_forms.py reads what each shows",
    "services/console/pages/office_names": "pages/test_office_claims.py shows names",
    "services/reporting/api/one_finding": "queries/test_finding_story.py asks it",
    "shared/typesetting/*": "reporting/reports/test_printing.py sets documents with both",
    "shared/http/guard": "tests/attacks/test_floods.py asks every route of every app",
    "shared/service/connections": "tests/attacks/test_floods.py reaches every limit",
    "shared/contract/*": "test_samples.py holds every class to its frozen sample",
    "shared/testing/*": "it serves tests, which would fail with it",
}
"""Modules without a test file of their own, by pattern, and where their promise is tested."""

TESTED_THROUGH_OTHERS = {
    "deploy/backup": "base_backup restore",
    "deploy/embedded": "errors",
}
"""Modules by folder that only their users' tests run: give one a test file and take it out here."""


def test_every_module_has_its_tests_at_the_same_path() -> None:
    missing = [name for name in modules() if not mirrored(name) and not excused(name)]
    assert not missing, f"{missing}: write tests/<same path>/test_<name>.py (no services/ in it)"


def test_a_module_that_has_tests_of_its_own_is_not_excused() -> None:
    listed = {name for name in modules() if name in through_others()}
    done = sorted(name for name in listed if mirrored(name))
    assert not done, f"{done}: take them out of TESTED_THROUGH_OTHERS"


def modules() -> list[str]:
    """Every module of the code, as a path; composition roots run in tests/journeys."""
    code = python_files("services", "shared", "guildhall", "deploy")
    return [
        path.with_suffix("").as_posix()
        for path in code
        if path.stem not in ("__init__", "__main__")
    ]


def mirrored(name: str) -> bool:
    """Whether a module has a test file, or a package of tests, at its own path."""
    path = Path(name.removeprefix("services/"))
    folder = ROOT / "tests" / path.parent
    return (folder / f"test_{path.name}.py").exists() or any((folder / path.name).glob("test_*.py"))


def excused(name: str) -> bool:
    """Whether a module's promise is tested elsewhere, and the tables say so."""
    return name in through_others() or any(fnmatch(name, pattern) for pattern in ELSEWHERE)


def through_others() -> set[str]:
    """The modules of TESTED_THROUGH_OTHERS, as paths."""
    folders = TESTED_THROUGH_OTHERS.items()
    return {f"{folder}/{name}" for folder, names in folders for name in names.split()}


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
