"""docs/catalogue.md says what the contract says."""

from deploy.catalogue import PAGE, page
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
