"""docs/catalogue.md says what the contract says."""

from pathlib import Path
from typing import Any

import pytest

from deploy import catalogue
from deploy.catalogue import PAGE, page, value_text
from shared.contract.catalogue import CATALOGUE, json_schema
from shared.contract.fields import MEANINGS, OWN_MEANINGS


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m deploy.catalogue"


def test_the_page_has_every_type() -> None:
    text = PAGE.read_text(encoding="utf-8")
    missing = [name for name in CATALOGUE if f"`{name}`" not in text]
    assert not missing, f"{missing}: run python -m deploy.catalogue"


def test_every_field_has_a_meaning_and_no_meaning_is_left_over() -> None:
    fields = {field for cls in CATALOGUE.values() for field in cls.model_fields}
    assert fields == set(MEANINGS), "say what the field means in shared/contract/fields.py"
    own = {f"{cls.__name__}.{field}" for cls in CATALOGUE.values() for field in cls.model_fields}
    assert set(OWN_MEANINGS) <= own, "shared/contract/fields.py names a field that is gone"


def test_the_published_schema_tells_meaning_and_units() -> None:
    schema = json_schema("guildhall.benefits.GiftIssued.v1")
    assert schema["properties"]["quantity"]["description"] == "份数 · portions (份)"
    assert all("description" in node for node in schema["properties"].values())


SCHEMA = {"$defs": {"Line": {"enum": ["gift", "春节"]}}}


@pytest.mark.parametrize(
    ("node", "text"),
    [
        ({"$ref": "#/$defs/Line"}, "`gift` · `春节`"),
        ({"anyOf": [{"type": "null"}, {"$ref": "#/$defs/Line"}]}, "`gift` · `春节`"),
        ({"const": True}, "`True`"),
        ({"type": "integer", "minimum": 0}, "integer from 0"),
        ({"type": "integer", "exclusiveMinimum": 0}, "integer from 1"),
        ({"type": "integer", "minimum": 1, "maximum": 10_000}, "integer 1 to 10,000"),
        ({"type": "string", "format": "date"}, "date"),
        ({"type": "string", "pattern": "^p-[0-9a-z]{6,40}$"}, "person id"),
        ({"type": "string", "pattern": "^(a|b)$"}, "text `^(a\\|b)$`"),
        ({"type": "string", "maxLength": 60}, "text, at most 60 characters"),
        ({"type": "string"}, "text"),
        ({"type": "boolean"}, "boolean"),
        (
            {"type": "array", "items": {"type": "integer"}, "maxItems": 1000},
            "list of integer from 0, at most 1,000",
        ),
        (
            {"type": "object", "properties": {"a": {"type": "string"}, "b": {"const": 1}}},
            "{`a`: text, `b`: `1`}",
        ),
    ],
)
def test_what_a_field_allows_is_said_in_a_few_words(node: dict[str, Any], text: str) -> None:
    assert value_text(node, SCHEMA) == text


def test_checking_writes_nothing_and_fails_when_the_page_is_stale(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "docs" / "catalogue.md"
    monkeypatch.setattr(catalogue, "PAGE", stale)
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    assert catalogue.main(["--check"]) == 1
    assert not stale.exists()
    assert "run python -m deploy.catalogue" in capsys.readouterr().err
    stale.parent.mkdir()
    assert catalogue.main([]) == 0
    assert catalogue.main(["--check"]) == 0
    assert stale.read_text(encoding="utf-8") == page()


def test_a_type_without_a_sample_is_no_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(catalogue, "SAMPLES", tmp_path)
    with pytest.raises(FileNotFoundError):
        page()
