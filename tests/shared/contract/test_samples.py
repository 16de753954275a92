"""Every published type keeps its word: frozen samples parse, frozen schemas are not narrowed."""

from datetime import date
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from shared.contract.catalogue import source_of
from shared.contract.document import document_of
from shared.contract.document_schema import document_schema
from shared.contract.envelope import plain
from shared.contract.narrowing import narrowings
from shared.kafka.cloudevents import CONTENT_TYPE, from_record
from tests.shared.contract.frozen import (
    FREEZE,
    NAMES,
    SAMPLES,
    SCHEMAS,
    checksum,
    checksums,
    read,
    sample,
)

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date", raises=ValueError)
def is_civil_date(value: Any) -> bool:
    """RFC 3339 full-date; Python's own reading takes 20221215 too."""
    return not isinstance(value, str) or date.fromisoformat(value).isoformat() == value


def validator(name: str) -> Draft202012Validator:
    schema = document_schema(NAMES[name].type_name())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FORMATS)


def test_every_type_has_a_sample_and_a_frozen_schema() -> None:
    for folder in (SAMPLES, SCHEMAS):
        missing = sorted(set(NAMES) - {path.name for path in folder.iterdir()})
        assert not missing, f"write tests/contract/samples/{missing[0]}, {FREEZE}"


def test_no_published_type_is_gone() -> None:
    gone = sorted({path.name for path in (*SAMPLES.iterdir(), *SCHEMAS.iterdir())} - set(NAMES))
    assert not gone, f"{gone} were published: a type stays, a new meaning is a new version"


def test_no_sample_was_edited() -> None:
    found = {path.name: checksum(path) for path in SAMPLES.iterdir()}
    edited = sorted(
        name for name, digest in found.items() if checksums().get(name, digest) != digest
    )
    assert not edited, f"{edited} were published so: restore them, and add a new version instead"
    assert found == checksums(), f"a new sample has no checksum yet: {FREEZE}"


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_has_no_field_that_its_type_lost(name: str) -> None:
    data = sample(name)["data"]
    event = NAMES[name].model_validate_json(orjson.dumps(data))
    written = plain(event)
    assert {field: written[field] for field in data} == data


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_tolerates_a_field_it_does_not_know(name: str) -> None:
    data = {**sample(name)["data"], "a_later_field": {"nested": [1]}}
    cls = NAMES[name]
    event = cls.model_validate_json(orjson.dumps(data), extra="ignore")
    assert event == cls.model_validate_json(orjson.dumps(sample(name)["data"]))


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_meets_its_json_schema(name: str) -> None:
    validator(name).validate(sample(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_type_promises_no_less_than_when_it_was_published(name: str) -> None:
    losses = narrowings(read(SCHEMAS / name), document_schema(NAMES[name].type_name()))
    assert not losses, f"{losses}: published events have it; add a new version of the type instead"


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_read_from_the_wire_with_a_consistent_envelope(name: str) -> None:
    document, cls = sample(name), NAMES[name]
    key = document["subject"].encode()
    envelope = from_record(key, (SAMPLES / name).read_bytes(), [CONTENT_TYPE])
    assert envelope.type == cls.type_name()
    assert envelope.source == source_of(cls.CONTEXT)
    assert envelope.org_id == document["data"]["org_id"] == envelope.stream.split("/")[0]
    compact = envelope._replace(data=orjson.dumps(document["data"]))
    assert document_of(compact) == orjson.dumps(document), "and is written as it was read"
    assert orjson.loads(envelope.data) == document["data"]


PROBES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.5, 10**14, "", "0", "1", "1640995200", "true", "yes", "x",
    "2022-12-15", "20221215", "2022-12-15T00:00:00", "2022-13-01", "a\x00b", "a\nb", "名" * 300,
    [], ["x"], [None], {}, {"kind": "x"},
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_schema_and_model_accept_and_refuse_the_same_values(name: str) -> None:
    """Whoever checks by the published schema is never surprised by us."""
    data, cls, schema = sample(name)["data"], NAMES[name], validator(name)
    for field in data:
        for probe in PROBES:
            changed = {**data, field: probe}
            by_schema = schema.is_valid({**sample(name), "data": changed})
            try:
                cls.model_validate_json(orjson.dumps(changed))
                by_model = True
            except ValueError:
                by_model = False
            assert by_model == by_schema, f"{field} = {probe!r}: model {by_model}"


@pytest.mark.parametrize("name", NAMES)
def test_no_text_of_an_event_may_hold_a_control_character(name: str) -> None:
    """PostgreSQL has no NUL in a text: one such event would stop every projection."""
    schema = validator(name)
    for field, value in sample(name)["data"].items():
        if isinstance(value, str):
            changed = {**sample(name)["data"], field: f"{value}\x00"}
            assert not schema.is_valid({**sample(name), "data": changed}), field
