"""The development identity provider: whose tokens are accepted, and where it refuses to run."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.identity import PICK_GRANT
from deploy.identity.__main__ import NotForProduction, check_development
from deploy.identity.api import identity_app
from deploy.identity.registrations import Client, people_in
from deploy.identity.tokens import Issuer, signing_key
from shared.errors import NotPermitted
from shared.http.auth import TokenVerifier, Unauthenticated
from shared.service.runner import http_server

ISSUER = "http://identity.test"
CLIENTS = {
    "cli": Client(secret="cli-secret", picks_people=True),
    "reporting": Client(secret="r%:secret", roles=("operator",), orgs=("*",)),
}


@pytest.fixture(scope="module")
async def provider(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    directory = tmp_path_factory.mktemp("identity")
    issuer = Issuer(ISSUER, "guildhall", signing_key(directory))
    app = identity_app(issuer, CLIENTS, people_in(directory), "passcode-1", directory)
    async with (
        http_server(app, "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client


@pytest.fixture
def verifier(provider: httpx.AsyncClient) -> TokenVerifier:
    return TokenVerifier(f"{provider.base_url}/jwks", ISSUER, "guildhall")


async def pick(provider: httpx.AsyncClient, person: str, **more: str) -> httpx.Response:
    form = {"grant_type": PICK_GRANT, "client_id": "cli", "client_secret": "cli-secret"}
    return await provider.post("/token", data={**form, "person": person, **more})


async def test_a_picked_person_acts_in_their_role_for_their_union(
    provider: httpx.AsyncClient, verifier: TokenVerifier
) -> None:
    answer = await pick(provider, "approver")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["expires_in"] == 3600
    actor = await verifier.actor(f"Bearer {answer.json()['access_token']}", "approver")
    assert (actor.subject, actor.role) == ("approver", "approver")
    assert actor.may_act_for("tjtc")
    assert not actor.may_act_for("other")


async def test_a_clerk_of_another_union_is_not_a_clerk_of_ours(
    provider: httpx.AsyncClient, verifier: TokenVerifier
) -> None:
    token = (await pick(provider, "clerk-other")).json()["access_token"]
    actor = await verifier.actor(f"Bearer {token}", "clerk")
    assert actor.may_act_for("other")
    assert not actor.may_act_for("tjtc")


async def test_a_clerk_has_no_approver_role(
    provider: httpx.AsyncClient, verifier: TokenVerifier
) -> None:
    token = (await pick(provider, "clerk")).json()["access_token"]
    with pytest.raises(NotPermitted, match="role-missing"):
        await verifier.actor(f"Bearer {token}", "approver", "chair")


async def test_a_client_gets_a_token_of_its_own_by_basic_authentication(
    provider: httpx.AsyncClient, verifier: TokenVerifier
) -> None:
    answer = await provider.post(
        "/token",
        data={"grant_type": "client_credentials"},
        auth=("reporting", "r%25%3Asecret"),  # RFC 6749 §2.3.1: encoded before it is joined
    )
    assert answer.status_code == 200, answer.text
    bearer = f"Bearer {answer.json()['access_token']}"
    actor = await verifier.actor(bearer, "operator", "producer")
    assert (actor.subject, actor.role) == ("reporting", "operator")
    assert actor.may_act_for("any-union")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "reporting", "client_secret": "r%:secret"}, 400, "unauthorized_client"),
        ({"grant_type": "client_credentials"}, 400, "unauthorized_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"person": "nobody"}, 400, "invalid_grant"),
    ],
)
async def test_what_is_not_granted_is_refused_by_its_oauth_name(
    provider: httpx.AsyncClient, form: dict[str, str], status: int, error: str
) -> None:
    answer = await pick(provider, **{"person": "clerk", **form})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert "access_token" not in answer.text


async def test_a_body_that_is_no_form_is_refused(provider: httpx.AsyncClient) -> None:
    answer = await provider.post("/token", content=b"\xff\xfe")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_token_of_another_key_is_refused(verifier: TokenVerifier, tmp_path: Path) -> None:
    stranger = Issuer(ISSUER, "guildhall", signing_key(tmp_path))
    token = stranger.token("clerk", ["clerk"], ["tjtc"], "cli")
    with pytest.raises(Unauthenticated, match="token-refused"):
        await verifier.actor(f"Bearer {token}", "clerk")


async def test_the_published_keys_hold_no_private_part(provider: httpx.AsyncClient) -> None:
    (key,) = (await provider.get("/jwks")).json()["keys"]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


async def test_discovery_points_at_the_keys_and_the_token_endpoint(
    provider: httpx.AsyncClient,
) -> None:
    found = (await provider.get("/.well-known/openid-configuration")).json()
    assert found["issuer"] == ISSUER
    assert (found["jwks_uri"], found["token_endpoint"]) == (f"{ISSUER}/jwks", f"{ISSUER}/token")
    assert PICK_GRANT in found["grant_types_supported"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "localhost", "example.org", ""])
def test_it_refuses_an_address_that_is_not_loopback(host: str) -> None:
    with pytest.raises(NotForProduction, match="loopback"):
        check_development("dev", host)


@pytest.mark.parametrize("env", ["prod", "DEV", "", "development"])
def test_it_refuses_any_environment_but_dev(env: str) -> None:
    with pytest.raises(NotForProduction, match="GUILDHALL_ENV"):
        check_development(env, "127.0.0.1")


def test_it_runs_in_development_on_loopback() -> None:
    check_development("dev", "127.0.0.1")
    check_development("dev", "::1")


def test_the_process_ends_with_a_configuration_error_and_makes_no_key(tmp_path: Path) -> None:
    settings = {
        "GUILDHALL_ENV": "dev",
        "GUILDHALL_HTTP_HOST": "0.0.0.0",
        "GUILDHALL_HTTP_PORT": "0",
        "GUILDHALL_ISSUER": ISSUER,
        "GUILDHALL_IDENTITY_DIRECTORY": str(tmp_path / "identity"),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.identity"],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 78
    assert "not a loopback address" in ended.stderr
    assert not (tmp_path / "identity").exists()
