"""docs/glossary.md holds every word of the contract, in both languages."""

import ast
import re
from importlib import import_module
from pathlib import Path

from services.reporting.projections import PROJECTIONS
from shared.contract.catalogue import CATALOGUE
from tests.tidy.tree import CONTEXTS, ROOT, files, nodes, python_files, text

GLOSSARY = ROOT / "docs" / "glossary.md"
COLUMNS = ["中文", "English", "in code", "meaning", "not to be confused with"]

SOURCES = python_files("services", "shared", "guildhall", "deploy")

PARAPHRASES = {
    "desk": "the people's side of the demo: enter, client, office",
    "isolating": "bisect",
    "known_at_hand": "lookup",
    "living": "services, supervisor",
    "readings": "prefetch",
    "set_aside": "parked (behind a gap) or quarantine (cannot be accepted)",
}
"""Private words that the code had, as modules or in names, and the field's word to take."""

SAID = {"set aside": "parked, or quarantined", "known at hand": "looked up"}
"""The same in docstrings."""


def rows() -> list[list[str]]:
    """The cells of every row of every table in the glossary."""
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    tables = [line for line in lines if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in tables]


def identifiers(path: Path) -> set[str]:
    """Names that a file defines or reads, in snake case."""
    defined = {
        getattr(node, field)
        for kind, field in (
            (ast.FunctionDef, "name"),
            (ast.AsyncFunctionDef, "name"),
            (ast.ClassDef, "name"),
            (ast.Name, "id"),
            (ast.arg, "arg"),
        )
        for node in nodes(path, kind)
    }
    return {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in defined}


def names_in_code() -> set[str]:
    cells = [row[2] for row in rows() if len(row) == len(COLUMNS)]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_row_fills_the_five_columns_in_both_languages() -> None:
    for row in rows():
        assert len(row) == len(COLUMNS), f"{row}: {' · '.join(COLUMNS)}"
        if row != COLUMNS:
            assert re.search(r"[一-鿿]", row[0]), f"no Chinese in {row}"
            assert row[1] and row[3], f"{row}: say it in English, and what it means"


def test_every_event_type_has_a_row() -> None:
    missing = sorted({cls.__name__ for cls in CATALOGUE.values()} - names_in_code())
    assert not missing, f"{missing}: add a row to docs/glossary.md"


def test_every_command_stands_with_the_event_it_leads_to() -> None:
    commands = {
        route.command.__name__
        for service in CONTEXTS
        for route in import_module(f"services.{service}.api").COMMANDS.values()
    }
    missing = sorted(commands - names_in_code())
    assert not missing, f"{missing}: name it in docs/glossary.md beside its event"


def test_every_projection_has_a_row() -> None:
    missing = sorted({projection.name for projection in PROJECTIONS} - names_in_code())
    assert not missing, f"{missing}: add a row to docs/glossary.md"


def test_no_row_names_an_event_or_a_command_that_is_gone() -> None:
    classes = {
        node.name
        for path in python_files("services", "shared")
        for node in nodes(path, ast.ClassDef)
    }
    named = {name for name in names_in_code() if re.fullmatch(r"([A-Z][a-z]+){2,}", name)}
    assert named <= classes, f"{named - classes}: docs/glossary.md names what is gone"


def test_no_module_and_no_name_paraphrases_a_term() -> None:
    banned = re.compile(rf"(^|_)({'|'.join(PARAPHRASES)})(_|$)")
    found = [
        f"{path}: {word[2]}, say {PARAPHRASES[word[2]]}"
        for path in SOURCES
        for name in {*path.with_suffix("").parts, *identifiers(path)}
        if (word := banned.search(name))
    ]
    assert not found, "\n".join(found)


def test_no_docstring_paraphrases_a_term() -> None:
    found = [
        f"{path}: {phrase!r}, say {term}"
        for path in SOURCES
        for node in nodes(path, ast.Constant)
        for phrase, term in SAID.items()
        if isinstance(node.value, str) and re.search(rf"\b{phrase}\b", node.value, re.IGNORECASE)
    ]
    assert not found, "\n".join(found)


def test_every_technical_term_stands_in_the_code() -> None:
    """Names in the technical half are somewhere in the code, so that a reader finds them."""
    technical = GLOSSARY.read_text(encoding="utf-8").partition("## Technical half")[2]
    cells = [line.split(" | ")[2] for line in technical.splitlines() if line.startswith("| ")]
    named = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
    code = "\n".join(text(p) for p in files() if p.suffix in (".py", ".sql"))
    missing = sorted(name for name in named if name not in code)
    assert named and not missing, f"{missing}: docs/glossary.md names what is gone"
