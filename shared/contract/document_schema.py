"""The JSON Schema (2020-12) of a whole document: the CloudEvents attributes, and the type's data.

Whoever publishes checks a document against it, envelope included, before Kafka sees it.
"""

from typing import Any

from shared.contract.attributes import ATTRIBUTE_CHARS_MAX, INT32_MAX
from shared.contract.catalogue import CATALOGUE, event_class, json_schema
from shared.contract.document import SALT_BYTES

NO_CONTROL_CHARACTER = r"^[^\x00-\x1f\x7f-\x9f]*$"

SCHEMA_PATHS = {name: f"/contract/schemas/{name}" for name in CATALOGUE}
"""Where every service of ours serves the schema of a type's documents: their `dataschema`, where
they bear one, as a URI reference to whichever of them."""

REQUIRED = ("specversion", "id", "source", "type", "subject", "time", "orgid", "actor", "data")


def document_schema(type_name: str) -> dict[str, Any]:
    """The schema of a type's documents. Raises ContractViolation `unknown-type`."""
    data = json_schema(type_name)
    definitions = data.pop("$defs", None)
    dialect = data.pop("$schema")
    data.pop("$id")
    org_id = event_class(type_name).model_json_schema()["properties"]["org_id"]
    properties = {
        "specversion": {"const": "1.0"},
        "id": _text("事件编号 · a UUID, one for ever", format="uuid"),
        "source": _text("来源 · who says so: /guildhall/<context> or /ext/<source>", minLength=1),
        "type": {"const": type_name},
        "subject": _text("事件流 · the stream, its name begins with the union's", minLength=1),
        "time": _text("记录时刻 · when it was recorded, RFC 3339", format="date-time"),
        "datacontenttype": {"const": "application/json"},
        "dataschema": {
            "description": f"模式地址 · this schema, {SCHEMA_PATHS[type_name]} of any service",
            "type": "string",
            "format": "uri-reference",
            "maxLength": ATTRIBUTE_CHARS_MAX,
        },
        "orgid": {**org_id, "description": "工会 · the union, as in the data"},
        "actor": _text("经办人 · the account that acted", minLength=1),
        "role": _text("角色 · in which role it acted"),
        "correlationid": _text("关联号 · the request it came from"),
        "causationid": _text("起因 · the event that caused it"),
        "streamversion": {
            "description": "流内序号 · counts from 1 in its stream; absent: not numbered",
            "type": "integer",
            "minimum": 0,
            "maximum": INT32_MAX,
        },
        "simulated": {"description": "演示数据 · of a simulated clock", "type": "boolean"},
        "salt": _text(
            f"盐值 · {SALT_BYTES * 8} random bits, so that the hash tells nothing", maxLength=64
        ),
        "data": data,
    }
    schema = {
        "$schema": dialect,
        "$id": type_name,
        "description": data.get("description", ""),
        "type": "object",
        "properties": properties,
        "required": list(REQUIRED),
    }
    return {**schema, "$defs": definitions} if definitions else schema


def _text(description: str, **more: Any) -> dict[str, Any]:
    bounds = {"maxLength": ATTRIBUTE_CHARS_MAX, "pattern": NO_CONTROL_CHARACTER}
    return {"description": description, "type": "string", **bounds, **more}
