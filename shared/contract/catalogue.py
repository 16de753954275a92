"""Every event type of the contract, by its name on the wire; schemas and topics come from here."""

from typing import Any

from shared.contract import benefits, events, members, reporting
from shared.contract.contexts import Context
from shared.contract.envelope import DomainEvent
from shared.contract.fields import meaning
from shared.errors import ContractViolation

EVENT_TYPES: dict[str, tuple[type[DomainEvent], ...]] = {
    "members": members.EVENTS,
    "benefits": benefits.EVENTS,
    "events": events.EVENTS,
    "reporting": reporting.EVENTS,
}
"""The event types of every context (`contexts.CONTEXTS`)."""

CATALOGUE: dict[str, type[DomainEvent]] = {
    cls.type_name(): cls for classes in EVENT_TYPES.values() for cls in classes
}


def topic_of(context: str) -> str:
    """The Kafka topic of one of our contexts: `guildhall.<context>.v1`."""
    return Context(context).topic


def outside_topic(source: str) -> str:
    """The topic of a registered source that is not ours: `guildhall.ext.<source>.v1`."""
    return f"guildhall.ext.{source}.v1"


def source_of(context: str) -> str:
    """The CloudEvents `source` of one of our contexts."""
    return Context(context).source


NUMBERED: frozenset[str] = frozenset(source_of(context) for context in EVENT_TYPES)
"""The sources that number their records, which are ours: an outside one is registered as numbering
none, and no header, attribute or column makes it one that does."""


def event_class(type_name: str) -> type[DomainEvent]:
    """The class of an event type. Raises ContractViolation `unknown-type`."""
    try:
        return CATALOGUE[type_name]
    except KeyError:
        raise ContractViolation(
            "unknown-type", f"no event type {type_name!r} among the {len(CATALOGUE)} published"
        ) from None


STREAM_KEYWORD = "x-guildhall-stream"
"""The keyword of a schema under which it says to which stream an event belongs."""


def json_schema(type_name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an event's data, with what each field means, and its stream.

    Raises ContractViolation `unknown-type`.
    """
    cls = event_class(type_name)
    schema = cls.model_json_schema()
    for field, node in schema["properties"].items():
        node["description"] = meaning(cls.__name__, field)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": type_name,
        STREAM_KEYWORD: cls.STREAM.template,
        **schema,
    }
