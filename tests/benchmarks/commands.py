"""One command over HTTP, durable, domain and outbox included, beside FastAPI and one INSERT.

Each server is a process of its own with one event loop; the same clients ask both in this run.
"""

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import asyncpg
from joserfc.jwk import KeySet

from deploy.embedded import create_topics
from shared.testing.http import AUDIENCE, ISSUER, TEST_KEY, token
from tests.benchmarks.rig import Rate, Rig, print_rates

CLIENTS = 16
SECONDS = 6.0
WARM_UP_SECONDS = 1.5


async def benchmark(rig: Rig, _: int) -> None:
    """Print both rates."""
    await create_topics(rig.kafka)
    with_keys = _serve_keys()
    environment = {
        "GUILDHALL_DATABASE_URL": await rig.database(), "GUILDHALL_KAFKA": rig.kafka,
        "GUILDHALL_ISSUER": ISSUER, "GUILDHALL_AUDIENCE": AUDIENCE,
        "GUILDHALL_JWKS_URL": f"http://127.0.0.1:{with_keys}/jwks", "GUILDHALL_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    async with _server("services.events", environment) as port:
        await _register_union(environment["GUILDHALL_DATABASE_URL"])
        ours = await _load("Guildhall: raise-issue, event + outbox + key, fsync", port, _issue)
    environment["GUILDHALL_DATABASE_URL"] = await rig.database()
    async with _server("tests.benchmarks.bare_insert", environment) as port:
        bare = await _load("FastAPI + pydantic + one asyncpg INSERT, fsync", port, _insert)
    print_rates(f"commands over HTTP, {CLIENTS} clients", "commands/s", [ours, bare])


async def _register_union(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("INSERT INTO known_unions (org_id, simulated) VALUES ('tjtc', false)")
    await connection.close()


def _serve_keys() -> int:
    keys = json.dumps(KeySet([TEST_KEY]).as_dict(private=False)).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(keys)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


@asynccontextmanager
async def _server(module: str, environment: dict[str, str]) -> AsyncIterator[int]:
    probe = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = probe.sockets[0].getsockname()[1]
    probe.close()
    await probe.wait_closed()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module,
        env={**os.environ, **environment, "GUILDHALL_HTTP_PORT": str(port)},
    )  # fmt: skip
    try:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.1)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _load(name: str, port: int, request: Any) -> Rate:
    bearer = token("clerk")
    await _clients(port, request, bearer, WARM_UP_SECONDS)
    started = time.perf_counter()
    answered = await _clients(port, request, bearer, SECONDS)
    return Rate(name, answered, time.perf_counter() - started)


async def _clients(port: int, request: Any, bearer: str, seconds: float) -> int:
    until = time.perf_counter() + seconds
    return sum(
        await asyncio.gather(*[_client(port, request, bearer, until) for _ in range(CLIENTS)])
    )


async def _client(port: int, request: Any, bearer: str, until: float) -> int:
    """One keep-alive connection, one request at a time. A library's client would cost more than
    the servers under test."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while time.perf_counter() < until:
        path, body = request()
        payload = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(payload)}\r\nAuthorization: Bearer {bearer}\r\n"
            f"Idempotency-Key: {uuid4()}\r\n\r\n"
        )
        writer.write(head.encode() + payload)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        content = await reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 201"):
            raise AssertionError(f"{answer.decode()}{content.decode()}")
        answered += 1
    writer.close()
    return answered


def _issue() -> tuple[str, dict[str, str]]:
    body = {"issue_id": f"i{uuid4().hex}", "title": "转隶未完成", "raised_on": "2022-12-15"}
    return "/v1/tjtc/raise-issue", body


def _insert() -> tuple[str, dict[str, str]]:
    return "/issues", _issue()[1]
