"""The AsyncAPI document says what manifest and contract say, and refers to what is there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from deploy.asyncapi import FILE, asyncapi, text
from deploy.embedded.manifest import acls, topic_partitions
from shared.contract.catalogue import EVENT_TYPES

DOCUMENT = asyncapi()
SAMPLES = Path(__file__).parents[1] / "contract" / "samples"
MESSAGES = DOCUMENT["components"]["messages"]


def test_the_file_is_up_to_date() -> None:
    assert FILE.read_bytes() == text(), "run: make freeze"


def references(part: Any) -> Iterator[str]:
    """Every `$ref` outside the payloads, whose references are their own."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            elif name != "payload":
                yield from references(value)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        part = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]


def test_its_channels_are_the_topics_of_the_manifest() -> None:
    channels = {
        channel["address"]: channel["bindings"]["kafka"]["partitions"]
        for channel in DOCUMENT["channels"].values()
    }
    outside = "guildhall.ext.{source}.v1"
    assert channels == topic_partitions() | {outside: 2}
    [parametrized] = [name for name, each in DOCUMENT["channels"].items() if "parameters" in each]
    assert DOCUMENT["channels"][parametrized]["address"] == outside


def test_its_operations_are_the_rights_of_the_manifest() -> None:
    said = set()
    for operation in DOCUMENT["operations"].values():
        name = operation["channel"]["$ref"].rpartition("/")[2]
        right = {"send": "write", "receive": "read"}[operation["action"]]
        principal = operation["summary"].split()[0]
        said.add((principal, DOCUMENT["channels"][name]["address"], right))
    ours = {each for each in said if "{" not in each[1]}
    assert ours == {(a.principal, a.name, a.operation) for a in acls() if a.resource == "topic"}
    assert said - ours == {
        ("guildhall-ext-{source}", "guildhall.ext.{source}.v1", "write"),
        ("guildhall-reporting", "guildhall.ext.{source}.v1", "read"),
    }


def test_a_topic_carries_the_events_of_its_context_and_an_outside_one_those_of_any() -> None:
    for context, classes in EVENT_TYPES.items():
        assert set(DOCUMENT["channels"][context]["messages"]) == {c.__name__ for c in classes}
    assert set(DOCUMENT["channels"]["outside"]["messages"]) == set(MESSAGES)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_the_document_that_is_published(name: str) -> None:
    message = MESSAGES[name]
    [version] = re.findall(r"\.v(\d+)$", message["name"])
    sample = orjson.loads((SAMPLES / f"{name}.v{version}.json").read_bytes())
    schema = message["payload"]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(sample, schema)
