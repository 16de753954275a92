"""Every route of every app, asked as its own OpenAPI document says and as it does not.

No answer is 5xx but 503 with Retry-After, and none is undocumented: the status, the media type and
the shape of every refusal. Cases are Schemathesis's; two of three are given facts that stand, so
that they reach the decisions. `make test-api` sends 2,000 cases or more to each service.
"""

import json
import math
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode

from shared.http.openapi import PROBLEM
from shared.testing.http import TEST_ORG
from tests.attacks.apps import BODIES, NAMES, PARTS, App, body_of, running
from tests.databases import NewDatabase

CASES = int(os.environ.get("GUILDHALL_API_CASES", "60"))
"""Cases for each service, at least."""

SEED = int(os.environ.get("GUILDHALL_API_SEED", "11"))
NOT_SENT = ("/v1/rebuild", "/v1/reconcile")
"""They do minutes of work that tests of their own ask for."""

KNOWN: dict[str, tuple[Any, ...]] = {
    "org_id": (TEST_ORG,), "programme_id": ("spring-2022", "cooling-2022"),
    "stream": ("organisation", "programme-spring-2022"), "figure": ("gift_birth",),
    "rule_id": ("wel-04",), "number": (1,), "budget_year": (2022,), "year": (2022,),
    "person_id": ("p-ann001", "p-bo0001", "p-test0001", "p-test0002"), "claim_id": ("care-1",),
    "activity_id": ("video-1",), "meeting_id": ("tc-1",), "policy_id": ("policy-1",),
    "on": ("2022-06-30",), "as_of": ("2022-06-30",), "from": ("2022-01-01",), "to": ("2022-12-31",),
    "limit": (3,), "cursor": ("",), "shard": (1,), "first": (1,), "last": (2,),
}  # fmt: skip
"""What stands in a seeded service, by the name of a field or a parameter."""

problems = Draft202012Validator(PROBLEM)


@pytest.fixture(params=NAMES)
async def app(request: pytest.FixtureRequest, new_database: NewDatabase) -> AsyncIterator[App]:
    async with running(request.param, new_database) as served:
        await seeded(served)
        yield served


async def seeded(app: App) -> None:
    """Send every command that is right: programmes, claims and meetings then stand."""
    for name in PARTS[app.name].commands if app.name in PARTS else ():
        headers = {"Idempotency-Key": str(uuid4())}
        await app.client.post(f"/v1/{TEST_ORG}/{name}", json=BODIES[name], headers=headers)


def cases_of(operation: Any, count: int) -> list[Any]:
    """So many cases of an operation, half of them against its schema, where it asks for more than
    an address: of a text that may be any, nothing is looked for in vain."""
    found: list[Any] = []
    modes = [GenerationMode.POSITIVE]
    if operation.body or operation.query:
        modes.append(GenerationMode.NEGATIVE)
    for mode in modes:

        @seed(SEED)
        @settings(
            max_examples=max(1, count // len(modes)),
            phases=[Phase.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def collect(case: Any) -> None:
            found.append(case)

        with suppress(Unsatisfiable):  # nothing contradicts a schema that allows everything
            collect()
    return found


def requests_of(app: App, chance: random.Random) -> Iterator[tuple[Any, httpx.Request]]:
    """Every operation's cases as requests."""
    schema = schemathesis.openapi.from_dict(app.app.openapi())
    operations = [
        found.ok() for found in schema.get_all_operations() if found.ok().path not in NOT_SENT
    ]
    each = math.ceil(CASES / len(operations))
    for operation in operations:
        cases = cases_of(operation, each + 1)
        for number in range(each):
            yield operation, request_of(app, cases[number % len(cases)], number % 3, chance)


def request_of(app: App, case: Any, facts: int, chance: random.Random) -> httpx.Request:
    """A case as a request. `facts` 0: as it was generated; 1: with what stands, wherever a name
    says so; 2: an acceptable request with one odd field."""
    path_values, query = dict(case.path_parameters or {}), dict(case.query or {})
    body = case.body if case.method.upper() == "POST" else None
    if facts:
        path_values = {name: known(name, value, chance) for name, value in path_values.items()}
        query = {name: known(name, value, chance) for name, value in query.items()}
        body = grounded(body, chance)
    right = body_of(case.operation.path)
    if facts == 2 and right is not None:
        odd = chance.choice(list(body.items())) if isinstance(body, dict) and body else None
        body = {**right, **dict([odd] if odd else [])}
    path = case.operation.path
    for name, value in path_values.items():
        path = path.replace(f"{{{name}}}", quote(text(value), safe=""))
    headers = {"Idempotency-Key": str(uuid4())}
    if not facts:
        headers |= {
            str(name): str(value)
            for name, value in dict(case.headers or {}).items()
            if str(name).lower() not in ("authorization", "host") and plain(str(value))
        }
    content = None
    if case.method.upper() == "POST":
        content = as_json(body)
        headers["Content-Type"] = "application/json"
    return app.client.build_request(
        case.method, path, params={n: text(v) for n, v in query.items()}, headers=headers,
        content=content,
    )  # fmt: skip


def known(name: str, value: Any, chance: random.Random) -> Any:
    return chance.choice(KNOWN[name]) if name in KNOWN else value


def grounded(body: Any, chance: random.Random) -> Any:
    """The body with what stands, at any depth."""
    if isinstance(body, dict):
        return {name: known(name, grounded(value, chance), chance) for name, value in body.items()}
    return [grounded(each, chance) for each in body] if isinstance(body, list) else body


def text(value: Any) -> str:
    said = value if isinstance(value, str) else json.dumps(value, default=str)
    return said.encode("utf-8", "replace").decode()


def plain(value: str) -> bool:
    return value.isascii() and value.isprintable()


def as_json(body: Any) -> bytes:
    try:
        return json.dumps(body).encode()
    except (TypeError, ValueError):
        return b"\xff"


def fault_of(operation: Any, answer: httpx.Response) -> str | None:
    """What is wrong with an answer by the service's own document, or nothing."""
    status, documented = answer.status_code, operation.definition.raw["responses"]
    said = f"{status} {answer.text[:160]}"
    if status >= 500 and (status != 503 or "retry-after" not in answer.headers):
        return said
    if status >= 400:
        if answer.headers["content-type"] != "application/problem+json":
            return f"no problem detail: {said}"
        if not problems.is_valid(answer.json()) or answer.json()["status"] != status:
            return f"not as a problem detail is described: {said}"
    # A path with an odd part is another address, which no operation is at.
    if str(status) not in documented and status not in (404, 405):
        return f"undocumented: {said}"
    return None


async def test_no_answer_is_5xx_or_undocumented(app: App) -> None:
    chance, outcomes, faults = random.Random(SEED), Counter[int](), []
    for operation, request in requests_of(app, chance):
        answer = await app.client.send(request)
        outcomes[answer.status_code] += 1
        fault = fault_of(operation, answer)
        if fault is not None:
            faults.append(f"{request.method} {request.url} {request.content[:200]!r}: {fault}")
    print(f"{app.name}: {outcomes.total()} cases, {dict(outcomes)}")
    assert outcomes.total() >= CASES
    shown = "\n".join(faults[:20])
    assert len(faults) == 0, shown
    if app.name in PARTS:
        assert outcomes[201] and outcomes[409], "the decisions were reached"
