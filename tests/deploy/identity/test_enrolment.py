"""People are enrolled by an operator of every union, kept, and never given another's rights."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.identity.api import identity_app
from deploy.identity.enrolment import PEOPLE_MAX
from deploy.identity.registrations import DEFAULT_PEOPLE, Person, default_clients, people_in
from deploy.identity.tokens import Issuer, signing_key

ASKED = {"org_id": "xinhua", "people": {"xinhua-clerk": ["clerk"], "xinhua-chair": ["chair"]}}
EVERY = ["*"]


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer("http://identity.test", "guildhall", signing_key(tmp_path))


@pytest.fixture
async def provider(issuer: Issuer, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = identity_app(issuer, default_clients(), DEFAULT_PEOPLE, "p", tmp_path)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://identity.test") as client:
        yield client


async def enrol(
    provider: httpx.AsyncClient, token: str, body: Any = None, scheme: str = "Bearer"
) -> httpx.Response:
    headers = {"Authorization": f"{scheme} {token}"}
    return await provider.post("/people", json=ASKED if body is None else body, headers=headers)


async def test_who_is_enrolled_is_kept_and_again_changes_nothing(
    provider: httpx.AsyncClient, issuer: Issuer, tmp_path: Path
) -> None:
    token = issuer.token("operator", ["operator"], EVERY, "cli")
    for _ in range(2):
        answer = await enrol(provider, token)
        assert answer.status_code == 201
        assert answer.json()["people"]["xinhua-clerk"] == {"roles": ["clerk"], "orgs": ["xinhua"]}
    known = people_in(tmp_path)
    assert known["xinhua-chair"] == Person(roles=("chair",), orgs=("xinhua",))
    assert known.keys() > DEFAULT_PEOPLE.keys()


@pytest.mark.parametrize(
    ("roles", "orgs"), [(["clerk"], EVERY), (["operator"], ["tjtc"]), ([], EVERY), (["chair"], [])]
)
async def test_nobody_else_enrols(
    provider: httpx.AsyncClient, issuer: Issuer, roles: list[str], orgs: list[str]
) -> None:
    answer = await enrol(provider, issuer.token("somebody", roles, orgs, "cli"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_token_that_is_none_of_ours_enrols_nobody(
    provider: httpx.AsyncClient, issuer: Issuer, tmp_path: Path
) -> None:
    other = Issuer("http://identity.test", "guildhall", signing_key(tmp_path / "other"))
    elsewhere = Issuer("http://elsewhere.test", "guildhall", signing_key(tmp_path))
    late = Issuer("http://identity.test", "guildhall", signing_key(tmp_path))
    late.lifetime_seconds = -60
    for signer in (other, elsewhere, late):
        token = signer.token("operator", ["operator"], EVERY, "cli")
        assert (await enrol(provider, token)).status_code == 401
    identity = issuer.identity_token("operator", "guildhall", "n")
    right = issuer.token("operator", ["operator"], EVERY, "cli")
    for token, scheme in (
        (identity, "Bearer"),
        ("", "Bearer"),
        ("x.y.z", "Bearer"),
        (right, "Basic"),
    ):
        assert (await enrol(provider, token, scheme=scheme)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"org_id": "xinhua", "people": {"clerk": ["clerk"]}},
        {"org_id": "xinhua", "people": {"xinhua-a": ["operator"]}},
        {"org_id": "*", "people": {"xinhua-a": ["clerk"]}},
        {"org_id": "xinhua", "people": {}},
        {"org_id": "xinhua", "people": {"王利": ["clerk"]}},
        {"org_id": "xinhua", "people": {f"x{n}": ["clerk"] for n in range(51)}},
        [],
    ],
)
async def test_what_is_asked_wrongly_enrols_nobody(
    provider: httpx.AsyncClient, issuer: Issuer, tmp_path: Path, body: Any
) -> None:
    token = issuer.token("operator", ["operator"], EVERY, "cli")
    answer = await enrol(provider, token, body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert people_in(tmp_path) == DEFAULT_PEOPLE


async def test_there_is_an_end_to_them(provider: httpx.AsyncClient, issuer: Issuer) -> None:
    token = issuer.token("operator", ["operator"], EVERY, "cli")
    answers = []
    for batch in range(PEOPLE_MAX // 50 + 1):
        people = {f"u{batch}-{n}": ["clerk"] for n in range(50)}
        answers.append(
            (await enrol(provider, token, {"org_id": "u-1", "people": people})).status_code
        )
    assert answers[0] == 201 and answers[-1] == 400


async def test_an_operator_asks_who_is_enrolled_and_nobody_else(
    provider: httpx.AsyncClient, issuer: Issuer
) -> None:
    at = "/unions/xinhua/people"
    token = issuer.token("operator", ["operator"], EVERY, "console")
    headers = {"Authorization": f"Bearer {token}"}
    assert (await provider.get(at, headers=headers)).json() == {"people": {}}
    await enrol(provider, token)
    people = (await provider.get(at, headers=headers)).json()["people"]
    assert people["xinhua-clerk"] == {"roles": ["clerk"], "orgs": ["xinhua"]}
    assert set(people) == set(ASKED["people"])
    other = issuer.token("xinhua-clerk", ["clerk"], ["xinhua"], "console")
    for authorization in ({}, {"Authorization": f"Bearer {other}"}):
        assert (await provider.get(at, headers=authorization)).status_code == 401
