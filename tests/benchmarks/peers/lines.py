"""What the peers that keep one table make of a record: a line, upserted by the event's id.

Nothing but the standard library: Quix Streams runs it in a virtual environment of its own.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Line = dict[str, str | int]
COLUMNS = {
    "id": "text", "type": "text", "org_id": "text", "occurred_on": "text", "person_id": "text",
    "quantity": "bigint", "amount_fen": "bigint",
}  # fmt: skip
"""Of the table; `id` is its key."""


def line_of(document: Mapping[str, Any], headers: Iterable[tuple[str, bytes]]) -> Line:
    """The line of an event, from a record's JSON: a CloudEvents document, or, in binary mode, its
    data alone, with the attributes in the headers. A field that the event lacks is 0 or empty,
    for a sink takes the columns of a batch from its first row."""
    if "specversion" in document:
        event_id, name, data = document["id"], document["type"], document["data"]
    else:
        named = dict(headers)
        event_id, name, data = named["ce_id"].decode(), named["ce_type"].decode(), document
    return {
        "id": event_id,
        "type": name,
        "org_id": data["org_id"],
        "occurred_on": data.get("occurred_on", ""),
        "person_id": data.get("person_id", ""),
        "quantity": data.get("quantity", 0),
        "amount_fen": data.get("amount_fen", 0),
    }
