"""The OpenAPI document says of each command what it carries, who may send it, what comes back."""

from typing import Any

from fastapi import FastAPI
from pydantic import Field

from shared.decider.command import Command
from shared.eventstore.request import Reply, Request
from shared.http.app import OPEN_PATHS, Route, build_app
from shared.http.openapi import HEADERS, OF_COMMANDS, describe_commands


class Portion(Command):
    """慰问品一份。"""

    person_id: str
    count: int = Field(default=1, ge=1)


class IssueGifts(Command):
    """发放慰问品: hand over gifts.

    The second paragraph is for who reads the code.
    """

    portions: list[Portion]


class Undescribed(Command):
    reason: str


Undescribed.__doc__ = None


async def unused(*_: Any) -> Reply:
    raise NotImplementedError


async def ready() -> None: ...


COMMANDS = {
    "issue-gifts": Route(IssueGifts, ("clerk", "chair"), unused),
    "undo": Route(Undescribed, ("chair",), unused),
}


def described() -> FastAPI:
    app = build_app("tested", {}, ready)

    @app.get("/v1/{org_id}/gifts")
    async def gifts(org_id: str) -> list[str]:
        return []

    describe_commands(app, COMMANDS)
    return app


def post_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][f"/v1/{{org_id}}/{name}"]["post"]
    return found


def test_commands_stand_beside_the_routes_that_are_described_already() -> None:
    paths = set(described().openapi()["paths"])
    assert paths == {"/v1/{org_id}/gifts", "/v1/{org_id}/issue-gifts", "/v1/{org_id}/undo"}
    assert not paths & set(OPEN_PATHS)


def test_a_body_is_described_with_all_it_refers_to() -> None:
    document = described().openapi()
    body = post_of(document, "issue-gifts")["requestBody"]
    assert body["required"]
    assert body["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/IssueGifts"
    }
    schemas = document["components"]["schemas"]
    assert schemas["IssueGifts"]["additionalProperties"] is False
    items = schemas["IssueGifts"]["properties"]["portions"]["items"]
    assert items == {"$ref": "#/components/schemas/Portion"}
    assert schemas["Portion"]["required"] == ["person_id"]


def test_the_summary_is_the_first_sentence_and_roles_are_told() -> None:
    document = described().openapi()
    post = post_of(document, "issue-gifts")
    assert post["summary"] == "发放慰问品: hand over gifts."
    assert post["description"] == "Roles: clerk, chair."
    assert post["operationId"] == "issue-gifts"
    assert post_of(document, "undo")["summary"] == "undo"


def test_every_header_is_described_and_only_the_needed_are_required() -> None:
    parameters = post_of(described().openapi(), "undo")["parameters"]
    assert [p["name"] for p in parameters] == ["org_id", *HEADERS]
    assert {p["name"] for p in parameters if p["required"]} == {
        "org_id", "Authorization", "Idempotency-Key",
    }  # fmt: skip


def test_every_status_a_command_is_answered_with_is_described() -> None:
    responses = post_of(described().openapi(), "undo")["responses"]
    assert set(responses) == {"201", *OF_COMMANDS}
    assert {"201", "412", "503"} <= set(responses)


def test_the_document_is_made_once() -> None:
    app = described()
    assert app.openapi() is app.openapi()


def test_an_app_without_commands_is_described_all_the_same() -> None:
    app = build_app("tested", {}, ready)
    describe_commands(app, {})
    assert app.openapi()["paths"] == {}
    assert Request.__name__ not in str(app.openapi())
