"""Whom the provider names is believed only where everything it says fits together."""

import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.identity.api import identity_app
from deploy.identity.registrations import DEFAULT_PEOPLE, Client
from deploy.identity.tokens import Issuer, signing_key
from services.console.provider import Provider, SignInFailed
from services.console.session import SigningIn
from shared.http.auth import TokenVerifier
from shared.http.issuer_keys import IssuerKeys
from shared.service.runner import http_server

BACK = "http://127.0.0.1:1/sign-in/callback"
CLIENTS = {"console": Client(secret="c", redirect_uris=(BACK,))}


class Identity:
    """The development provider, and the console as its client."""

    def __init__(self, address: str) -> None:
        self.address = address

    def provider(
        self, *, issuer: str = "", secret: str = "c", reached_at: str | None = None
    ) -> Provider:
        issuer, jwks = issuer or self.address, f"{self.address}/jwks"
        tokens = TokenVerifier(jwks, issuer, "guildhall")
        return Provider(
            issuer, IssuerKeys(jwks), tokens,
            client_id="console", client_secret=secret, redirect_uri=BACK, reached_at=reached_at,
        )  # fmt: skip

    async def picked(self, address: str, person: str = "auditor") -> tuple[str, str]:
        """The state and the code with which the browser comes back."""
        said = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        form = {**said, "passcode": "p", "person": person}
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{self.address}/authorize", data=form)
        back = parse_qs(urlsplit(answer.headers["location"]).query)
        return back["state"][0], back["code"][0]


@pytest.fixture(scope="module")
async def identity(
    tmp_path_factory: pytest.TempPathFactory, unused_port: int
) -> AsyncIterator[Identity]:
    address = f"http://127.0.0.1:{unused_port}"
    directory = tmp_path_factory.mktemp("identity")
    issuer = Issuer(address, "guildhall", signing_key(directory))
    app = identity_app(issuer, CLIENTS, DEFAULT_PEOPLE, "p", directory)
    async with http_server(app, "127.0.0.1", unused_port):
        yield Identity(address)


async def test_who_was_picked_is_signed_in_with_their_roles_and_unions(identity: Identity) -> None:
    provider = identity.provider()
    signing_in = provider.begin("/tjtc/2022")
    state, code = await identity.picked(await provider.address(signing_in))
    session = await provider.session(signing_in, state, code)
    assert (session.subject, session.roles, session.orgs) == ("auditor", ("auditor",), ("tjtc",))
    assert 3500 < session.ends_at - time.time() <= 3600
    assert len(session.csrf) >= 24


async def failed(identity: Identity, change: str) -> str:
    provider = identity.provider(secret="x" if change == "secret" else "c")
    signing_in = provider.begin("/")
    state, code = await identity.picked(await provider.address(signing_in))
    other = {
        "state": lambda: (signing_in, "another", code),
        "code": lambda: (signing_in, state, "another"),
        "nonce": lambda: (signing_in._replace(nonce="another"), state, code),
        "verifier": lambda: (signing_in._replace(verifier="another"), state, code),
        "secret": lambda: (signing_in, state, code),
    }[change]()
    with pytest.raises(SignInFailed) as found:
        await provider.session(*other)
    return found.value.code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("state", "state-differs"), ("code", "code-refused"), ("verifier", "code-refused"),
        ("secret", "code-refused"), ("nonce", "id-token-refused"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_signs_nobody_in(
    identity: Identity, change: str, code: str
) -> None:
    assert await failed(identity, change) == code


async def test_a_provider_that_describes_another_is_not_used(identity: Identity) -> None:
    for issuer in (f"{identity.address}/", "http://127.0.0.1:9"):
        signing_in = SigningIn("s", "n", "v", "/", int(time.time()) + 9)
        with pytest.raises(SignInFailed, match=r"discovery-failed|provider-silent"):
            await identity.provider(issuer=issuer).address(signing_in)


async def test_a_provider_is_reached_where_this_process_reaches_it(
    identity: Identity, tmp_path: Path
) -> None:
    """Browsers are sent to the issuer's own address, which nothing answers here."""
    public = "http://127.0.0.1:9/_identity"
    issuer = Issuer(public, "guildhall", signing_key(tmp_path))
    app = identity_app(issuer, CLIENTS, DEFAULT_PEOPLE, "p", tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with http_server(app, "127.0.0.1", port):
        here = Identity(f"http://127.0.0.1:{port}")
        provider = here.provider(issuer=public, reached_at=here.address)
        signing_in = provider.begin("/")
        address = await provider.address(signing_in)
        assert address.startswith(f"{public}/authorize?")
        who = await provider.session(signing_in, *await here.picked(address))
    assert (who.subject, who.roles) == ("auditor", ("auditor",))
