"""What the provider answers: discovery, keys, and tokens for clients and for picked people.

Errors are those of RFC 6749 §5.2, because OAuth clients know them, not problem details.
"""

import secrets
from base64 import b64decode
from pathlib import Path
from typing import Annotated, Any, NamedTuple, cast
from urllib.parse import unquote

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from deploy.identity import PICK_GRANT
from deploy.identity.authorize import add_authorize
from deploy.identity.codes import Codes
from deploy.identity.enrolment import add_enrolment
from deploy.identity.form import TokenRefused, form_of
from deploy.identity.registrations import Client, Clients, People
from deploy.identity.tokens import ALGORITHM, Issuer
from shared.http.access import anybody
from shared.http.app import build_app

OPEN = [Depends(anybody)]


class Asking(NamedTuple):
    """A client that has proven its secret, and the form it sent."""

    name: str
    client: Client
    form: dict[str, str]


async def proven(http: Request) -> Asking:
    """The client that asks, as a dependency of FastAPI. Raises TokenRefused."""
    form = await form_of(http)
    known: Clients = http.app.state.clients
    return Asking(*authenticated(http.headers.get("authorization"), form, known), form)


async def picker(asking: Annotated[Asking, Depends(proven)]) -> None:
    """A client that may pick people, as a dependency of FastAPI. Raises TokenRefused."""
    if not asking.client.picks_people:
        raise TokenRefused("unauthorized_client", f"{asking.name} may not pick people")


def identity_app(
    issuer: Issuer, clients: Clients, people: People, passcode: str, directory: Path
) -> FastAPI:
    """The provider's routes: `/.well-known/openid-configuration`, `/jwks`, `/authorize`, `/token`,
    `/people`. A browser picks people with `passcode`; who is enrolled is kept in `directory`."""

    async def ready() -> dict[str, str]:
        return {"signing-key": "loaded"}

    app = build_app("identity", {}, ready)
    people = dict(people)
    app.state.clients = clients
    app.add_exception_handler(TokenRefused, _refused)
    codes = add_authorize(app, issuer, clients, people, passcode)
    add_enrolment(app, issuer, people, directory)

    @app.get("/.well-known/openid-configuration", dependencies=OPEN)
    async def discovery() -> dict[str, Any]:
        return {
            "issuer": issuer.issuer,
            "jwks_uri": f"{issuer.issuer}/jwks",
            "authorization_endpoint": f"{issuer.issuer}/authorize",
            "token_endpoint": f"{issuer.issuer}/token",
            "grant_types_supported": ["authorization_code", "client_credentials", PICK_GRANT],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
        }

    @app.get("/jwks", dependencies=OPEN)
    async def jwks() -> dict[str, Any]:
        return issuer.public_keys()

    @app.post("/token")
    async def token(asking: Annotated[Asking, Depends(proven)]) -> JSONResponse:
        return JSONResponse(granted(asking, people, issuer, codes))

    @app.get("/people", dependencies=[Depends(picker)])
    async def pickable() -> dict[str, Any]:
        """Who can be picked: names, roles and unions of development users."""
        return {"people": {name: person.model_dump() for name, person in people.items()}}

    return app


async def _refused(_: Request, why: Exception) -> JSONResponse:
    refused = cast(TokenRefused, why)
    status = 401 if refused.error == "invalid_client" else 400
    headers = {"WWW-Authenticate": "Basic"} if status == 401 else {}
    error = {"error": refused.error, "error_description": refused.detail}
    return JSONResponse(error, status, headers)


def authenticated(
    authorization: str | None, form: dict[str, str], clients: Clients
) -> tuple[str, Client]:
    """The client that proves its secret, by HTTP Basic or in the form (RFC 6749 §2.3.1).

    Raises TokenRefused `invalid_client`; it does not tell an unknown client from a wrong secret.
    """
    name, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, credentials = (authorization or "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = b64decode(credentials, validate=True).decode().partition(":")
        except ValueError as why:
            raise TokenRefused("invalid_client", "the Basic credentials are unreadable") from why
        name, secret = unquote(name), unquote(secret)
    client = clients.get(name)
    # Compared even for an unknown client, so that time does not tell which clients exist.
    expected = client.secret if client else secrets.token_urlsafe(32)
    if not secrets.compare_digest(expected.encode(), secret.encode()) or client is None:
        raise TokenRefused("invalid_client", "unknown client or wrong secret")
    return name, client


def granted(asking: Asking, people: People, issuer: Issuer, codes: Codes) -> dict[str, Any]:
    """The token response of RFC 6749 §5.1.

    Raises TokenRefused: unsupported_grant_type, unauthorized_client, invalid_grant.
    """
    name, client, form = asking
    more: dict[str, str] = {}
    match form.get("grant_type"):
        case "client_credentials" if client.roles:
            token = issuer.token(name, client.roles, client.orgs, name)
        case "client_credentials":
            raise TokenRefused("unauthorized_client", f"the client {name} has no roles of its own")
        case "authorization_code":
            said = [form.get(field, "") for field in ("code", "redirect_uri", "code_verifier")]
            try:
                asked, picked = codes.spend(said[0], name, *said[1:])
            except ValueError as why:
                raise TokenRefused("invalid_grant", str(why)) from why
            token = _of_person(picked, people, issuer, name)
            more = {"id_token": issuer.identity_token(picked, name, asked.nonce)}
        case grant if grant == PICK_GRANT:
            if not client.picks_people:
                raise TokenRefused("unauthorized_client", f"{name} may not pick people")
            token = _of_person(form.get("person", ""), people, issuer, name)
        case grant:
            raise TokenRefused("unsupported_grant_type", f"no grant {grant!r} here")
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": issuer.lifetime_seconds,
        **more,
    }


def _of_person(picked: str, people: People, issuer: Issuer, client: str) -> str:
    person = people.get(picked)
    if person is None:
        known = ", ".join(people)
        raise TokenRefused("invalid_grant", f"no person {picked!r}; there are {known}")
    return issuer.token(picked, person.roles, person.orgs, client)
