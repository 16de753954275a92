"""Owners are asked over HTTP; one that does not answer is one that does not answer, no failure."""

import json
from collections.abc import Callable

import httpx
import pytest

from services.reporting.reconciliation import owner_client as module
from services.reporting.reconciliation.owner_client import OwnerClient, owner_client
from services.reporting.reconciliation.progress import Gap
from shared.errors import NotYet, Refusal

URLS = {"members": "http://members", "benefits": "http://benefits"}
GAP = Gap("/guildhall/benefits", 3, have=7, acked=9)
Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer) -> OwnerClient:
    return OwnerClient(httpx.AsyncClient(transport=httpx.MockTransport(answer)), URLS)


def away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused", request=request)


def page(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text="<h1>网关</h1>")


def failing(_: httpx.Request) -> httpx.Response:
    return httpx.Response(503)


async def test_every_owner_is_asked_and_answers_under_its_name() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"host": request.url.host, "path": request.url.path})

    assert await client(answer).heads() == {
        name: {"host": name, "path": "/v1/relay/heads"} for name in URLS
    }
    assert await client(answer).copies() == {
        name: {"host": name, "path": "/v1/copies"} for name in URLS
    }


@pytest.mark.parametrize("broken", [away, page, failing])
async def test_an_owner_that_does_not_answer_hides_no_other(broken: Answer) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "members":
            return broken(request)
        return httpx.Response(200, json={"shards": []})

    assert await client(answer).heads() == {"members": None, "benefits": {"shards": []}}


async def test_a_context_without_copies_has_none_and_is_not_away() -> None:
    assert await client(lambda _: httpx.Response(404)).copies() == {"members": [], "benefits": []}


async def test_what_a_reader_lacks_is_asked_for_from_the_first_to_the_last() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"republished": 2})

    assert await client(answer).republish("benefits", GAP)
    [request] = asked
    assert (request.method, str(request.url)) == ("POST", "http://benefits/v1/relay/republish")
    assert json.loads(request.content) == {"shard": 3, "first": 8, "last": 9}


@pytest.mark.parametrize(
    "answer",
    [
        away,
        page,
        failing,
        lambda _: httpx.Response(200, json={"republished": 0}),
        lambda _: httpx.Response(200, json={}),
        lambda _: httpx.Response(200, json=[]),
        lambda _: httpx.Response(403, json={"code": "role-missing"}),
    ],
)
async def test_nothing_was_published_where_the_owner_does_not_say_so(answer: Answer) -> None:
    assert await client(answer).republish("benefits", GAP) is False


async def test_a_round_s_client_bears_reporting_s_own_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[httpx.Request] = []
    real = httpx.AsyncClient

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=1)

    monkeypatch.setattr(
        module.httpx,
        "AsyncClient",
        lambda **given: real(**given, transport=httpx.MockTransport(answer)),
    )

    async def token(refused: str | None = None) -> str:
        return "a-token"

    async with owner_client(URLS, token) as owners:
        await owners.heads()
    assert [request.headers["Authorization"] for request in seen] == ["Bearer a-token"] * 2


async def test_without_a_token_no_owner_is_asked() -> None:
    async def token(refused: str | None = None) -> str:
        raise NotYet("issuer-unreachable", "no token")

    with pytest.raises(Refusal, match="issuer-unreachable"):
        async with owner_client(URLS, token):
            pytest.fail("a client without a token")


@pytest.mark.parametrize(("tokens", "status"), [(["old", "new"], 200), (["old", "old"], 401)])
async def test_a_token_an_owner_does_not_accept_is_asked_for_once_more(
    monkeypatch: pytest.MonkeyPatch, tokens: list[str], status: int
) -> None:
    """Its key was withdrawn, say; a token in hand would be good for an hour otherwise."""
    real, sent = httpx.AsyncClient, []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["Authorization"])
        return httpx.Response(200 if sent[-1] == "Bearer new" else 401, json={"shards": []})

    monkeypatch.setattr(
        module.httpx,
        "AsyncClient",
        lambda **given: real(**given, transport=httpx.MockTransport(answer)),
    )

    async def token(refused: str | None = None) -> str:
        return tokens[refused is not None]

    async with owner_client({"members": "http://members"}, token) as owners:
        heads = await owners.heads()
    assert heads == {"members": {"shards": []} if status == 200 else None}
    assert sent == [f"Bearer {each}" for each in tokens]
