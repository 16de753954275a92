"""Names say what a thing is; our top-level names are nobody else's."""

import ast
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import packages_distributions

from tests.tidy.tree import CODE, nodes, python_files

BANNED = ("util", "helper", "common", "misc", "manager", "processor", "impl", "abstract")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
"""The words of a name, in snake_case or CamelCase."""


def banned_in(name: str) -> list[str]:
    words = {word.lower().removesuffix("s") for word in WORD.findall(name)}
    return sorted(words & set(BANNED))


def test_the_search_sees_words_and_not_parts_of_words() -> None:
    assert banned_in("http_utils") == ["util"]
    assert banned_in("ClaimManager") == ["manager"]
    assert banned_in("AbstractRepository") == ["abstract"]
    assert banned_in("simple_utility_commons") == ["common"]
    assert banned_in("implied_misconduct") == []


def test_no_file_or_class_is_named_after_nothing_in_particular() -> None:
    found = [f"{path}: {bad}" for path in python_files() if (bad := banned_in(path.stem))]
    found += [
        f"{path}: class {node.name}: {bad}"
        for path in python_files()
        for node in nodes(path, ast.ClassDef)
        if (bad := banned_in(node.name))
    ]
    assert not found, f"{found}: name it by what it holds or does"


def test_an_event_is_never_a_class_of_that_name() -> None:
    """Event always means a domain event; what people attend is an activity or a meeting."""
    found = [
        f"{path}: class {node.name}"
        for path in python_files("services", "shared", "guildhall", "deploy")
        for node in nodes(path, ast.ClassDef)
        if re.fullmatch(r"(Base)?Events?", node.name)
    ]
    assert not found, f"{found}: call it by the event's own name, or Activity, or Meeting"


def owners_of_ours(owners: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """Our top-level names that another distribution owns, too: it would shadow ours."""
    others = {name: set(owners.get(name, ())) - {"guildhall"} for name in CODE}
    return {name: found for name, found in others.items() if found}


def test_the_search_sees_an_owner_of_one_of_our_names() -> None:
    installed = {"deploy": ["a-tool"], "tests": ["guildhall", "careless"], "yaml": ["PyYAML"]}
    assert owners_of_ours(installed) == {"deploy": {"a-tool"}, "tests": {"careless"}}


def test_no_locked_dependency_owns_one_of_our_top_level_names() -> None:
    """Of what is installed here: everything that the locks name for runtime and development."""
    taken = owners_of_ours(packages_distributions())
    assert not taken, f"{taken}: that dependency would shadow ours; leave it out of locks/"
