"""Every refusal and every failure is a problem detail (RFC 9457) under a stable code."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import asyncpg.pgproto.pgproto as asyncpg_types
import httpx
import orjson
import pytest
from fastapi import FastAPI, Query

from shared.errors import Conflict, NotYet, Refusal, SaidBefore
from shared.http.auth import Unauthenticated
from shared.http.problems import TITLES, Json, answer_problems, problem

ROWS = [{"row": 2, "code": "already-issued", "person_id": "王梅"}]
REFUSALS: dict[str, Refusal] = {
    "conflict": Conflict("already-issued", "已领取", errors=ROWS, rows=1),
    "untitled": Conflict("no-title-yet", "x"),
    "not-yet": NotYet("contended", "x"),
    "no-token": Unauthenticated("no-token", "x"),
    "again": SaidBefore(
        409, {"code": "already-issued", "detail": "已领取", "errors": ROWS, "facts": {"rows": 1}}
    ),
}


def faulty() -> FastAPI:
    app = FastAPI(default_response_class=Json)
    answer_problems(app, {**TITLES, "already-issued": "此人已领取"})

    @app.get("/refuse/{name}")
    async def refuse(name: str) -> None:
        raise REFUSALS[name]

    @app.get("/year")
    async def year(year: Annotated[int, Query(ge=1949)], month: int = 1) -> int:
        return year + month

    @app.get("/break")
    async def broken() -> None:
        raise ZeroDivisionError("secret: 密码")

    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(faulty(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client


async def asked(client: httpx.AsyncClient, path: str) -> tuple[httpx.Response, dict[str, Any]]:
    answer = await client.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:guildhall:problem:{body['code']}"
    return answer, body


async def test_a_refusal_is_told_with_its_title_its_rows_and_its_facts(
    client: httpx.AsyncClient,
) -> None:
    answer, body = await asked(client, "/refuse/conflict")
    assert answer.status_code == 409
    assert (body["title"], body["detail"]) == ("此人已领取", "已领取")
    assert (body["errors"], body["rows"]) == ([{**ROWS[0], "title": "此人已领取"}], 1)
    assert "Idempotent-Replayed" not in answer.headers


async def test_without_rows_there_is_no_list_of_them(client: httpx.AsyncClient) -> None:
    _, body = await asked(client, "/refuse/not-yet")
    assert "errors" not in body


async def test_a_code_without_a_title_is_its_own_title(client: httpx.AsyncClient) -> None:
    _, body = await asked(client, "/refuse/untitled")
    assert body["title"] == "no-title-yet"


async def test_what_was_said_before_is_the_same_document_and_marked(
    client: httpx.AsyncClient,
) -> None:
    first, told = await asked(client, "/refuse/conflict")
    again, repeated = await asked(client, "/refuse/again")
    assert repeated == told and again.status_code == first.status_code
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("no-token", {"www-authenticate": "Bearer"}),
        ("not-yet", {"retry-after": "1"}),
        ("conflict", {}),
    ],
)
async def test_headers_tell_a_client_what_to_do(
    client: httpx.AsyncClient, name: str, headers: dict[str, str]
) -> None:
    answer, _ = await asked(client, f"/refuse/{name}")
    told = {h: v for h, v in answer.headers.items() if h in ("www-authenticate", "retry-after")}
    assert told == headers


async def test_a_parameter_that_is_wrong_is_pointed_at(client: httpx.AsyncClient) -> None:
    answer, body = await asked(client, "/year?year=1900&month=一")
    assert (answer.status_code, body["code"]) == (422, "invalid-request")
    assert {error["pointer"] for error in body["errors"]} == {"/year", "/month"}
    assert "/year: " in body["detail"] and "/month: " in body["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/无", 404, "not-found"), ("POST", "/year", 405, "method-not-allowed")],
)
async def test_an_address_that_is_none_is_a_problem_too(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"].startswith(f"{method} {path}: ")


async def test_a_failure_tells_nothing_of_itself_but_that_its_outcome_is_unknown(
    client: httpx.AsyncClient,
) -> None:
    answer, body = await asked(client, "/break")
    assert (answer.status_code, body["code"]) == (500, "internal-error")
    assert "密码" not in answer.text and "ZeroDivision" not in answer.text
    assert "same Idempotency-Key" in body["detail"]


def test_json_holds_chinese_ids_of_the_database_and_keys_that_are_no_text() -> None:
    given = asyncpg_types.UUID("00000000-0000-7000-8000-000000000001")
    assert isinstance(given, UUID)
    body = Json({"名": "王梅", "id": given, 2022: None}).body
    assert orjson.loads(body) == {"名": "王梅", "id": str(given), "2022": None}
    assert "王梅" in bytes(body).decode()


def test_what_is_not_json_is_refused_not_guessed() -> None:
    with pytest.raises(TypeError):
        Json({"set": {1}})


def test_more_members_of_a_problem_stand_beside_the_fixed_ones() -> None:
    told = problem(409, "code", "题", "细节", found=3)
    assert orjson.loads(told.body) == {
        "type": "urn:guildhall:problem:code", "title": "题", "status": 409, "detail": "细节",
        "code": "code", "found": 3,
    }  # fmt: skip
