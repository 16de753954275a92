"""What the provider answers: discovery, keys, and tokens for clients and for picked people.

Errors are those of RFC 6749 §5.2, because OAuth clients know them, not problem details.
"""

import secrets
from base64 import b64decode
from typing import Annotated, Any, NamedTuple, cast
from urllib.parse import parse_qsl, unquote

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from deploy.identity import PICK_GRANT
from deploy.identity.registrations import Client, Clients, People
from deploy.identity.tokens import ALGORITHM, Issuer
from shared.http.access import anybody
from shared.http.app import build_app

FORM_BYTES_MAX = 10_000
OPEN = [Depends(anybody)]


class TokenRefused(Exception):
    """An OAuth error: `error` is one of RFC 6749 §5.2, `detail` is for a person."""

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(f"{error}: {detail}")
        self.error, self.detail = error, detail


class Asking(NamedTuple):
    """A client that has proven its secret, and the form it sent."""

    name: str
    client: Client
    form: dict[str, str]


async def proven(http: Request) -> Asking:
    """The client that asks, as a dependency of FastAPI. Raises TokenRefused."""
    form = await _form(http)
    known: Clients = http.app.state.clients
    return Asking(*authenticated(http.headers.get("authorization"), form, known), form)


async def picker(asking: Annotated[Asking, Depends(proven)]) -> None:
    """A client that may pick people, as a dependency of FastAPI. Raises TokenRefused."""
    if not asking.client.picks_people:
        raise TokenRefused("unauthorized_client", f"{asking.name} may not pick people")


def identity_app(issuer: Issuer, clients: Clients, people: People) -> FastAPI:
    """The provider's routes: `/.well-known/openid-configuration`, `/jwks`, `/token`, `/people`."""

    async def ready() -> dict[str, str]:
        return {"signing-key": "loaded"}

    app = build_app("identity", {}, ready)
    app.state.clients = clients
    app.add_exception_handler(TokenRefused, _refused)

    @app.get("/.well-known/openid-configuration", dependencies=OPEN)
    async def discovery() -> dict[str, Any]:
        return {
            "issuer": issuer.issuer,
            "jwks_uri": f"{issuer.issuer}/jwks",
            "token_endpoint": f"{issuer.issuer}/token",
            "grant_types_supported": ["client_credentials", PICK_GRANT],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
        }

    @app.get("/jwks", dependencies=OPEN)
    async def jwks() -> dict[str, Any]:
        return issuer.public_keys()

    @app.post("/token")
    async def token(asking: Annotated[Asking, Depends(proven)]) -> JSONResponse:
        return JSONResponse(granted(asking.form, asking.name, asking.client, people, issuer))

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


async def _form(http: Request) -> dict[str, str]:
    body = await http.body()
    if len(body) > FORM_BYTES_MAX:
        raise TokenRefused("invalid_request", f"a form of {len(body)} bytes")
    try:
        return dict(parse_qsl(body.decode(), strict_parsing=bool(body)))
    except ValueError as why:
        raise TokenRefused("invalid_request", "not a URL-encoded form") from why


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


def granted(
    form: dict[str, str], name: str, client: Client, people: People, issuer: Issuer
) -> dict[str, Any]:
    """The token response of RFC 6749 §5.1.

    Raises TokenRefused: unsupported_grant_type, unauthorized_client, invalid_grant.
    """
    match form.get("grant_type"):
        case "client_credentials" if client.roles:
            token = issuer.token(name, client.roles, client.orgs, name)
        case "client_credentials":
            raise TokenRefused("unauthorized_client", f"the client {name} has no roles of its own")
        case grant if grant == PICK_GRANT:
            if not client.picks_people:
                raise TokenRefused("unauthorized_client", f"{name} may not pick people")
            picked = form.get("person", "")
            person = people.get(picked)
            if person is None:
                known = ", ".join(people)
                raise TokenRefused("invalid_grant", f"no person {picked!r}; there are {known}")
            token = issuer.token(picked, person.roles, person.orgs, name)
        case grant:
            raise TokenRefused("unsupported_grant_type", f"no grant {grant!r} here")
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": issuer.lifetime_seconds,
    }
