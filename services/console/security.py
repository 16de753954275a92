"""What every answer says to the browser, and what a form must say to us."""

import secrets
from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.console.multipart import Part, parts_of
from shared.errors import Invalid, NotPermitted
from shared.http.guard import check_address, read_body

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")
FIELDS_MAX = 5000


class Secured:
    """The headers on every answer, whatever it is. Plain ASGI."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), said.encode()) for name, said in HEADERS.items()]
        self._headers += [STRICT_TRANSPORT] if https else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self._headers]}
            await send(message)

        await self._app(scope, receive, secured)


def checked_address(http: Request) -> None:
    """As a dependency: an address that holds a control character names nothing. Raises Unknown,
    Invalid."""
    check_address(http.scope)


async def form_of(http: Request, csrf: str) -> dict[str, str]:
    """The form that somebody sent from a page of ours, by `csrf` and by where it came from.

    Raises NotPermitted `form-not-ours`, Invalid `invalid-request`, TooLarge, TooSlow.
    """
    body = await _body_of_ours(http)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError as why:
        raise Invalid("invalid-request", f"not a form: {why}") from None
    form = dict(pairs)
    _of_session(form.pop("csrf", ""), csrf)
    return form


async def upload_of(http: Request, csrf: str) -> tuple[dict[str, str], Part]:
    """The form that somebody sent from a page of ours, and its file; raises as form_of."""
    form, files = await files_of(http, csrf, ("file",))
    return form, files.get("file", Part("", b""))


async def files_of(
    http: Request, csrf: str, names: Collection[str]
) -> tuple[dict[str, str], dict[str, Part]]:
    """The form that somebody sent from a page of ours, and its files in these fields; raises as
    form_of."""
    parts = parts_of(http.headers.get("content-type", ""), await _body_of_ours(http))
    files = {name: parts.pop(name) for name in names if name in parts}
    form = {name: part.content.decode("utf-8", "replace") for name, part in parts.items()}
    _of_session(form.pop("csrf", ""), csrf)
    return form, files


async def _body_of_ours(http: Request) -> bytes:
    site = http.headers.get("sec-fetch-site", "same-origin")
    origin = http.headers.get("origin")
    if site not in ("same-origin", "none") or not _same_origin(origin, http.headers):
        raise NotPermitted("form-not-ours", "the form was sent from another site")
    return await read_body(http)


def _of_session(said: str, csrf: str) -> None:
    if not secrets.compare_digest(said.encode(), csrf.encode()):
        raise NotPermitted("form-not-ours", "the form is of another session")


def _same_origin(origin: str | None, headers: Mapping[str, str]) -> bool:
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def own_path(asked: str) -> str:
    """A page of ours to go to: `asked` if it is a path here, `/` otherwise. A browser reads a path
    with two slashes or a backslash as another host (WHATWG URL)."""
    ours = asked.startswith("/") and not asked.startswith("//")
    odd = any(character in asked for character in "\\\r\n\t\0") or not asked.isprintable()
    return asked if ours and not odd and len(asked) <= 2000 else "/"
