"""The issuer's keys: asked for seldom, believed for a minute, dead when they are withdrawn."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from shared.errors import NotYet
from shared.http import issuer_keys
from shared.http.issuer_keys import (
    ASK_AGAIN_SECONDS,
    FRESH_SECONDS,
    REFRESH_SECONDS,
    RETRY_SECONDS,
    STALE_SECONDS,
    IssuerKeys,
)

OLD = ECKey.generate_key("P-256", {"kid": "old", "alg": "ES256"})
NEW = ECKey.generate_key("P-256", {"kid": "new", "alg": "ES256"})
URL = "http://issuer/jwks"


def document(*keys: ECKey | RSAKey | OctKey) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


class Issuer:
    """Answers with `says`: a document, a status, or what a coroutine returns. Counts questions."""

    def __init__(self) -> None:
        self.asked = 0
        self.says: Any = document(OLD)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == URL
        self.asked += 1
        said = await self.says() if callable(self.says) else self.says
        if isinstance(said, int):
            return httpx.Response(said)
        return httpx.Response(
            200, **({"content": said} if isinstance(said, bytes) else {"json": said})
        )


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Issuer:
    made, client = Issuer(), httpx.AsyncClient
    monkeypatch.setattr(
        issuer_keys.httpx,
        "AsyncClient",
        lambda **_: client(transport=httpx.MockTransport(made.answer)),
    )
    return made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Let time pass."""
    real, passed = time.monotonic, [0.0]
    monkeypatch.setattr(issuer_keys.time, "monotonic", lambda: real() + 1e6 + passed[0])
    yield lambda seconds: passed.append(passed.pop() + seconds)


async def kids(asking: Awaitable[KeySet]) -> list[str | None]:
    return [key.kid for key in await asking]


async def test_keys_are_fetched_once_and_again_when_they_are_old(
    issuer: Issuer, later: Callable[[float], None]
) -> None:
    keys = IssuerKeys(URL)
    for _ in range(3):
        assert await kids(keys.having("old")) == ["old"]
    assert issuer.asked == 1
    later(REFRESH_SECONDS)
    await keys.current()
    assert (issuer.asked, keys.generation) == (2, 1)


async def test_a_key_withdrawn_is_dead_within_a_minute(
    issuer: Issuer, later: Callable[[float], None]
) -> None:
    keys = IssuerKeys(URL)
    await keys.current()
    issuer.says = document(NEW)
    later(FRESH_SECONDS)
    assert await kids(keys.current()) == ["new"]
    assert keys.generation == 2
    issuer.says = document()
    later(FRESH_SECONDS)
    assert await kids(keys.current()) == []


async def test_a_key_added_is_asked_for_and_a_stranger_s_seldom(
    issuer: Issuer, later: Callable[[float], None]
) -> None:
    keys = IssuerKeys(URL)
    await keys.current()
    issuer.says = document(OLD, NEW)
    assert await kids(keys.having("new")) == ["old"]
    later(ASK_AGAIN_SECONDS)
    assert await kids(keys.having("new")) == ["old", "new"]
    for number in range(50):
        await keys.having(f"stranger-{number}")
    assert issuer.asked == 2


async def test_while_the_issuer_is_away_the_last_keys_are_believed_for_a_time(
    issuer: Issuer, later: Callable[[float], None]
) -> None:
    keys = IssuerKeys(URL)
    await keys.current()
    issuer.says = 503
    later(STALE_SECONDS - 1)
    assert await kids(keys.current()) == ["old"]
    later(1)
    with pytest.raises(NotYet, match="no keys from http://issuer/jwks") as why:
        await keys.current()
    assert why.value.code == "issuer-unreachable"
    issuer.says = document(OLD)
    later(RETRY_SECONDS)
    assert await kids(keys.current()) == ["old"]
    assert keys.generation == 1


async def test_an_issuer_that_is_away_is_not_asked_by_every_request(issuer: Issuer) -> None:
    issuer.says = 503
    keys = IssuerKeys(URL)
    for _ in range(20):
        with pytest.raises(NotYet):
            await keys.current()
    assert issuer.asked == 1


async def test_one_asks_and_the_others_go_on_while_the_issuer_hangs(
    issuer: Issuer, later: Callable[[float], None]
) -> None:
    keys = IssuerKeys(URL)
    await keys.current()
    hanging = asyncio.Event()

    async def hang() -> int:
        await hanging.wait()
        return 503

    issuer.says = hang
    later(REFRESH_SECONDS)
    first = asyncio.create_task(keys.current())
    await asyncio.sleep(0.01)
    assert await asyncio.wait_for(kids(keys.current()), 0.5) == ["old"]
    assert not first.done() and issuer.asked == 2
    hanging.set()
    assert await kids(first) == ["old"]


@pytest.mark.parametrize(
    "says", [b"<html>", b"\xff", b"[]", b'{"keys": 7}', b"{}", b"x" * 1_000_001, 404]
)
async def test_an_answer_that_is_no_key_document_is_none(
    issuer: Issuer, later: Callable[[float], None], says: Any
) -> None:
    keys = IssuerKeys(URL)
    await keys.current()
    issuer.says = says
    later(FRESH_SECONDS)
    assert await kids(keys.current()) == ["old"]


async def test_keys_that_may_not_sign_stand_beside_those_that_may(issuer: Issuer) -> None:
    shared = OctKey.import_key("secret-of-32-bytes-secret-of-32-b", {"kid": "shared"})
    issuer.says = {
        "keys": [
            {"kty": "ML-DSA", "kid": "later"}, {"kty": "RSA"}, 7, shared.as_dict(private=True),
            {**NEW.as_dict(private=False), "use": "enc"}, OLD.as_dict(private=False),
        ]
    }  # fmt: skip
    assert await kids(IssuerKeys(URL).current()) == ["old"]


async def test_fixed_keys_are_asked_of_nobody(issuer: Issuer) -> None:
    assert await kids(IssuerKeys("", KeySet([NEW])).having("stranger")) == ["new"]
    assert issuer.asked == 0
