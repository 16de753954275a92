"""No request is answered 5xx for what it holds, and every refusal is a problem detail with a code.

On 2026-11-29, 56 of 517 odd requests were answered 500: NUL in a path, a query or a body, integers
of 2^63 and more, an If-Match of 5,000 digits, cursors that are none.
"""

import os
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import chain, cycle, product
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
import orjson
import pytest

from shared.testing.http import TEST_ORG
from tests.attacks.apps import NAMES, App, body_of, running
from tests.databases import NewDatabase

TEXTS = (
    "", "\0", "a\0b", "a\nb", "\u2028", "\u202e", "\ud800", "名" * 300, "../..", "'; --", "%", "{}",
    "\ufeff", "𠮷", "٣", "1e9", "NaN", "null", "1641010101", "2022-02-30", "0001-01-01",
    "9999-12-31", "99999-01-01", "2022-01-01T25:00:00Z", "2016-12-31T23:59:60Z",
    "WzEsMiwiYSJd", "WzEsMiwiYSIsIjAwMDEtMDEtMDEiXQ", "W10", "====",
)  # fmt: skip
NASTIEST = ("\0", "\ud800", 2**63, None, [], "0001-01-01")
"""What every field is asked with; of all others each route has each in one of its fields."""

NUMBERS = (-1, 0, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**40, 0.5, 1e308)
OTHERS: tuple[Any, ...] = (None, True, [], {}, [[]], {"a": 1}, ["\0"], [None])
ODD_HEADERS = (
    *(("If-Match", value) for value in (
        "9" * 5000, '"9223372036854775808"', '"-1"', 'W/"1"', '"1_0"', "\xb3", '"0x1"', "*", '""',
    )),
    *(("Idempotency-Key", value) for value in ("k" * 201, '""', "\xff", "a\x7fb", " ")),
    *(("Guildhall-After", value) for value in (
        "a@999999999", "a@-1", "@", ",,,", "\xff@1", "a@1," * 900, "tjtc/x@99999999999",
    )),
    *(("Guildhall-Simulated-Now", value) for value in (
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00", "2022", "now", "2016-12-31T23:59:60Z",
    )),
    *(("X-Correlation-Id", value) for value in ("\xff", "c" * 5000, "a\x7fb")),
    *(("Authorization", value) for value in (
        "", "Bearer", "Bearer \xff", "Bearer a.b.c", "Basic eDp5", "Bearer " + "a" * 9000,
        "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer e30.e30.e30",
    )),
    ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=utf-16"),
    ("Content-Length", "0"), ("Accept", "x"), ("Host", "\xff"),
)  # fmt: skip
ODD_BODIES = (
    b"", b"null", b"[]", b"1", b'"a"', b"{", b"\xff\xfe", b"\xef\xbb\xbf{}", b"NaN", b'{"a":NaN}',
    b"[" * 100_000, b'{"a":' * 3000 + b"1" + b"}" * 3000, b'{"org_id":"tjtc","org_id":"tjtc"}',
    b'{"a":"\\ud800"}', b'{"\\ud800":1}', b'{"\\u0000":1}', b"1" * 10_000, b'{"a":1e999}',
)  # fmt: skip


Asked = TypeVar("Asked")
WHOLE = "GUILDHALL_API_CASES" in os.environ


def share(app: App, asked: Iterable[Asked]) -> Iterator[Asked]:
    """Every third question, another third for each service; all of them under `make test-api`."""
    turn = NAMES.index(app.name)
    return (each for number, each in enumerate(asked) if WHOLE or number % 3 == turn % 3)


@pytest.fixture(params=NAMES)
async def app(request: pytest.FixtureRequest, new_database: NewDatabase) -> AsyncIterator[App]:
    async with running(request.param, new_database) as served:
        yield served


def path_of(template: str, **odd: str) -> str:
    """A path of a template, `odd` in place of what would be there."""
    usual = {
        "org_id": TEST_ORG, "programme_id": "spring-2022", "stream": "organisation",
        "figure": "gift_birth", "event_id": str(uuid4()), "rule_id": "wel-04", "number": "1",
        "budget_year": "2022", "format_": "md",
    }  # fmt: skip
    for name, value in {**usual, **odd}.items():
        template = template.replace(f"{{{name}}}", value)
    return "/".join("x" if part.startswith("{") else part for part in template.split("/"))


def names_in(template: str) -> list[str]:
    return [part[1:-1] for part in template.split("/") if part.startswith("{")]


def _quoted(value: Any) -> str:
    return quote(str(value).encode("utf-8", "surrogatepass"), safe="")


def odd_paths(app: App) -> Iterator[tuple[str, str]]:
    for verb, template in app.routes():
        names = names_in(template)
        turns = zip(cycle(names), (*TEXTS, *NUMBERS), strict=False)
        for name, odd in (*turns, *product(names, NASTIEST[:3])):
            if odd != "":
                yield verb, path_of(template, **{name: _quoted(odd)})


def odd_queries(app: App) -> Iterator[tuple[str, str]]:
    for path, verbs in app.app.openapi()["paths"].items():
        for verb, operation in verbs.items():
            asked = {
                each["name"]: "1" for each in operation.get("parameters", ())
                if each["in"] == "query"
            } | ({"year": "2022"} if verb == "get" else {})  # fmt: skip
            turns = zip(cycle(asked), (*TEXTS, *NUMBERS), strict=False)
            for name, odd in (*turns, *product(asked, NASTIEST[:3])):
                alone = {"year": "2022"} if "year" in asked and name not in ("from", "to") else {}
                query = "&".join(f"{k}={_quoted(v)}" for k, v in {**alone, name: odd}.items())
                yield verb.upper(), f"{path_of(path)}?{query}"


def odd_bodies(app: App) -> Iterator[tuple[str, bytes]]:
    for verb, template in app.routes():
        if verb != "POST":
            continue
        path, body = path_of(template), body_of(template) or {}
        yield from ((path, odd) for odd in ODD_BODIES)
        for changed in _changed(body):
            yield path, changed


def _changed(body: dict[str, Any]) -> Iterator[bytes]:
    """The body with one value, at any depth, that is odd."""
    turns = zip(cycle(body), (*TEXTS, *NUMBERS, *OTHERS), strict=False)
    for field, odd in (*turns, *product(body, NASTIEST)):
        yield _json({**body, field: odd})
    for value in body.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for row in _changed(value[0]):
                yield _json(body).replace(_json(value[0]), row, 1)


def _json(value: Any) -> bytes:
    """JSON with whatever no JSON should hold."""
    if isinstance(value, dict):
        return b"{%b}" % b",".join(_json(k) + b":" + _json(v) for k, v in value.items())
    if isinstance(value, list):
        return b"[%b]" % b",".join(map(_json, value))
    if isinstance(value, str):
        try:
            return orjson.dumps(value)
        except TypeError:
            return b'"\\ud800"'
    return str(value).encode() if type(value) in (int, float) else orjson.dumps(value)


def faults_of(answer: httpx.Response, allowed: tuple[int, ...] = (503,)) -> str | None:
    """What is wrong with an answer: None where it is no failure of the service."""
    if answer.status_code >= 500 and answer.status_code not in allowed:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.status_code == 503 and "retry-after" not in answer.headers:
        return "503 without Retry-After"
    if answer.status_code >= 400:
        problem = answer.headers.get("content-type") == "application/problem+json"
        if not problem or "code" not in answer.json():
            return f"{answer.status_code} is no problem detail: {answer.text[:200]}"
    return None


def _first(found: dict[str, str]) -> str:
    """A few of them: a page of a thousand is read by nobody."""
    lines = [f"{asked}: {fault}" for asked, fault in found.items()]
    return "\n".join([f"{len(lines)} of them", *lines[:20]])


async def test_no_path_or_query_is_answered_5xx(app: App) -> None:
    found: dict[str, str] = {}
    for verb, address in share(app, chain(odd_paths(app), odd_queries(app))):
        if address.endswith("/rebuild") or "/reconcile?" in address:
            continue
        answer = await app.client.request(verb, address, json={} if verb == "POST" else None)
        fault = faults_of(answer)
        if fault:
            found[f"{verb} {address}"[:120]] = fault
    faults = len(found)
    assert faults == 0, _first(found)


async def test_no_body_is_answered_5xx(app: App) -> None:
    found: dict[str, str] = {}
    for path, body in share(app, odd_bodies(app)):
        if path.endswith(("/rebuild", "/reconcile")):
            continue
        headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        answer = await app.client.post(path, content=body, headers=headers)
        fault = faults_of(answer)
        if fault:
            found[f"{path} {body[:80]!r}"] = fault
    faults = len(found)
    assert faults == 0, _first(found)


async def test_no_header_is_answered_5xx(app: App) -> None:
    found: dict[str, str] = {}
    for (verb, template), (name, value) in share(app, product(app.routes(), ODD_HEADERS)):
        path, body = path_of(template), body_of(template) or {}
        if path.endswith(("/rebuild", "/reconcile")):
            continue
        headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        sent = [(k.encode(), v.encode("latin-1")) for k, v in {**headers, name: value}.items()]
        content = orjson.dumps(body) if verb == "POST" else None
        answer = await app.client.request(verb, path, content=content, headers=sent)
        fault = faults_of(answer)
        if fault:
            found[f"{verb} {path} {name}: {value[:40]!r}"] = fault
    faults = len(found)
    assert faults == 0, _first(found)
