"""What breaks those who ask a service by the document it published, and what does not."""

import copy
from typing import Any

import pytest

from shared.http.api_changes import api_losses

SCHEMAS = {
    "Portion": {
        "type": "object",
        "required": ["person_id"],
        "properties": {
            "person_id": {"type": "string"},
            "count": {"type": "integer", "maximum": 9},
            "under": {"anyOf": [{"$ref": "#/components/schemas/Portion"}, {"type": "null"}]},
        },
    },
    "Page": {
        "type": "object",
        "required": ["items"],
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Portion"}}
        },
    },
}
JSON = "application/json"


def ref(name: str) -> dict[str, Any]:
    return {"content": {JSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def published() -> dict[str, Any]:
    command = {
        "parameters": [
            {"in": "path", "name": "org_id", "required": True, "schema": {"type": "string"}},
            {"in": "header", "name": "If-Match", "required": False, "schema": {"type": "string"}},
        ],
        "requestBody": {"required": True, **ref("Portion")},
        "responses": {"201": {"description": "done"}, "409": {"description": "no"}},
    }
    question = {
        "parameters": [
            {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 500}}
        ],
        "responses": {"200": {"description": "a page", **ref("Page")}},
    }
    return {
        "paths": {"/v1/issue": {"post": command}, "/v1/gifts": {"get": question}},
        "components": {"schemas": copy.deepcopy(SCHEMAS)},
    }


def changed(path: str, value: Any) -> dict[str, Any]:
    """The document with one place of it set; None: taken away."""
    document = published()
    *steps, last = path.split(" ")
    part: Any = document
    for step in steps:
        part = part[int(step)] if isinstance(part, list) else part[step]
    if value is None:
        del part[int(last) if isinstance(part, list) else last]
    else:
        part[last] = value
    return document


POST, GET = "POST /v1/issue", "GET /v1/gifts"
PORTION = "components schemas Portion"
BREAKING = [
    ("paths /v1/issue", None, {POST: ["the route is gone"]}),
    ("paths /v1/issue post parameters 1", None, {POST: ["If-Match: removed"]}),
    ("paths /v1/issue post parameters 1 required", True, {POST: ["If-Match: is required now"]}),
    ("paths /v1/issue post requestBody", None, {POST: ["it takes no body any more"]}),
    (
        "paths /v1/gifts get requestBody", {"required": True, **ref("Portion")},
        {GET: ["a body is required now"]},
    ),
    ("paths /v1/issue post responses 201", None, {POST: ["no longer answers 201"]}),
    (f"{PORTION} required", ["person_id", "count"], {POST: ["body.count: is required now"]}),
    (
        f"{PORTION} properties count maximum", 8,
        {POST: ["body.count: maximum was 9, is 8"]},
    ),
    (
        f"{PORTION} properties count", None,
        {POST: ["body.count: removed"], GET: ["answer 200.items[].count: removed"]},
    ),
    (f"{PORTION} required", [], {GET: ["answer 200.items[].person_id: may be absent now"]}),
    ("components schemas Page properties items", None, {GET: ["answer 200.items: removed"]}),
    (f"paths /v1/gifts get responses 200 content {JSON}", None,
     {GET: [f"answer 200: {JSON} is gone"]}),
    (
        "paths /v1/gifts get parameters 0 schema maximum", 100,
        {GET: ["limit: maximum was 500, is 100"]},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "losses"), BREAKING)
def test_what_asked_or_read_by_the_old_document_would_fail_on_is_named(
    path: str, value: Any, losses: dict[str, list[str]]
) -> None:
    assert api_losses(published(), changed(path, value)) == losses


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("paths /v1/more", {"get": {"responses": {}}}),
        ("paths /v1/issue post responses 409", None),
        ("paths /v1/issue post responses 412", {"description": "stale"}),
        (f"{PORTION} properties note", {"type": "string"}),
        (f"{PORTION} properties count maximum", 99),
        ("components schemas Page properties next", {"type": "string"}),
        ("paths /v1/issue post description", "in other words"),
    ],
)
def test_what_only_adds_is_no_loss(path: str, value: Any) -> None:
    assert api_losses(published(), changed(path, value)) == {}
