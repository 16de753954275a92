"""An import over HTTP: a lost answer is asked for again, a refusal of old under a new key."""

from typing import Any

import httpx
import pytest

from guildhall.imports.http_client import HttpClient

ACCEPTED = httpx.Response(201, json={"events": 1})
REFUSED = httpx.Response(409, json={"code": "no-programme", "title": "没有这个项目"})


class Service:
    """Says under each new key what comes next in `says`, and under a used one the same again."""

    def __init__(self, *says: httpx.Response | Exception) -> None:
        self.says, self.said, self.keys = list(says), dict[str, httpx.Response](), list[str]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        key = request.headers["Idempotency-Key"]
        self.keys.append(key)
        replayed = {"Idempotent-Replayed": "true"} if key in self.said else {}
        if not replayed:
            says = self.says.pop(0)
            if isinstance(says, Exception):
                raise says
            self.said[key] = says
        said = self.said[key]
        return httpx.Response(said.status_code, content=said.content, headers=replayed)


async def send(service: Service, key: str = "file-1") -> Any:
    async with httpx.AsyncClient(transport=httpx.MockTransport(service)) as http:
        client = HttpClient(http, {"benefits": "http://benefits"}, "tjtc", "token")
        return await client.command("benefits", "issue-gifts", {}, key)


async def test_what_was_refused_once_and_mended_since_goes_in_under_the_next_key() -> None:
    service = Service(REFUSED, ACCEPTED)
    assert (await send(service)).code == "no-programme"
    answer = await send(service)
    assert answer.accepted and not answer.replayed
    assert service.keys == ["file-1", "file-1", "file-1~2"]


async def test_what_went_in_at_the_second_try_is_not_sent_a_third_time() -> None:
    service = Service(REFUSED, ACCEPTED)
    await send(service)
    await send(service)
    again = await send(service)
    assert again.accepted and again.replayed and not service.says


async def test_what_is_still_refused_is_refused_once_more_and_no_further() -> None:
    service = Service(REFUSED, REFUSED, ACCEPTED)
    await send(service)
    assert (await send(service)).code == "no-programme"
    assert service.keys[-1] == "file-1~2" and len(service.says) == 1


@pytest.mark.parametrize("lost", [httpx.ReadError("reset"), httpx.ConnectError("refused")])
async def test_a_lost_answer_is_asked_for_under_the_same_key(lost: Exception) -> None:
    service = Service(lost, ACCEPTED)
    assert (await send(service)).accepted
    assert service.keys == ["file-1", "file-1"]


async def test_who_waits_asks_twice_a_try_and_not_more_with_every_try() -> None:
    service = Service(*[REFUSED] * 9, ACCEPTED)
    async with httpx.AsyncClient(transport=httpx.MockTransport(service)) as http:
        client = HttpClient(http, {"benefits": "http://benefits"}, "tjtc", "token")
        while not (await client.command("benefits", "issue-gifts", {}, "file-1")).accepted:
            pass
    assert len(service.keys) == 19 and service.keys[-1] == "file-1~10"


async def test_a_key_that_may_not_be_settled_is_kept() -> None:
    """401 settles nothing: had it moved to another key, a later import could do it twice."""
    refused = httpx.Response(401, json={"code": "token-refused"})
    service = Service(refused)
    async with httpx.AsyncClient(transport=httpx.MockTransport(service)) as http:
        client = HttpClient(http, {"benefits": "http://benefits"}, "tjtc", "token")
        assert (await client.command("benefits", "issue-gifts", {}, "file-1")).status == 401
        service.said.clear()
        service.says.append(ACCEPTED)
        assert (await client.command("benefits", "issue-gifts", {}, "file-1")).accepted
    assert service.keys == ["file-1", "file-1"]
