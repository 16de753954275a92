"""A token is believed only whole: its signer, audience, issuer, time, and who it speaks for."""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.errors import NotPermitted
from shared.http import auth
from shared.http.auth import LEEWAY_SECONDS, TokenVerifier, Unauthenticated
from shared.testing.http import AUDIENCE, ISSUER, TEST_KEY, token, token_verifier

HEADER = {"alg": "ES256", "kid": "test", "typ": "at+jwt"}
STRANGER = ECKey.generate_key("P-256", {"kid": "test", "alg": "ES256"})


def claims(**changes: Any) -> dict[str, Any]:
    whole = {
        "iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 3600, "sub": "clerk-1",
        "roles": ["clerk"], "orgs": ["tjtc"],
    }  # fmt: skip
    return {name: value for name, value in (whole | changes).items() if value is not None}


def signed(**changes: Any) -> str:
    return jwt.encode(HEADER, claims(**changes), TEST_KEY)


async def refused(verifier: TokenVerifier, bearer: str | None) -> str:
    with pytest.raises(Unauthenticated) as why:
        await verifier.actor(bearer, "clerk")
    assert why.value.status == 401
    return why.value.code


async def test_an_actor_acts_in_the_first_allowed_role_the_token_has() -> None:
    bearer = f"Bearer {token('clerk', 'chair', orgs=('tjtc', 'other'), subject='王梅')}"
    actor = await token_verifier().actor(bearer, "approver", "chair", "clerk")
    assert (actor.subject, actor.role) == ("王梅", "chair")
    assert (actor.roles, actor.orgs) == ({"clerk", "chair"}, {"tjtc", "other"})


async def test_the_name_of_the_scheme_has_no_case() -> None:
    assert (await token_verifier().actor(f"bEARER {token('clerk')}", "clerk")).role == "clerk"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic Y2xpOnNlY3JldA==", "x"])
async def test_without_a_bearer_token_nobody_is_known(header: str | None) -> None:
    assert await refused(token_verifier(), header) == "no-token"


@pytest.mark.parametrize("roles", [(), ("cashier",), ("clerks",)])
async def test_who_has_none_of_the_roles_is_told_which_are_needed(roles: tuple[str, ...]) -> None:
    with pytest.raises(NotPermitted, match="clerk, chair") as why:
        await token_verifier().actor(f"Bearer {token(*roles)}", "clerk", "chair")
    assert why.value.code == "role-missing"
    assert (", ".join(roles) or "none") in why.value.detail


async def test_a_token_that_names_no_union_covers_none() -> None:
    actor = await token_verifier().actor(f"Bearer {signed(orgs=None)}", "clerk")
    assert not actor.may_act_for("tjtc")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://another.test"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"exp": None},
        {"exp": int(time.time()) - LEEWAY_SECONDS - 60},
        {"nbf": int(time.time()) + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "clerk\n1"},
        {"sub": "名" * 201},
    ],
)
async def test_a_token_with_a_claim_that_does_not_hold_is_refused(changes: dict[str, Any]) -> None:
    assert await refused(token_verifier(), f"Bearer {signed(**changes)}") == "token-refused"


async def test_a_clock_may_be_a_little_off_and_a_name_as_long_as_a_record_carries() -> None:
    late = {"exp": int(time.time()) - LEEWAY_SECONDS // 2, "sub": "名" * 200}
    assert (await token_verifier().actor(f"Bearer {signed(**late)}", "clerk")).subject == "名" * 200


def forged(header: bytes, signature: Callable[[bytes], bytes]) -> str:
    """A token put together by hand: no library would sign so."""
    body = httpx.Response(200, json=claims()).content
    said = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in (header, body))
    return b".".join((said, urlsafe_b64encode(signature(said)).rstrip(b"="))).decode()


def signed_with_the_public_key(said: bytes) -> bytes:
    """The trick of old: the public key taken as the secret of a symmetric algorithm."""
    return hmac.digest(TEST_KEY.as_pem(private=False), said, "sha256")


def changed_after_signing() -> str:
    head, body, signature = token("clerk").split(".")
    other = token("clerk", subject="chair-1").split(".")[1]
    assert other != body
    return f"{head}.{other}.{signature}"


@pytest.mark.parametrize(
    "bearer",
    [
        forged(b'{"alg":"none","typ":"at+jwt"}', lambda _: b""),
        forged(b'{"alg":"HS256","kid":"test","typ":"at+jwt"}', signed_with_the_public_key),
        changed_after_signing(),
        jwt.encode(HEADER, claims(), STRANGER),
        "a.b.c", "令牌", "..", token("clerk")[:-4],
    ],
)  # fmt: skip
async def test_a_token_nobody_of_ours_signed_is_refused(bearer: str) -> None:
    assert await refused(token_verifier(), f"Bearer {bearer}") == "token-refused"


async def test_a_token_seen_before_is_refused_once_it_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verifier, bearer = token_verifier(), f"Bearer {token('clerk')}"
    await verifier.actor(bearer, "clerk")
    later = time.time() + 7200
    monkeypatch.setattr(time, "time", lambda: later)
    assert await refused(verifier, bearer) == "token-refused"


async def test_no_more_tokens_are_remembered_than_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "CACHED_TOKENS", 2)
    verifier = token_verifier()
    for number in range(4):
        await verifier.actor(f"Bearer {token('clerk', subject=f'clerk-{number}')}", "clerk")
    assert len(verifier._seen) == 2
