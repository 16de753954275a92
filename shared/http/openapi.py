"""A service's OpenAPI document beyond what FastAPI says of its routes: commands, and refusals."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from shared.http.app import Route

REF = "#/components/schemas/{model}"

HEADERS: dict[str, tuple[bool, str]] = {
    "Authorization": (True, "Bearer token (RFC 6750)."),
    "Idempotency-Key": (True, "The same key and body again get the same answer; 200 characters."),
    "Guildhall-Preview": (False, "true: it is decided, nothing is written, and no key is needed."),
    "Guildhall-Unless-Withdrawn": (False, "true: what was taken back is not entered again (409)."),
    "If-Match": (False, "The stream version you saw; another is refused with 412."),
    "Guildhall-After": (False, "A Guildhall-Position you were given: what must be known by now."),
    "X-Correlation-Id": (False, "An id of yours that the events will carry."),
    "Guildhall-Simulated-Now": (False, "The instant, where the service runs on a simulated clock."),
}
PROBLEMS = {
    "400": "The body could not be read at all.",
    "401": "No acceptable token.",
    "403": "Not in this role, or not for this union.",
    "404": "What is named does not exist.",
    "408": "The request did not come whole in time.",
    "409": "The state does not allow it.",
    "412": "The stream moved on since the caller looked.",
    "413": "The body is too long.",
    "422": "The request's own content is not acceptable.",
    "429": "This client has too many requests in progress: ask again, as `Retry-After` says.",
    "503": "Not yet, or something is away: ask again, as `Retry-After` says.",
}
"""What a request may be answered besides its own success: a problem detail (RFC 9457), each."""

OF_QUESTIONS = ("401", "403", "404", "422", "429", "503")
OF_ACTIONS = ("400", *OF_QUESTIONS, "408", "409", "413")
OF_COMMANDS = tuple(status for status in PROBLEMS if status != "400")

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A problem detail (RFC 9457); `code` is stable, `title` is Chinese.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
COMMANDS_TAG = "commands"
COMMITTED = "Done: the events are committed."


def describe_problems(app: FastAPI) -> None:
    """Say in `app`'s OpenAPI document what each of FastAPI's routes may refuse, and how."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = describe()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = PROBLEM
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            for verbs in document["paths"].values():
                for verb, operation in verbs.items():
                    if COMMANDS_TAG not in operation.get("tags", ()):
                        statuses = OF_QUESTIONS if verb == "get" else OF_ACTIONS
                        operation["responses"].update(_problems(statuses))
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _problems(statuses: Iterable[str]) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}}
    return {status: {"description": PROBLEMS[status], "content": content} for status in statuses}


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
        "tags": [COMMANDS_TAG],
        "summary": (route.command.__doc__ or name).splitlines()[0],
        "description": f"Roles: {', '.join(route.roles)}.",
        "operationId": name,
        "parameters": parameters,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"201": {"description": COMMITTED}, **_problems(OF_COMMANDS)},
    }
