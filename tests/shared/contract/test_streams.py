"""The contract says to which stream an event belongs: for every type, the same to everybody."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contract.benefits import GiftIssued, GiftReceiptSigned, GiftReturned
from shared.contract.catalogue import CATALOGUE, STREAM_KEYWORD, json_schema
from shared.contract.envelope import DomainEvent
from shared.contract.events import PeriodAttested
from shared.contract.streams import StreamName
from tests.shared.contract.frozen import NAMES, sample

IN_ANY = {"{org_id}/{entry_stream}"}
"""What takes an entry back stands in the entry's own stream, whichever that is."""
TEMPLATES = {
    cls.STREAM.template: cls for cls in CATALOGUE.values() if cls.STREAM.template not in IN_ANY
}
"""Every template with one of the types that have it."""


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_stands_in_the_stream_of_its_event(name: str) -> None:
    document, cls = sample(name), NAMES[name]
    event = cls.model_validate(document["data"])
    assert event.stream_of() == document["subject"]
    assert cls.STREAM.of(SimpleNamespace(**document["data"])) == document["subject"]


@pytest.mark.parametrize("cls", CATALOGUE.values(), ids=lambda cls: cls.__name__)
def test_a_stream_is_named_by_fields_that_every_event_of_the_type_has(
    cls: type[DomainEvent],
) -> None:
    assert cls.STREAM.fields[0] == "org_id"
    for field in cls.STREAM.fields:
        info = cls.model_fields[field]
        assert info.is_required() or info.default, f"{field} may be absent"
    assert json_schema(cls.type_name())[STREAM_KEYWORD] == cls.STREAM.template


def test_types_of_one_kind_share_one_template_in_one_context() -> None:
    kinds: dict[str, set[tuple[str, str]]] = {}
    for cls in TEMPLATES.values():
        kinds.setdefault(cls.STREAM.kind, set()).add((cls.CONTEXT, cls.STREAM.template))
    assert {kind: found for kind, found in kinds.items() if len(found) > 1} == {}


def test_what_takes_an_entry_back_stands_in_a_stream_of_its_context_alone() -> None:
    kinds: dict[str, set[str]] = {}
    for cls in TEMPLATES.values():
        kinds.setdefault(cls.CONTEXT, set()).add(cls.STREAM.kind)
    for cls in CATALOGUE.values():
        if cls.STREAM.template in IN_ANY:
            pattern = json_schema(cls.type_name())["properties"]["entry_stream"]["pattern"]
            for context, of_it in kinds.items():
                for kind in of_it:
                    name = f"{kind}-p-000001" if kind != "organisation" else kind
                    allowed = context == cls.CONTEXT and kind not in ("gift", "insured")
                    assert bool(re.fullmatch(pattern, name)) == allowed, (cls.__name__, kind)


def test_a_receipt_and_a_return_meet_their_gift() -> None:
    assert GiftIssued.STREAM.template == GiftReceiptSigned.STREAM.template
    assert GiftIssued.STREAM.template == GiftReturned.STREAM.template


def values(cls: type[DomainEvent], field: str) -> st.SearchStrategy[Any]:
    """Any value that the schema allows for a field of a stream's name."""
    node = json_schema(cls.type_name())["properties"][field]
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if "pattern" in node:
        return st.from_regex(node["pattern"].rstrip("$"), fullmatch=True)
    return st.integers(node["minimum"], node["maximum"] if "maximum" in node else 2**53 - 1)


@pytest.mark.parametrize("cls", TEMPLATES.values(), ids=TEMPLATES)
@settings(max_examples=50)
@given(data=st.data())
def test_the_fields_can_be_told_from_the_name_so_two_things_never_share_a_stream(
    cls: type[DomainEvent], data: st.DataObject
) -> None:
    fields = {field: data.draw(values(cls, field), field) for field in cls.STREAM.fields}
    org_id, _, name = cls.STREAM.named(**fields).partition("/")
    assert org_id == fields.pop("org_id")
    if not fields:
        assert name == cls.STREAM.kind
        return
    kind, _, ids = name.partition("-")
    assert kind == cls.STREAM.kind
    assert ids.rsplit(".", len(fields) - 1) == [str(value) for value in fields.values()]


def test_a_name_is_made_from_its_fields_or_from_the_first_of_them() -> None:
    gift = GiftIssued.STREAM
    spring = {"org_id": "tjtc", "programme_id": "spring-2022"}
    assert gift.named(**spring, person_id="p-a7k2m9") == "tjtc/gift-spring-2022.p-a7k2m9"
    assert gift.prefix(**spring, person_id="p-a7k2m9") == "tjtc/gift-spring-2022.p-a7k2m9"
    assert gift.prefix(**spring) == "tjtc/gift-spring-2022."
    assert gift.prefix(org_id="tjtc") == "tjtc/gift-"
    assert StreamName("organisation").prefix(org_id="tjtc") == "tjtc/organisation"
    assert PeriodAttested.STREAM.kind == "attestation"
    with pytest.raises(KeyError, match="person_id"):
        gift.named(**spring)
