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
    "alike": "the same, or idempotent",
    "cut": "watermark (the last log_index proven complete), or truncated",
    "desk": "the people's side of the demo: enter, client, office",
    "held_streams?": "blocked_streams",
    "holding": "blocked (a stream behind a record in quarantine)",
    "holes?": "gap (in a shard's sequence), or journal_gaps (rows the journal lost)",
    "isolating": "bisect",
    "keeping": "what is kept",
    "known_at_hand": "lookup",
    "living": "services, supervisor",
    "readings": "prefetch",
    "refold": "rebuild",
    "set_aside": "parked (behind a gap) or quarantine (cannot be accepted)",
    "standings?": "current (a row), stream_line (of a figure), stored (a finding), or status",
    "stream_held": "stream_blocked",
    "waves?": "stage (commands sent at the same time)",
}
"""Private words that modules and names had, as patterns, and the field's word to take."""

SAID = {
    "(said|answered) (again )?alike": "idempotent",
    "built anew": "replaced",
    "held streams?": "blocked stream",
    "holds? back": "blocks",
    "holes?": "gap",
    "known at hand": "looked up",
    "proven cuts?": "watermark",
    "set aside": "parked, or quarantined",
    "standing rows?": "current row",
    "stream-held": "stream-blocked",
    "warmed process": "fork server",
}
"""The same in docstrings and documents."""


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


def term_for(word: str) -> str:
    """The field's word for a private one."""
    return next(term for private, term in PARAPHRASES.items() if re.fullmatch(private, word))


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
        f"{path}: {word[2]}, say {term_for(word[2])}"
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


def test_no_document_paraphrases_a_term() -> None:
    documents = [path for path in files() if path.suffix == ".md"]
    found = [
        f"{path}: {phrase!r}, say {term}"
        for path in documents
        for phrase, term in SAID.items()
        if re.search(rf"\b{phrase}\b", text(path), re.IGNORECASE)
    ]
    assert documents and not found, "\n".join(found)


def test_every_technical_term_stands_in_the_code() -> None:
    """Names in the technical half are somewhere in the code, so that a reader finds them."""
    technical = GLOSSARY.read_text(encoding="utf-8").partition("## Technical half")[2]
    cells = [line.split(" | ")[2] for line in technical.splitlines() if line.startswith("| ")]
    named = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
    code = "\n".join(text(p) for p in files() if p.suffix in (".py", ".sql"))
    missing = sorted(name for name in named if name not in code)
    assert named and not missing, f"{missing}: docs/glossary.md names what is gone"
