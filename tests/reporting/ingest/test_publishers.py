"""Who may publish what: our contexts each on their topic, and outside sources as registered."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.reporting.ingest.publishers import publishers
from shared.contract.benefits import GiftIssued
from shared.contract.catalogue import CATALOGUE, EVENT_TYPES, source_of, topic_of
from shared.kafka.acceptance import Publisher

TOPIC = "guildhall.ext.canteen.v1"
REGISTER = """\
- name: canteen
  contact: 食堂 王师傅
  types: [guildhall.benefits.GiftIssued.v1]
  orgs: [tjtc, tjjt]
"""


def register(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "sources.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_register_each_context_publishes_its_own_on_its_own_topic() -> None:
    found = publishers(None)
    assert set(found) == {topic_of(context) for context in EVENT_TYPES}
    for context, classes in EVENT_TYPES.items():
        publisher = found[topic_of(context)]
        assert publisher.source == source_of(context)
        assert publisher.types == {cls.type_name() for cls in classes}
        assert publisher.orgs is None and publisher.sequenced
    assert set.union(*(set(p.types) for p in found.values())) == set(CATALOGUE)


@pytest.mark.parametrize("text", ["", "[]", "# nobody yet\n", "null"])
def test_an_empty_register_adds_nobody(tmp_path: Path, text: str) -> None:
    assert publishers(register(tmp_path, text)) == publishers(None)


def test_a_registered_source_has_a_topic_types_and_unions_of_its_own(tmp_path: Path) -> None:
    found = publishers(register(tmp_path, REGISTER))
    assert found.pop(TOPIC) == Publisher(
        "/ext/canteen",
        frozenset({GiftIssued.type_name()}),
        frozenset({"tjtc", "tjjt"}),
        sequenced=False,
    )
    assert found == publishers(None)


def test_a_type_nobody_publishes_is_refused_with_file_and_source(tmp_path: Path) -> None:
    file = register(tmp_path, REGISTER.replace("GiftIssued.v1", "GiftIssued.v9"))
    with pytest.raises(ValueError, match=r"sources\.yaml: source canteen .*GiftIssued\.v9"):
        publishers(file)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("name: canteen", "name: Canteen of Mr Wang"),
        ("name: canteen", "name: 食堂"),
        ("name: canteen", "name: ''"),
        ("  contact: 食堂 王师傅\n", ""),
        ("  orgs: [tjtc, tjjt]\n", ""),
        ("orgs: [tjtc, tjjt]", "orgs: ['*']"),
        ("orgs: [tjtc, tjjt]", "orgs: tjtc"),
        ("contact:", "phone: 1\n  contact:"),
        ("- name", "- - name"),
    ],
)
def test_a_register_that_says_something_else_is_refused(
    tmp_path: Path, was: str, becomes: str
) -> None:
    text = REGISTER.replace(was, becomes)
    if becomes.startswith("- -"):
        text = "- canteen\n"
    with pytest.raises(ValidationError):
        publishers(register(tmp_path, text))
