"""URL-encoded forms, as OAuth and browsers send them."""

from urllib.parse import parse_qsl

from fastapi import Request

from shared.errors import Refusal
from shared.http.guard import read_body

FORM_BYTES_MAX = 10_000


class TokenRefused(Exception):
    """An OAuth error: `error` is one of RFC 6749 §5.2, `detail` is for a person."""

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(f"{error}: {detail}")
        self.error, self.detail = error, detail


async def form_of(http: Request) -> dict[str, str]:
    """The form a request carries. Raises TokenRefused `invalid_request`."""
    body = await body_of(http, FORM_BYTES_MAX)
    try:
        return dict(parse_qsl(body.decode(), strict_parsing=bool(body), keep_blank_values=True))
    except ValueError as why:
        raise TokenRefused("invalid_request", "not a URL-encoded form") from why


async def body_of(http: Request, most: int) -> bytes:
    """A request's body, of which no more is read than may be. Raises TokenRefused
    `invalid_request`."""
    try:
        return await read_body(http, most)
    except Refusal as why:
        raise TokenRefused("invalid_request", why.detail) from None
