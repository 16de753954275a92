"""A server under flood: what it was given, what it answers to bytes as they are, and how long
everybody else waits meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import httpx
import orjson
from fastapi import FastAPI

from shared.http.app import build_app
from shared.http.guard import guard
from shared.metrics import EVERY
from shared.service.connections import Limits
from shared.service.runner import http_server
from shared.testing.http import token, token_verifier

LIMITS = Limits(head_seconds=0.4, write_seconds=0.5, linger_seconds=0.5, connections=40,
                of_one_address=30)  # fmt: skip


class Server(NamedTuple):
    port: int
    seen: list[int]
    """The length of each body that the app was given."""


async def ready() -> dict[str, str]:
    return {}


def served(seen: list[int]) -> FastAPI:
    app = build_app("tested", {}, ready)

    @app.post("/v1/thing")
    async def thing(body: dict[str, Any]) -> dict[str, int]:
        seen.append(len(orjson.dumps(body)))
        return {"fields": len(body)}

    @app.get("/v1/long")
    async def long() -> list[str]:
        return ["x" * 1_000_000] * 20

    guard(app, token_verifier())
    return app


@asynccontextmanager
async def serving(limits: Limits = LIMITS) -> AsyncIterator[Server]:
    seen: list[int] = []
    async with http_server(served(seen), "127.0.0.1", 0, limits) as port:
        yield Server(port, seen)


def refused(code: str) -> float:
    return EVERY.get_sample_value("guildhall_http_refused_total", {"code": code}) or 0.0


async def sent(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """What is answered to bytes sent as they are, until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)
    answer = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(10):
            answer = await reader.read()
    writer.close()
    return answer


def said(answer: bytes, status: int, code: str) -> bool:
    """Whether an answer is this problem detail, and announces that the connection closes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    told = orjson.loads(body)
    return (
        head.startswith(b"HTTP/1.1 %d " % status)
        and b"connection: close" in head.lower()
        and (status != 503 or b"retry-after: " in head.lower())
        and (told["status"], told["code"]) == (status, code)
    )


async def others_wait(port: int, seconds: float) -> float:
    """The longest that somebody else waited for an answer, asking anew all the time."""
    longest, until = 0.0, time.monotonic() + seconds
    headers = {"Authorization": f"Bearer {token('clerk')}"}
    while time.monotonic() < until:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            started = time.monotonic()
            answer = await client.post("/v1/thing", json={"a": 1}, headers=headers)
            longest = max(longest, time.monotonic() - started)
            assert answer.status_code == 200
    return longest


HEAD = b"POST /v1/thing HTTP/1.1\r\nHost: us\r\n"
ASKED = HEAD + b"Content-Type: application/json\r\nAuthorization: Bearer %b\r\n"


def asked(body_bytes: int) -> bytes:
    return ASKED % token("clerk").encode() + b"Content-Length: %d\r\n\r\n" % body_bytes
