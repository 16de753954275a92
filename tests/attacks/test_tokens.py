"""Tokens that opened more than they say, as shown on 2026-11-29.

A text where a list was meant was read as its letters, so `orgs: "ab*cd"` covered every union. An
identity token of the same issuer was taken for an access token. A key that the issuer had withdrawn
signed on for as long as the service ran, and a token once seen was never verified again.
"""

import time
from base64 import urlsafe_b64encode
from typing import Any

import httpx
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from services.events.__main__ import PARTS
from shared.http import auth
from shared.http.auth import TokenVerifier, Unauthenticated
from shared.testing.http import AUDIENCE, ISSUER, TEST_KEY, in_process, token, token_verifier
from tests.examples.members import organisation_registered

HEADER = {"alg": "ES256", "kid": "test", "typ": "at+jwt"}
NOT_LISTS: tuple[Any, ...] = ("ab*cd", "*", "", {"*": 1}, {}, 7, True, [7], ["tjtc", None], [["*"]])


def signed(header: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {
        "iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 3600, "sub": "clerk-1",
        "roles": ["clerk"], "orgs": ["tjtc"], **changes,
    }  # fmt: skip
    return jwt.encode(HEADER if header is None else header, claims, TEST_KEY)


async def refused(bearer: str) -> None:
    with pytest.raises(Unauthenticated) as why:
        await token_verifier().actor(f"Bearer {bearer}", "clerk", "c")
    assert why.value.code == "token-refused"


async def test_the_token_of_these_tests_is_accepted() -> None:
    assert (await token_verifier().actor(f"Bearer {signed()}", "clerk")).may_act_for("tjtc")


@pytest.mark.parametrize("said", NOT_LISTS)
async def test_unions_that_are_no_list_of_texts_open_nothing(said: Any) -> None:
    await refused(signed(orgs=said))


@pytest.mark.parametrize("said", ["clerk", *NOT_LISTS])
async def test_roles_that_are_no_list_of_texts_open_nothing(said: Any) -> None:
    await refused(signed(roles=said))


async def test_a_star_among_letters_opens_no_union_over_http(database: str) -> None:
    async with in_process(PARTS, database) as service:
        await service.hear("other/organisation", organisation_registered(org_id="other"))
        headers = {"Authorization": f"Bearer {signed(orgs='ab*cd')}"}
        answer = await service.client.get("/v1/other/issues", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token-refused")


@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "ID", "", "at+jwt ", "dpop+jwt", ["at+jwt"]])
async def test_a_token_that_is_no_access_token_opens_nothing(typ: Any) -> None:
    header = {name: value for name, value in {**HEADER, "typ": typ}.items() if value is not None}
    if isinstance(typ, list):  # no library signs so
        body = signed().split(".")
        body[0] = urlsafe_b64encode(orjson.dumps(header)).rstrip(b"=").decode()
        await refused(".".join(body))
    else:
        await refused(signed(header))


@pytest.mark.parametrize("crit", [7, True, {"exp": 1}, [7], ["exp"], "exp", [], None])
@pytest.mark.parametrize("b64", [None, False, "no"])
async def test_a_header_that_no_library_writes_is_refused_and_fails_nothing(
    crit: Any, b64: Any
) -> None:
    body = signed().split(".")
    header = {**HEADER, "crit": crit} | ({} if b64 is None else {"b64": b64})
    body[0] = urlsafe_b64encode(orjson.dumps(header)).rstrip(b"=").decode()
    await refused(".".join(body))


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
async def test_the_names_of_an_access_token_are_those_of_rfc_9068(typ: str) -> None:
    bearer = signed({**HEADER, "typ": typ})
    assert (await token_verifier().actor(f"Bearer {bearer}", "clerk")).subject == "clerk-1"


@pytest.mark.parametrize("header", [b"[]", b"7", b'"at+jwt"', b"null", b"{", b"\xff"])
async def test_a_header_that_is_no_object_is_a_refusal(header: bytes) -> None:
    parts = signed().split(".")
    await refused(".".join((urlsafe_b64encode(header).rstrip(b"=").decode(), *parts[1:])))


async def test_an_end_beyond_every_number_is_no_failure() -> None:
    for _ in range(2):
        actor = await token_verifier().actor(f"Bearer {signed(exp=10**400)}", "clerk")
        assert actor.subject == "clerk-1"


class Issuer:
    """A JWKS document over HTTP whose keys change, and a clock that is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.keys, self.away, passed = [TEST_KEY], False, time.monotonic
        self.seconds, client = 1e6, httpx.AsyncClient
        monkeypatch.setattr(time, "monotonic", lambda: passed() + self.seconds)
        transport = httpx.MockTransport(self.answer)
        monkeypatch.setattr(httpx, "AsyncClient", lambda **_: client(transport=transport))

    def answer(self, _: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("connection refused")
        return httpx.Response(200, json={"keys": [k.as_dict(private=False) for k in self.keys]})


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Issuer:
    return Issuer(monkeypatch)


@pytest.mark.parametrize("seen", [True, False])
async def test_a_withdrawn_key_is_dead_within_a_minute(issuer: Issuer, seen: bool) -> None:
    """Also for a token that was verified with it before."""
    verifier = TokenVerifier("http://issuer/jwks", ISSUER, AUDIENCE)
    stolen, later = token("clerk", subject="thief"), ECKey.generate_key("P-256", {"kid": "later"})
    await verifier.actor(f"Bearer {stolen if seen else token('clerk')}", "clerk")
    issuer.keys = [later]
    issuer.seconds += 60
    with pytest.raises(Unauthenticated):
        await verifier.actor(f"Bearer {stolen}", "clerk")
    good = jwt.encode({**HEADER, "kid": "later"}, _claims(), later)
    assert (await verifier.actor(f"Bearer {good}", "clerk")).subject == "clerk-1"


async def test_a_key_withdrawn_while_the_issuer_was_away_is_dead_when_it_is_back(
    issuer: Issuer,
) -> None:
    verifier = TokenVerifier("http://issuer/jwks", ISSUER, AUDIENCE)
    bearer = f"Bearer {token('clerk')}"
    await verifier.actor(bearer, "clerk")
    issuer.away = True
    issuer.seconds += 120
    assert (await verifier.actor(bearer, "clerk")).role == "clerk"
    issuer.away, issuer.keys = False, []
    issuer.seconds += 1
    with pytest.raises(Unauthenticated):
        await verifier.actor(bearer, "clerk")


async def test_a_token_of_any_length_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    def verified(*_: Any, **__: Any) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(auth.jwt, "decode", verified)
    monkeypatch.setattr(auth.jws, "extract_compact", verified)
    await refused("a" * 1_000_000)


def _claims() -> dict[str, Any]:
    return {
        "iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 60, "sub": "clerk-1",
        "roles": ["clerk"], "orgs": ["tjtc"],
    }  # fmt: skip
