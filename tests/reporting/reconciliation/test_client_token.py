"""Reporting's own token: fetched once, renewed before it ends, refused with a reason."""

import httpx
import pytest

from services.reporting.reconciliation import client_token as tokens
from services.reporting.reconciliation.client_token import ClientToken
from shared.errors import Refusal


class Issuer:
    """Answers the token endpoint; counts how often it was asked."""

    def __init__(self, status: int = 200, lifetime: int = 3600) -> None:
        self.status, self.lifetime, self.asked = status, lifetime, 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        assert b"grant_type=client_credentials" in request.content
        body = {"access_token": f"token-{self.asked}", "expires_in": self.lifetime}
        return httpx.Response(self.status, json=body)


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Issuer:
    issuer, client = Issuer(), httpx.AsyncClient

    def answered(**given: object) -> httpx.AsyncClient:
        return client(transport=httpx.MockTransport(issuer))

    monkeypatch.setattr(tokens.httpx, "AsyncClient", answered)
    return issuer


async def test_a_token_is_kept_for_its_lifetime(issuer: Issuer) -> None:
    token = ClientToken("http://issuer/token", "reporting", "secret")
    assert [await token(), await token()] == ["token-1", "token-1"]
    assert issuer.asked == 1


async def test_a_token_about_to_end_is_renewed(issuer: Issuer) -> None:
    issuer.lifetime = 30
    token = ClientToken("http://issuer/token", "reporting", "secret")
    assert [await token(), await token()] == ["token-1", "token-2"]


async def test_no_token_to_be_had_is_a_refusal_that_names_the_issuer(issuer: Issuer) -> None:
    issuer.status = 503
    with pytest.raises(Refusal, match="no token from http://issuer/token"):
        await ClientToken("http://issuer/token", "reporting", "secret")()


async def test_a_token_that_was_refused_is_replaced_and_another_is_kept(issuer: Issuer) -> None:
    token = ClientToken("http://issuer/token", "reporting", "secret")
    assert [await token(), await token("token-1"), await token("token-1")] == [
        "token-1", "token-2", "token-2",
    ]  # fmt: skip
