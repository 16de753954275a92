"""A route is worked out when it is first asked, and is then what FastAPI would have made of it."""

from collections.abc import Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Query
from fastapi.routing import APIRoute

from shared.http.late_route import LateRoute


def app_of(route_class: type[APIRoute], seen: list[str]) -> FastAPI:
    """An app with routes of every shape we use."""
    app = FastAPI()
    app.router.route_class = route_class

    async def asks() -> None:
        seen.append("dependency")

    @app.get("/v1/{org_id}/things", dependencies=[Depends(asks)], tags=["things"])
    async def things(org_id: str, limit: Annotated[int, Query(ge=1, le=9)] = 5) -> dict[str, Any]:
        """What there is."""
        return {"org_id": org_id, "limit": limit}

    @app.post("/v1/things", status_code=201)
    async def make(body: dict[str, int]) -> dict[str, int]:
        return body

    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tested")


def worked_out(app: FastAPI) -> list[str]:
    """The paths of our routes whose parameters are known."""
    ours = [route for route in app.routes if isinstance(route, LateRoute)]
    return [route.path for route in ours if "dependant" in vars(route)]


async def test_only_what_is_asked_is_worked_out() -> None:
    app = app_of(LateRoute, [])
    assert worked_out(app) == []
    async with client_of(app) as client:
        assert (await client.get("/v1/tjtc/things")).json() == {"org_id": "tjtc", "limit": 5}
    assert worked_out(app) == ["/v1/{org_id}/things"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get("/v1/tjtc/things?limit=9"),
        lambda client: client.get("/v1/tjtc/things?limit=10"),
        lambda client: client.delete("/v1/things"),
        lambda client: client.post("/v1/things", json={"a": 1}),
        lambda client: client.post("/v1/things", json={"a": "x"}),
        lambda client: client.get("/v1/nothing"),
    ],
)
async def test_it_answers_as_a_route_that_was_worked_out_at_once(
    ask: Callable[[httpx.AsyncClient], Any],
) -> None:
    answers, seen = [], []
    for route_class in (APIRoute, LateRoute):
        dependencies: list[str] = []
        async with client_of(app_of(route_class, dependencies)) as client:
            for _ in range(2):
                answer = await ask(client)
                answers.append((answer.status_code, answer.json(), answer.headers.get("allow")))
        seen.append(dependencies)
    assert answers.count(answers[0]) == 4
    assert seen[0] == seen[1]


def test_it_is_described_alike() -> None:
    assert app_of(LateRoute, []).openapi() == app_of(APIRoute, []).openapi()


def test_what_a_route_has_not_it_has_not() -> None:
    route = next(r for r in app_of(LateRoute, []).routes if isinstance(r, LateRoute))
    for _ in range(2):
        with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
            _ = route.nonsense
    assert route.tags == ["things"]
