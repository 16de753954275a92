"""The contract as an AsyncAPI 3.0 document: channels and rights of the manifest, messages of the
contract. `guildhall contract asyncapi` prints it; `python -m deploy.asyncapi` writes it into
docs/contract/, where a test finds it stale.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from deploy.embedded.manifest import Topic, group_members, outside, topic_settings, topics
from shared.contract.catalogue import EVENT_TYPES
from shared.contract.document_schema import document_schema

FILE = Path(__file__).parents[1] / "docs" / "contract" / "asyncapi.json"
OUTSIDE = "outside"
BINDING = "0.5.0"
POSITION = {
    "type": "object",
    "properties": {
        "guildhall-position": {
            "type": "string",
            "description": "epoch.shard.sequence, of our own relays alone",
        }
    },
}
BROKERS = {"description": "GUILDHALL_KAFKA", "default": "kafka:9092"}
DIALECT = "application/schema+json;version=draft-2020-12"

Part = dict[str, Any]


def asyncapi() -> Part:
    """The document, as JSON has it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Guildhall 工会事件",
            "version": "1",
            "description": (
                "Every event is one CloudEvents 1.0.2 document in structured mode, the value of a "
                "record whose key is its stream."
            ),
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {
            "kafka": {
                "host": "{brokers}",
                "protocol": "kafka-secure",
                "variables": {
                    "brokers": {"description": "GUILDHALL_KAFKA", "default": "kafka:9092"}
                },
                "security": [{"$ref": "#/components/securitySchemes/scram"}],
            }
        },
        "channels": {name: _channel(name, topic) for name, topic in _channels()},
        "operations": {
            f"{principal}.{action}.{name}": _operation(action, name, topic, principal)
            for name, topic in _channels()
            for action, principal in _users(topic)
        },
        "components": {
            "securitySchemes": {"scram": {"type": "scramSha512"}},
            "messages": {
                cls.__name__: _message(cls.type_name(), cls.__name__)
                for classes in EVENT_TYPES.values()
                for cls in classes
            },
        },
    }


def _channels() -> Iterator[tuple[str, Topic]]:
    yield from zip(EVENT_TYPES, topics(), strict=True)
    yield OUTSIDE, outside()


def _users(topic: Topic) -> Iterator[tuple[str, str]]:
    yield "send", topic.writes
    for reader in topic.reads:
        yield "receive", reader


def _types(name: str) -> list[str]:
    """An outside source is registered for types of any context."""
    contexts = EVENT_TYPES if name == OUTSIDE else [name]
    return [cls.__name__ for context in contexts for cls in EVENT_TYPES[context]]


def _channel(name: str, topic: Topic) -> Part:
    settings = topic_settings()
    channel: Part = {
        "address": topic.name,
        "messages": {each: {"$ref": f"#/components/messages/{each}"} for each in _types(name)},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [settings["cleanup.policy"]],
                    "retention.ms": int(settings["retention.ms"]),
                },
                "bindingVersion": BINDING,
            }
        },
    }
    if name == OUTSIDE:
        source = {"description": "a registered source; it is sent what that was registered for"}
        channel["parameters"] = {"source": source}
    return channel


def _operation(action: str, name: str, topic: Topic, principal: str) -> Part:
    operation: Part = {
        "action": action,
        "channel": {"$ref": f"#/channels/{name}"},
        "summary": f"{principal} {'writes' if action == 'send' else 'reads'} {topic.name}",
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    }
    groups = [group for group, members in group_members().items() if principal in members]
    if action == "receive" and groups:
        group = {"type": "string", "enum": groups}
        operation["bindings"] = {"kafka": {"groupId": group, "bindingVersion": BINDING}}
    return operation


def _message(type_name: str, title: str) -> Part:
    schema = document_schema(type_name)
    return {
        "name": type_name,
        "title": title,
        "summary": schema["description"],
        "contentType": "application/cloudevents+json",
        "headers": POSITION,
        "payload": {"schemaFormat": DIALECT, "schema": schema},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": BINDING}},
    }


def text() -> bytes:
    """The document as the file has it."""
    return orjson.dumps(asyncapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(text())
    sys.exit(0)
