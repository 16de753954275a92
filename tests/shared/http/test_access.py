"""Whom a route lets in: by role, and by the unions that its answer is about."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from shared.errors import NotPermitted
from shared.http.access import About, Access, of_covered, of_every_union, of_no_union, of_union
from shared.http.app import build_app
from shared.http.auth import Unauthenticated
from shared.testing.http import TEST_ORG, token, token_verifier

OF_UNION = Access(("clerk",), About.UNION)


async def admitted(access: Access, orgs: tuple[str, ...], *roles: str, org: str = TEST_ORG) -> Any:
    return await access.admit(token_verifier(), f"Bearer {token(*roles, orgs=orgs)}", org)


@pytest.mark.parametrize("orgs", [(TEST_ORG,), ("*",), ("other", TEST_ORG)])
async def test_an_actor_acts_for_the_unions_of_the_token(orgs: tuple[str, ...]) -> None:
    actor = await admitted(OF_UNION, orgs, "clerk")
    assert (actor.subject, actor.role) == ("clerk-1", "clerk")


@pytest.mark.parametrize("orgs", [("other",), (), (TEST_ORG.upper(),), (f"{TEST_ORG}-2",)])
async def test_a_token_of_another_union_is_refused_and_both_are_named(
    orgs: tuple[str, ...],
) -> None:
    with pytest.raises(NotPermitted, match=f"clerk-1 does not cover the union {TEST_ORG}") as why:
        await admitted(OF_UNION, orgs, "clerk")
    assert why.value.code == "union-not-yours"


async def test_who_is_not_known_learns_nothing_of_the_union() -> None:
    with pytest.raises(Unauthenticated, match="no-token"):
        await OF_UNION.admit(token_verifier(), None, "nowhere")
    with pytest.raises(NotPermitted, match="role-missing"):
        await admitted(OF_UNION, (), "cashier", org="nowhere")


@pytest.mark.parametrize("orgs", [(TEST_ORG,), (), (TEST_ORG, "other")])
async def test_what_is_about_all_unions_is_for_who_covers_all(orgs: tuple[str, ...]) -> None:
    everywhere = Access(("operator",), About.EVERY_UNION)
    assert (await admitted(everywhere, ("*",), "operator")).for_every_union
    with pytest.raises(NotPermitted, match="operator-1 covers some") as why:
        await admitted(everywhere, orgs, "operator")
    assert why.value.code == "union-not-yours"


@pytest.mark.parametrize("about", [About.COVERED, About.NO_UNION])
async def test_the_route_itself_leaves_out_what_a_token_does_not_cover(about: About) -> None:
    actor = await admitted(Access(("auditor",), about), ("other",), "auditor")
    assert actor.orgs == {"other"}


def app() -> FastAPI:
    async def ready() -> None: ...

    made = build_app("tested", {}, ready, token_verifier())

    @made.get("/v1/{org_id}/own", dependencies=[of_union("clerk")])
    @made.get("/v1/all", dependencies=[of_every_union("clerk")])
    @made.get("/v1/covered", dependencies=[of_covered("clerk")])
    @made.get("/v1/none", dependencies=[of_no_union("clerk")])
    async def route(count: int = 0) -> int:
        return count

    return made


@pytest.mark.parametrize(
    ("path", "orgs", "status"),
    [
        (f"{TEST_ORG}/own", (TEST_ORG,), 200),
        ("other/own", (TEST_ORG,), 403),
        ("all", (TEST_ORG,), 403),
        ("all", ("*",), 200),
        ("covered", (), 200),
        ("none", (), 200),
    ],
)
async def test_as_a_dependency_it_decides_before_the_question_is_read(
    path: str, orgs: tuple[str, ...], status: int
) -> None:
    transport = httpx.ASGITransport(app())
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        bearer = {"Authorization": f"Bearer {token('clerk', orgs=orgs)}"}
        assert (await client.get(f"/v1/{path}", headers=bearer)).status_code == status
        nobody = await client.get(f"/v1/{path}", params={"count": "many"})
        assert (nobody.status_code, nobody.json()["code"]) == (401, "no-token")
