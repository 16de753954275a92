"""A definition changes with what is folded and how, and with no comment."""

import ast
from dataclasses import replace

import pytest

from services.reporting.projections import DEFINITIONS, PROJECTIONS, fingerprint
from services.reporting.projections.deliveries import DELIVERIES
from services.reporting.projections.fingerprint import definition_of

MODULE = "services.reporting.projections.deliveries"


def test_every_projection_and_the_sums_have_a_definition_of_their_own() -> None:
    assert DEFINITIONS.keys() == {each.name for each in PROJECTIONS} | {"figure_sums"}
    assert len(set(DEFINITIONS.values())) == len(DEFINITIONS)
    assert definition_of(DELIVERIES) == DEFINITIONS["deliveries"]


def test_a_column_an_index_a_key_or_a_type_makes_another() -> None:
    changed = [
        replace(DELIVERIES, name="other"),
        replace(DELIVERIES, key=DELIVERIES.key[:-1]),
        replace(DELIVERIES, indexes=()),
        replace(DELIVERIES, on=dict(list(DELIVERIES.on.items())[1:])),
    ]
    assert DEFINITIONS["deliveries"] not in {definition_of(each) for each in changed}


@pytest.mark.parametrize(
    ("module", "differ"),
    [
        (MODULE, True),
        ("services.reporting.projections.definition", True),
        ("services.reporting.projections.engine", True),
        ("services.reporting.projections.claims", False),
        ("services.reporting.figures.gifts", False),
    ],
)
def test_code_that_folds_it_makes_another(
    monkeypatch: pytest.MonkeyPatch, module: str, differ: bool
) -> None:
    code = fingerprint._code
    monkeypatch.setattr(fingerprint, "_code", lambda name: code(name) + "!" * (name == module))
    assert (definition_of(DELIVERIES) != DEFINITIONS["deliveries"]) is differ


def test_figures_are_code_of_their_lines() -> None:
    assert "services.reporting.figures.gifts" in fingerprint._closure(
        {"services.reporting.figures", "services.reporting.projections.figure_lines"}
    )


def test_a_docstring_or_a_comment_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    plain = "A = 1\n\n\ndef f(x):\n    return x + A\n"
    told = (
        '"""What."""\n\nA = 1  # one\n"""One."""\n\n\ndef f(x):\n    """Why."""\n    return x + A\n'
    )
    trees = []
    for text in (plain, told):
        monkeypatch.setattr(fingerprint.Path, "read_text", lambda _self, encoding, t=text: t)
        fingerprint._tree.cache_clear()
        trees.append(ast.dump(fingerprint._tree(MODULE)))
    monkeypatch.undo()
    fingerprint._tree.cache_clear()
    assert trees[0] == trees[1]
