"""Contracts as files: an AsyncAPI or OpenAPI document, a schema, or a folder of schemas."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from shared.contract.catalogue import CATALOGUE
from shared.contract.document_schema import document_schema

Schemas = dict[str, dict[str, Any]]


def current_schemas() -> Schemas:
    """The schema of each type's documents as this installation has it, by the type's name."""
    return {name: document_schema(name) for name in CATALOGUE}


def schemas_in(place: Path) -> Schemas:
    """The schemas in a file or a folder, by their types. Raises ValueError where there is none."""
    files = sorted(place.rglob("*.json")) if place.is_dir() else [place]
    found = dict(each for file in files for each in _schemas(file))
    if not found:
        raise ValueError(f"{place} holds no AsyncAPI document and no schema of an event")
    return found


def api_in(place: Path) -> dict[str, Any] | None:
    """The OpenAPI document in a file; None: it is something else. Raises ValueError."""
    document = None if place.is_dir() else _read(place)
    return document if isinstance(document, dict) and "openapi" in document else None


def _read(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as why:
        raise ValueError(f"{file}: {why}") from why


def _schemas(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    document = _read(file)
    if not isinstance(document, dict):
        return
    if "asyncapi" in document:
        for message in document.get("components", {}).get("messages", {}).values():
            yield message["name"], message["payload"]["schema"]
    elif "properties" in document and "$id" in document:
        yield str(document["$id"]), document
