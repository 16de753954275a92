"""The contexts have one inner shape: who has read one finds their way in the others."""

from shared.contract.contexts import FACT_CONTEXTS
from tests.tidy.tree import files, text

SHAPE = {
    "README.md",
    "__init__.py",
    "__main__.py",
    "api.py",
    "commands",
    "domain",
    "handlers",
    "queries",
    "reactions.py",
    "schema",
    "streams.py",
    "tables.py",
}
"""What a context is made of; the order of imports in it is a contract of pyproject.toml."""

ABSENT = {
    ("members", "reactions.py"): "it listens to nobody",
    ("events", "tables.py"): "what it answers is folded from its events",
}
"""What one context does without, and the reason, which its README says too."""


def parts_of(context: str) -> set[str]:
    return {path.parts[2] for path in files() if path.parts[:2] == ("services", context)}


def test_every_context_is_made_of_the_same_parts() -> None:
    for context in FACT_CONTEXTS:
        expected = {part for part in SHAPE if (context, part) not in ABSENT}
        assert parts_of(context) == expected, f"services/{context} has a shape of its own"


def test_a_readme_says_what_its_context_does_without() -> None:
    for context, part in ABSENT:
        said = " ".join(text(path) for path in files() if path.parts[1:] == (context, "README.md"))
        name = part.removesuffix(".py")
        assert f"no `{name}`" in said.replace("No", "no"), f"{context}: why has it no {name}?"


def test_a_decision_is_called_by_its_name_and_typed() -> None:
    """No table from commands to decisions, and no state of type Any: mypy sees every call."""
    loose = [
        str(path)
        for path in files()
        if path.suffix == ".py"
        and len(path.parts) > 3
        and path.parts[0] == "services"
        and path.parts[1] in FACT_CONTEXTS
        and path.parts[2] in ("domain", "handlers")
        and any(word in text(path) for word in ("DECISIONS", "state: Any", "Callable[..., "))
    ]
    assert not loose, f"{loose}: a handler calls its decision by name"
