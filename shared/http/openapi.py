"""The commands' part of a service's OpenAPI document: FastAPI describes the other routes."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from shared.http.app import Route

REF = "#/components/schemas/{model}"

HEADERS: dict[str, tuple[bool, str]] = {
    "Authorization": (True, "Bearer token (RFC 6750)."),
    "Idempotency-Key": (True, "The same key and body again get the same answer; 200 characters."),
    "If-Match": (False, "The stream version you saw; another is refused with 412."),
    "Guildhall-After": (False, "A Guildhall-Position you were given: what must be known by now."),
    "X-Correlation-Id": (False, "An id of yours that the events will carry."),
    "Guildhall-Simulated-Now": (False, "The instant, where the service runs on a simulated clock."),
}
REPLIES = {
    "201": "Done: the events are committed.",
    "401": "No acceptable token.",
    "403": "Not in this role, or not for this union.",
    "404": "What the command names does not exist.",
    "409": "The state does not allow it.",
    "412": "The stream moved on since the caller looked.",
    "422": "The command's own content is not acceptable.",
    "503": "Not yet: ask again.",
}


def describe_commands(app: FastAPI, commands: Mapping[str, Route]) -> None:
    """Add the commands to `app`'s OpenAPI document."""
    describe_the_rest = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = describe_the_rest()
            modes: Any = [(route.command, "validation") for route in commands.values()]
            schemas, definitions = models_json_schema(modes, ref_template=REF)
            components = document.setdefault("components", {}).setdefault("schemas", {})
            components.update(definitions.get("$defs", {}))
            for name, route in commands.items():
                post = _operation(name, route, schemas[route.command, "validation"])
                document["paths"][f"/v1/{{org_id}}/{name}"] = {"post": post}
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _operation(name: str, route: Route, schema: Mapping[str, Any]) -> dict[str, Any]:
    text = {"type": "string"}
    parameters = [{"name": "org_id", "in": "path", "required": True, "schema": text}]
    parameters += [
        {"name": header, "in": "header", "required": needed, "schema": text, "description": what}
        for header, (needed, what) in HEADERS.items()
    ]
    return {
        "tags": ["commands"],
        "summary": (route.command.__doc__ or name).splitlines()[0],
        "description": f"Roles: {', '.join(route.roles)}.",
        "operationId": name,
        "parameters": parameters,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {status: {"description": what} for status, what in REPLIES.items()},
    }
